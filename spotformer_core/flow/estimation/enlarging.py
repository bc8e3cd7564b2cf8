"""Flow of a coarser level as the start of the next finer one: enlarged as `cv2.resize` does it, and twice as long."""

import numpy as np

from spotformer_core.flow.estimation.boxes import BoxFlow, flow_row_at
from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.flow.estimation.lane_functions import floor, larger, multiply_add, smaller
from spotformer_core.flow.estimation.lanes import LANES, Flat, count_from, gather, load, spread, store
from spotformer_core.flow.estimation.pyramid import Level

_TWICE = 2.0
"""Motion in pixels of the finer level per pixel of the coarser one; OpenCV takes it as 2 also where sides are odd."""


@compiled_in_place
def position_of(pixel: int, size: int, coarse_size: int) -> float:
    """Where the centre of a row (or column) lies in the next coarser level, from 0 to its last row."""
    return max(0.0, min((pixel + 0.5) * (coarse_size / size) - 0.5, coarse_size - 1.0))


def enlarged_lines_length(size: int) -> int:
    """Elements of memory that `enlarge` needs at most for a box of an image of `size` pixels a side."""
    return 4 * (size + LANES)


@compiled
def enlarge(flows: Flat, coarse: Level, to: BoxFlow, size: int, memory: Flat) -> None:
    """Writes the whole of `to`, a box of a level of `size` pixels a side, from the flow of the next coarser level.

    Args:
        flows: flow of all levels.
        memory: for two rows of x and y.
    """
    width = to.box.right - to.box.left
    line = (width + LANES - 1) // LANES * LANES
    held = -1
    for y in range(to.box.top, to.box.bottom):
        position = position_of(y, size, coarse.size)
        upper = min(int(position), coarse.size - 2)
        lower_part = np.float32(position - upper)
        if upper != held:
            for row in range(2):
                _stretch_row(flows, coarse, upper + row, to, size, memory, ((upper + row) % 2) * 2 * line, line)
            held = upper
        upper_at, lower_at = (upper % 2) * 2 * line, ((upper + 1) % 2) * 2 * line
        row_at = flow_row_at(to, y, to.box.left)
        _blend(memory, upper_at, lower_at, lower_part, to.flow, row_at.x_at, line)
        _blend(memory, upper_at + line, lower_at + line, lower_part, to.flow, row_at.y_at, line)


@compiled
def _stretch_row(
    flows: Flat, coarse: Level, row: int, to: BoxFlow, size: int, memory: Flat, at: int, line: int
) -> None:
    """Row `row` of the coarser level at the columns of the finer one: a line of x, then a line of y."""
    scale, last_cell = spread(np.float32(coarse.size / size)), spread(np.float32(coarse.size - 2))
    x_at = coarse.flow_at + row * coarse.stride
    y_at = x_at + coarse.size * coarse.stride
    for x in range(0, line, LANES):
        position = larger((count_from(to.box.left + x) + spread(0.5)) * scale - spread(0.5), spread(0.0))
        position = smaller(position, last_cell + spread(1.0))
        cell = smaller(floor(position), last_cell)
        part = position - cell
        for start, line_at in ((x_at, at), (y_at, at + line)):
            left, right = gather(flows, start, cell), gather(flows, start + 1, cell)
            store(memory, line_at + x, multiply_add(part, right - left, left))


@compiled_in_place
def _blend(memory: Flat, upper_at: int, lower_at: int, lower_part: np.float32, to: Flat, to_at: int, line: int) -> None:
    below, above = spread(lower_part * np.float32(_TWICE)), spread((np.float32(1) - lower_part) * np.float32(_TWICE))
    for x in range(0, line, LANES):
        store(to, to_at + x, multiply_add(below, load(memory, lower_at + x), above * load(memory, upper_at + x)))
