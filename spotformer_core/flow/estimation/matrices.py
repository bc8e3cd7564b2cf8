"""The normal equations of motion at every pixel, Eqs. 13 to 15 of [Farneback2003], as OpenCV weighs them.

With the expansions A1, b1 of the first face and A2, b2 of the later one at the place that a pixel has moved to:

    A = (A1 + A2) / 2        d = (b1 - b2) / 2 + A flow
    G = A^T A                h = A^T d

Five planes: G11, G12, G22, h1, h2, the row before the column. What lies outside the later face counts as still there
with half its slope; within five pixels of the border a pixel counts less.
"""

from typing import Any, Final, NamedTuple

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.flow.estimation.displaced import Places, are_inside, expansion_at, places_of
from spotformer_core.flow.estimation.lane_functions import all_set, choose, multiply_add
from spotformer_core.flow.estimation.lanes import LANES, Flat, count_from, load, spread, store
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Level

BORDER_PIXELS = 5
_BORDER_WEIGHTS: Final = (0.14, 0.14, 0.4472, 0.4472, 0.4472)


class Row(NamedTuple):
    """A stretch of a row, from column `left` up to the one before `right`."""

    y: int
    left: int
    right: int


class FlowRow(NamedTuple):
    """Where the first pixel of a stretch has its x, its y and its determinant in a flat array."""

    x_at: int
    y_at: int
    determinant_at: int


def border_weights(size: int) -> Flat:
    """The weight of every column (or row) of a level, and ones behind."""
    weights = np.ones(size + LANES, np.float32)
    weights[:BORDER_PIXELS] *= _BORDER_WEIGHTS
    weights[size - BORDER_PIXELS : size] *= _BORDER_WEIGHTS[::-1]
    return weights


@compiled
def write_matrices(
    first: Flat,
    later: Flat,
    level: Level,
    weights: Flat,
    row: Row,
    flow: Flat,
    flow_row: FlowRow,
    to: Flat,
    to_at: int,
    plane: int,
) -> None:
    """Writes the five planes of one stretch to `to`, `plane` elements apart; the last block may go beyond its end."""
    in_border = row.y < BORDER_PIXELS or row.y >= level.size - BORDER_PIXELS
    for x in range(row.left, row.right, LANES):
        dx, dy = load(flow, flow_row.x_at + x - row.left), load(flow, flow_row.y_at + x - row.left)
        columns = count_from(x)
        places = places_of(columns, row.y, dx, dy)
        moved = expansion_at(later, level, columns, places)
        linear_y, linear_x, yy, xx, xy = _means(first, level, row.y, x, places, moved)
        h_y = multiply_add(yy, dy, multiply_add(xy, dx, linear_y))
        h_x = multiply_add(xy, dy, multiply_add(xx, dx, linear_x))
        yy_weighted, xx_weighted, xy_weighted = yy, xx, xy
        if in_border or x < BORDER_PIXELS or x + LANES > level.size - BORDER_PIXELS:
            weight = load(weights, x) * spread(weights[row.y])
            weight = weight * weight
            yy_weighted, xx_weighted, xy_weighted = yy * weight, xx * weight, xy * weight
        at = to_at + x - row.left
        store(to, at, multiply_add(yy_weighted, yy, xy_weighted * xy))
        store(to, at + plane, (yy_weighted + xx_weighted) * xy)
        store(to, at + 2 * plane, multiply_add(xx_weighted, xx, xy_weighted * xy))
        store(to, at + 3 * plane, multiply_add(yy_weighted, h_y, xy_weighted * h_x))
        store(to, at + 4 * plane, multiply_add(xy_weighted, h_y, xx_weighted * h_x))


@compiled_in_place
def _means(
    first: Flat, level: Level, y: int, x: int, places: Places, moved: tuple[Any, Any, Any, Any, Any]
) -> tuple[Any, Any, Any, Any, Any]:
    """Half the difference of the linear coefficients, and the means of the quadratic ones (that of x y halved)."""
    at, stride, half = level.expansion_at + y * COEFFICIENTS * level.stride + x, level.stride, spread(0.5)
    yy, xx, xy = load(first, at + 2 * stride), load(first, at + 3 * stride), load(first, at + 4 * stride)
    moved_y, moved_x, moved_yy, moved_xx, moved_xy = moved
    inside = are_inside(places, level)
    if not all_set(inside):
        moved_y, moved_x = choose(inside, moved_y, spread(0.0)), choose(inside, moved_x, spread(0.0))
        moved_yy, moved_xx, moved_xy = (
            choose(inside, moved_yy, yy),
            choose(inside, moved_xx, xx),
            choose(inside, moved_xy, xy),
        )
    return (
        (load(first, at) - moved_y) * half,
        (load(first, at + stride) - moved_x) * half,
        (yy + moved_yy) * half,
        (xx + moved_xx) * half,
        (xy + moved_xy) * spread(0.25),
    )
