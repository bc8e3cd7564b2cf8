"""The flow of a pair from the flow to the frame before: the finest level alone, two iterations instead of a pyramid.

The first iteration covers the areas and their surroundings, as far as the window reaches; the second, which needs what
the first has found there, the areas alone.
"""

from typing import NamedTuple

import numpy as np

from spotformer_core.flow.estimation.averaging import Memory, regularization
from spotformer_core.flow.estimation.boxes import (
    NUM_PLANES,
    Box,
    BoxFlow,
    box_flow_in,
    flow_row_at,
    grown,
    level_row_at,
)
from spotformer_core.flow.estimation.compilation import compiled, entry_point
from spotformer_core.flow.estimation.full_pyramid import keep, largest_change
from spotformer_core.flow.estimation.lanes import Flat
from spotformer_core.flow.estimation.pyramid import Level, level_of
from spotformer_core.flow.estimation.refinement import Faces, solve
from spotformer_core.flow.estimation.rows import copy_row
from spotformer_core.shapes import Float32, Int64

STILL_PIXELS = 0.003
"""Changes below it say nothing about how fast iterations come to rest."""


class Bounds(NamedTuple):
    """What a warm start must keep to; the fields of `Guard` that can be judged from one pair."""

    step_pixels: float
    contraction: float
    remainder_pixels: float
    damping: float


@entry_point
def follow(
    first: Flat,
    later: Flat,
    table: Int64[np.ndarray, "levels 4"],
    weights: Float32[np.ndarray, "levels elements"],
    boxes: Int64[np.ndarray, "boxes 4"],
    areas: Int64[np.ndarray, "areas 4"],
    reach: int,
    bounds: Bounds,
    flows: Flat,
    memory: Memory,
) -> bool:
    """Turns the flow to the face before, in `boxes` of the finest level of `flows`, into that to `later`.

    Returns False where a bound is not kept; then the finest level of `flows` is of no use.

    Args:
        areas: inside the boxes; where damping is judged.
    """
    level = level_of(table, 0)
    faces = Faces(first, later, weights[0])
    for number in range(len(boxes)):
        wanted = Box(boxes[number, 0], boxes[number, 1], boxes[number, 2], boxes[number, 3])
        flow = box_flow_in(memory.pixels, grown(wanted, reach, level.size))
        rest = Memory(memory.pixels[NUM_PLANES * flow.plane :], memory.sums)
        _take(flows, wanted, level, flow)
        solve(faces, level, flow, wanted, reach, rest)
        inner = _without_surroundings(wanted, reach, level.size)
        step = largest_change(flow, inner, level, flows)
        # Written so that a change that is no number is refused.
        if not largest_change(flow, wanted, level, flows) <= bounds.step_pixels:
            return False
        keep(flow, wanted, level, flows)
        solve(faces, level, flow, inner, reach, rest)
        second_step = largest_change(flow, inner, level, flows)
        if not (second_step <= STILL_PIXELS or _comes_to_rest(step, second_step, bounds)):
            return False
        keep(flow, inner, level, flows)
        if not _damping_is_below(bounds.damping, areas, inner, flow, regularization(2 * reach + 1)):
            return False
    return True


@compiled
def _without_surroundings(box: Box, margin: int, size: int) -> Box:
    """The box with `margin` fewer pixels on the sides that are not the border of the image."""
    return Box(
        box.top + margin if box.top > 0 else 0,
        box.left + margin if box.left > 0 else 0,
        box.bottom - margin if box.bottom < size else size,
        box.right - margin if box.right < size else size,
    )


@compiled
def _comes_to_rest(step: np.float32, second_step: np.float32, bounds: Bounds) -> bool:
    """Whether changes that go on to shrink in this ratio soon add up to nothing."""
    ratio = second_step / step
    remainder = second_step * ratio / (1 - ratio) if ratio < 1 else np.inf
    return bool(ratio <= bounds.contraction and remainder <= bounds.remainder_pixels)


@compiled
def _take(flows: Flat, wanted: Box, level: Level, flow: BoxFlow) -> None:
    """Copies the flow of `wanted` and repeats its border all around."""
    begin, end = wanted.left - flow.box.left, wanted.right - flow.box.left
    for row in range(flow.box.top, flow.box.bottom):
        kept = level_row_at(level, min(max(row, wanted.top), wanted.bottom - 1), wanted.left)
        here = flow_row_at(flow, row, flow.box.left)
        for source, target in ((kept.x_at, here.x_at), (kept.y_at, here.y_at)):
            copy_row(flows, source, flow.flow, target + begin, end - begin)
            for x in range(begin):
                flow.flow[target + x] = flow.flow[target + begin]
            for x in range(end, flow.box.right - flow.box.left):
                flow.flow[target + x] = flow.flow[target + end - 1]


@compiled
def _damping_is_below(
    bound: float, areas: Int64[np.ndarray, "areas 4"], wanted: Box, flow: BoxFlow, added: np.float32
) -> bool:
    """Whether what is `added` to the determinant is at most this share of the sum, in all areas inside `wanted`."""
    for number in range(len(areas)):
        top, left, bottom, right = areas[number]
        if top < wanted.top or left < wanted.left or bottom > wanted.bottom or right > wanted.right:
            continue
        for y in range(top, bottom):
            at = flow_row_at(flow, y, left).determinant_at
            for x in range(right - left):
                if not added <= bound * (flow.flow[at + x] + added):
                    return False
    return True
