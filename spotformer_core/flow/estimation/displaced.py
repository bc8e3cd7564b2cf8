"""The expansion of the later face at the places to which pixels of the first one have moved, eight pixels at a time.

Bilinear between pixels. Where the eight have moved into eight neighbouring cells (most do), each corner is one load.
Where their cells differ by one, three corners a side serve them all, with weights that vanish at the third; only
beyond that every pixel is fetched by itself.
"""

from typing import Any, NamedTuple

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled_in_place
from spotformer_core.flow.estimation.lane_functions import all_set, choose, floor, larger, multiply_add, smaller
from spotformer_core.flow.estimation.lanes import Flat, first_of, gather, load, spread
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Level


class Places(NamedTuple):
    """Where eight pixels have moved to: their cells (whole pixels) and the places within the cells (0 to 1)."""

    column: Any
    row: Any
    right: Any
    down: Any


@compiled_in_place
def places_of(columns: Any, y: int, dx: Any, dy: Any) -> Places:
    """Where the pixels at `columns` of row y have moved to."""
    x, y_moved = columns + dx, spread(np.float32(y)) + dy
    column, row = floor(x), floor(y_moved)
    return Places(column, row, x - column, y_moved - row)


@compiled_in_place
def are_inside(places: Places, level: Level) -> Any:
    """Which pixels have all four corners inside the image; OpenCV leaves the last row and column out."""
    last = spread(np.float32(level.size - 1))
    columns = (places.column >= spread(0.0)) & (places.column < last)
    return columns & (places.row >= spread(0.0)) & (places.row < last)


@compiled_in_place
def expansion_at(expansions: Flat, level: Level, columns: Any, places: Places) -> tuple[Any, Any, Any, Any, Any]:
    """The five coefficients at `places`; arbitrary where these are not inside."""
    shift = places.column - columns
    left, top = first_of(shift), first_of(places.row)
    if all_set((shift == spread(left)) & (places.row == spread(top))):
        at = _element(level, first_of(columns) + left, top)
        return _between_four(expansions, at, level.stride, places)
    left = left if all_set(shift >= spread(left)) else left - np.float32(1)
    top = top if all_set(places.row >= spread(top)) else top - np.float32(1)
    over, under = shift - spread(left), places.row - spread(top)
    zero, two = spread(0.0), spread(2.0)
    if all_set((over >= zero) & (over < two) & (under >= zero) & (under < two)):
        at = _element(level, first_of(columns) + left, top)
        return _between_nine(expansions, at, level.stride, places, over, under)
    return _one_by_one(expansions, level, places)


@compiled_in_place
def _element(level: Level, column: Any, row: Any) -> int:
    """The element of a cell. Cells far outside, of which nothing is used, are moved to where memory is ours."""
    x = int(min(max(column, np.float32(-8)), np.float32(level.size)))
    y = int(min(max(row, np.float32(-1)), np.float32(level.size - 1)))
    return level.expansion_at + y * COEFFICIENTS * level.stride + x


@compiled_in_place
def _between_four(expansions: Flat, at: int, stride: int, places: Places) -> tuple[Any, Any, Any, Any, Any]:
    right, down = places.right, places.down
    both = right * down
    only_right, only_down = right - both, down - both
    weights = (spread(1.0) - right - only_down, only_right, only_down, both)
    return (
        _four_corners(expansions, at, stride, weights),
        _four_corners(expansions, at + stride, stride, weights),
        _four_corners(expansions, at + 2 * stride, stride, weights),
        _four_corners(expansions, at + 3 * stride, stride, weights),
        _four_corners(expansions, at + 4 * stride, stride, weights),
    )


@compiled_in_place
def _four_corners(expansions: Flat, at: int, stride: int, weights: tuple[Any, Any, Any, Any]) -> Any:
    below = at + COEFFICIENTS * stride
    total = multiply_add(weights[2], load(expansions, below), weights[3] * load(expansions, below + 1))
    total = multiply_add(weights[1], load(expansions, at + 1), total)
    return multiply_add(weights[0], load(expansions, at), total)


@compiled_in_place
def _between_nine(
    expansions: Flat, at: int, stride: int, places: Places, over: Any, under: Any
) -> tuple[Any, Any, Any, Any, Any]:
    across, along = _three_weights(places.right, over), _three_weights(places.down, under)
    return (
        _nine_corners(expansions, at, stride, across, along),
        _nine_corners(expansions, at + stride, stride, across, along),
        _nine_corners(expansions, at + 2 * stride, stride, across, along),
        _nine_corners(expansions, at + 3 * stride, stride, across, along),
        _nine_corners(expansions, at + 4 * stride, stride, across, along),
    )


@compiled_in_place
def _three_weights(part: Any, cell: Any) -> tuple[Any, Any, Any]:
    """Of three neighbouring pixels, for places at `part` of the first cell or of the second."""
    zero, rest, is_second = spread(0.0), spread(1.0) - part, cell >= spread(1.0)
    return choose(is_second, zero, rest), choose(is_second, rest, part), choose(is_second, part, zero)


@compiled_in_place
def _nine_corners(
    expansions: Flat, at: int, stride: int, across: tuple[Any, Any, Any], along: tuple[Any, Any, Any]
) -> Any:
    step = COEFFICIENTS * stride
    total = along[2] * _three_corners(expansions, at + 2 * step, across)
    total = multiply_add(along[1], _three_corners(expansions, at + step, across), total)
    return multiply_add(along[0], _three_corners(expansions, at, across), total)


@compiled_in_place
def _three_corners(expansions: Flat, at: int, weights: tuple[Any, Any, Any]) -> Any:
    total = multiply_add(weights[1], load(expansions, at + 1), weights[2] * load(expansions, at + 2))
    return multiply_add(weights[0], load(expansions, at), total)


@compiled_in_place
def _one_by_one(expansions: Flat, level: Level, places: Places) -> tuple[Any, Any, Any, Any, Any]:
    zero, last_cell = spread(0.0), spread(np.float32(level.size - 2))
    column = smaller(larger(places.column, zero), last_cell)
    row = smaller(larger(places.row, zero), last_cell)
    step = spread(np.float32(COEFFICIENTS * level.stride))
    offsets = multiply_add(row, step, column)
    start, stride = level.expansion_at, level.stride
    return (
        _four_fetched(expansions, start, stride, offsets, places),
        _four_fetched(expansions, start + stride, stride, offsets, places),
        _four_fetched(expansions, start + 2 * stride, stride, offsets, places),
        _four_fetched(expansions, start + 3 * stride, stride, offsets, places),
        _four_fetched(expansions, start + 4 * stride, stride, offsets, places),
    )


@compiled_in_place
def _four_fetched(expansions: Flat, start: int, stride: int, offsets: Any, places: Places) -> Any:
    below = start + COEFFICIENTS * stride
    upper = _mixed(gather(expansions, start, offsets), gather(expansions, start + 1, offsets), places.right)
    lower = _mixed(gather(expansions, below, offsets), gather(expansions, below + 1, offsets), places.right)
    return _mixed(upper, lower, places.down)


@compiled_in_place
def _mixed(first: Any, second: Any, part: Any) -> Any:
    return multiply_add(part, second - first, first)
