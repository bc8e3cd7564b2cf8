"""The flow of a pair from the flow to the frame before: the finest level alone, two iterations instead of a pyramid."""

from typing import NamedTuple

import numpy as np

from spotformer_core.flow.estimation.averaging import regularization
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
    memory: Flat,
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
        flow = box_flow_in(memory, grown(wanted, reach, level.size))
        rest = memory[NUM_PLANES * flow.plane :]
        step = _iterate(faces, level, flow, wanted, reach, flows, rest)
        # Written so that a change that is no number is refused.
        if not step <= bounds.step_pixels:
            return False
        second_step = _iterate(faces, level, flow, wanted, reach, flows, rest)
        if not (second_step <= STILL_PIXELS or _comes_to_rest(step, second_step, bounds)):
            return False
        if not _damping_is_below(bounds.damping, areas, wanted, flow, regularization(2 * reach + 1)):
            return False
    return True


@compiled
def _iterate(
    faces: Faces, level: Level, flow: BoxFlow, wanted: Box, reach: int, flows: Flat, memory: Flat
) -> np.float32:
    """One iteration on the kept flow of `wanted`; returns the most by which it changed x or y of a pixel."""
    _take(flows, wanted, level, flow)
    solve(faces, level, flow, wanted, reach, memory)
    change = largest_change(flow, wanted, level, flows)
    keep(flow, wanted, level, flows)
    return change


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
