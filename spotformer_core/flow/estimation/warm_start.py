"""The flow of a pair from the flows to the two frames before: the finest level alone, two iterations and no pyramid.

Motion is taken to go on as it went: from u, the flow to the last frame but one, and v, that to the last frame,
iterations start at 2 v - u. The first iteration covers the areas and some pixels around them; the second, which needs
what the first has found there, the areas alone. Flow further out, which windows reach, is taken to be that of the
nearest pixel.
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
from spotformer_core.flow.estimation.lanes import LANES, Flat, load, spread, store
from spotformer_core.flow.estimation.pyramid import Level, level_of
from spotformer_core.flow.estimation.refinement import Faces, solve
from spotformer_core.flow.estimation.rows import copy_row
from spotformer_core.flow.estimation.texture import texture_is_kept
from spotformer_core.shapes import Float32, Int64

STILL_PIXELS = 0.003
"""Changes below it say nothing about how fast iterations come to rest."""


class Bounds(NamedTuple):
    """What a warm start must keep to; the fields of `Guard` that can be judged from one pair."""

    step_pixels: float
    contraction: float
    remainder_pixels: float
    damping: float
    texture_change: float


class Known(NamedTuple):
    """What a warm start starts from.

    Attributes:
        last, before: flow of all levels to the last frame and to the one before it.
        texture: of every area at the last full pyramid.
    """

    last: Flat
    before: Flat
    texture: Flat


@entry_point
def follow(
    first: Flat,
    later: Flat,
    table: Int64[np.ndarray, "levels 4"],
    weights: Float32[np.ndarray, "levels elements"],
    boxes: Int64[np.ndarray, "boxes 4"],
    areas: Int64[np.ndarray, "areas 4"],
    margin: int,
    reach: int,
    bounds: Bounds,
    known: Known,
    flows: Flat,
    memory: Memory,
) -> bool:
    """Writes the flow to `later` into the finest level of `flows`, in `boxes`.

    Returns False where a bound is not kept; then the finest level of `flows` is of no use.

    Args:
        boxes: the areas and `margin` pixels around them.
    """
    level = level_of(table, 0)
    faces = Faces(first, later, weights[0])
    for number in range(len(boxes)):
        wanted = Box(boxes[number, 0], boxes[number, 1], boxes[number, 2], boxes[number, 3])
        inner = _without_margin(wanted, margin, level.size)
        flow = box_flow_in(memory.pixels, grown(wanted, reach, level.size))
        rest = Memory(memory.pixels[NUM_PLANES * flow.plane :], memory.sums)
        _go_on(known, wanted, level, flow, flows)
        _surround(flow, wanted)
        solve(faces, level, flow, wanted, reach, rest)
        step = largest_change(flow, inner, level, flows)
        # Written so that a change that is no number is refused.
        if not largest_change(flow, wanted, level, flows) <= bounds.step_pixels:
            return False
        keep(flow, wanted, level, flows)
        _surround(flow, wanted)
        solve(faces, level, flow, inner, reach, rest)
        second_step = largest_change(flow, inner, level, flows)
        if not (second_step <= STILL_PIXELS or _comes_to_rest(step, second_step, bounds)):
            return False
        keep(flow, inner, level, flows)
        added = regularization(2 * reach + 1)
        if not texture_is_kept(areas, inner, flow, added, bounds.damping, bounds.texture_change, known.texture):
            return False
    return True


@compiled
def _without_margin(box: Box, margin: int, size: int) -> Box:
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
def _go_on(known: Known, wanted: Box, level: Level, flow: BoxFlow, flows: Flat) -> None:
    """Writes flow that goes on as it went into `wanted` of `flow`, and keeps it in `flows`."""
    width, two = wanted.right - wanted.left, spread(2.0)
    for y in range(wanted.top, wanted.bottom):
        kept, here = level_row_at(level, y, wanted.left), flow_row_at(flow, y, wanted.left)
        for kept_at, at in ((kept.x_at, here.x_at), (kept.y_at, here.y_at)):
            # The last block may go beyond the end of the row, where flow is written next or means nothing.
            for x in range(0, width, LANES):
                start = two * load(known.last, kept_at + x) - load(known.before, kept_at + x)
                store(flow.flow, at + x, start)
            copy_row(flow.flow, at, flows, kept_at, width)


@compiled
def _surround(flow: BoxFlow, wanted: Box) -> None:
    """Repeats the border of `wanted` in all of the flow around it."""
    begin, end = wanted.left - flow.box.left, wanted.right - flow.box.left
    width = flow.box.right - flow.box.left
    for y in range(wanted.top, wanted.bottom):
        here = flow_row_at(flow, y, flow.box.left)
        for at in (here.x_at, here.y_at):
            for x in range(begin):
                flow.flow[at + x] = flow.flow[at + begin]
            for x in range(end, width):
                flow.flow[at + x] = flow.flow[at + end - 1]
    for y in range(flow.box.top, flow.box.bottom):
        if y < wanted.top or y >= wanted.bottom:
            nearest = flow_row_at(flow, min(max(y, wanted.top), wanted.bottom - 1), flow.box.left)
            here = flow_row_at(flow, y, flow.box.left)
            copy_row(flow.flow, nearest.x_at, flow.flow, here.x_at, width)
            copy_row(flow.flow, nearest.y_at, flow.flow, here.y_at, width)
