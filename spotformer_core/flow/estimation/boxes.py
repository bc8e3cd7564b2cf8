"""Rectangles of one level of the pyramid, and memory for the flow of one of them while it is worked on."""

from typing import Any, NamedTuple

from spotformer_core.flow.estimation.compilation import compiled_in_place
from spotformer_core.flow.estimation.lanes import LANES
from spotformer_core.flow.estimation.matrices import FlowRow
from spotformer_core.flow.estimation.pyramid import Level

NUM_PLANES = 3


class Box(NamedTuple):
    """First row and column, and those after the last."""

    top: int
    left: int
    bottom: int
    right: int


class BoxFlow(NamedTuple):
    """Flow of a box, in an array of its own: a plane of x, one of y and one of the determinants behind them."""

    flow: Any
    box: Box
    stride: int
    plane: int


def box_flow_length(size: int) -> int:
    """Elements of memory that `box_flow_in` needs at most for a box of an image of `size` pixels a side."""
    return NUM_PLANES * (size * (size + 2 * LANES) + LANES)


@compiled_in_place
def box_flow_in(memory: Any, box: Box) -> BoxFlow:
    """Flow of `box` in the first elements of `memory`, with slack behind every row."""
    stride = (box.right - box.left + 2 * LANES - 1) // LANES * LANES
    return BoxFlow(memory, box, stride, stride * (box.bottom - box.top))


@compiled_in_place
def flow_row_at(flow: BoxFlow, y: int, x: int) -> FlowRow:
    """Where the flow of the pixel in row y and column x lies."""
    at = (y - flow.box.top) * flow.stride + x - flow.box.left
    return FlowRow(at, at + flow.plane, at + 2 * flow.plane)


@compiled_in_place
def level_row_at(level: Level, y: int, x: int) -> FlowRow:
    """Where the kept flow of the pixel in row y and column x of a level lies; determinants are not kept."""
    at = level.flow_at + y * level.stride + x
    return FlowRow(at, at + level.size * level.stride, -1)


@compiled_in_place
def grown(box: Box, margin: int, size: int) -> Box:
    """The box with `margin` more pixels on every side, cut at the border of the image."""
    return Box(
        max(box.top - margin, 0),
        max(box.left - margin, 0),
        min(box.bottom + margin, size),
        min(box.right + margin, size),
    )
