"""Motion from the normal equations of all pixels in a square window, Eq. 16 of [Farneback2003].

Sums over the window are running sums down the columns and, across them, sums of sums. They and the solution are
float64: where texture has one direction, the products in the determinant cancel to less than float32 resolves. Beyond
the border of the image its last pixels repeat.
"""

from typing import Any, NamedTuple

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.flow.estimation.lanes import LANES, Flat, FlatWide, load, narrowed, spread, store, widened
from spotformer_core.flow.estimation.matrices import FlowRow
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS

_REGULARIZATION = 1e-3
"""OpenCV's addend to the determinant, which keeps motion finite where there is no texture."""


class Memory(NamedTuple):
    """What the work on one box is done in.

    Attributes:
        pixels: float32.
        sums: float64.
    """

    pixels: Any
    sums: Any


class Lines(NamedTuple):
    """Memory for the rows under the window; five planes a row, `plane` elements each.

    Attributes:
        ring: the last rows, one more than the window has.
        columns: their sums, float64.
        partial: sums of five neighbouring columns.
    """

    ring: Any
    columns: Any
    partial: Any
    plane: int


def ring_length(size: int, window: int) -> int:
    """Elements of float32 that `lines_in` needs at most for boxes of an image of `size` pixels a side."""
    return (window + 1) * COEFFICIENTS * _plane(size + window) + 2 * window


def sums_length(size: int, window: int) -> int:
    """The same of float64."""
    return 2 * (COEFFICIENTS * _plane(size + window) + 2 * window)


@compiled_in_place
def lines_in(memory: Memory, width: int, window: int) -> Lines:
    """Rows for a box of `width` columns, in the first elements of `memory`."""
    plane = _plane(width + window)
    columns_end = COEFFICIENTS * plane + 2 * window
    return Lines(memory.pixels, memory.sums[:columns_end], memory.sums[columns_end:], plane)


@compiled_in_place
def _plane(columns: int) -> int:
    return (columns + 2 * LANES) // LANES * LANES


@compiled_in_place
def slot_of(lines: Lines, number: int, window: int) -> Any:
    """Where row `number` of a box belongs in the ring."""
    row = COEFFICIENTS * lines.plane
    return number % (window + 1) * row


@compiled
def add_row(lines: Lines, number: int, window: int) -> None:
    """Takes row `number`, which is in its slot, into the sums of the columns and the row that has left out of them."""
    row, columns, ring = COEFFICIENTS * lines.plane, lines.columns, lines.ring
    entering = slot_of(lines, number, window)
    if number == 0:
        for at in range(0, row, LANES):
            store(columns, at, widened(load(ring, entering + at)))
    elif number < window:
        for at in range(0, row, LANES):
            store(columns, at, load(columns, at) + widened(load(ring, entering + at)))
    else:
        leaving = slot_of(lines, number - window, window)
        for at in range(0, row, LANES):
            change = widened(load(ring, entering + at)) - widened(load(ring, leaving + at))
            store(columns, at, load(columns, at) + change)


@compiled
def repeat_row(lines: Lines, number: int, window: int) -> None:
    """Makes row `number` a copy of the row before it."""
    before, here = slot_of(lines, number - 1, window), slot_of(lines, number, window)
    for at in range(0, COEFFICIENTS * lines.plane, LANES):
        store(lines.ring, here + at, load(lines.ring, before + at))


@compiled
def repeat_border(lines: Lines, begin: int, end: int, width: int) -> None:
    """Fills the sums of columns outside the image, which has those from `begin` up to the one before `end`."""
    for start in range(0, COEFFICIENTS * lines.plane, lines.plane):
        for column in range(begin):
            lines.columns[start + column] = lines.columns[start + begin]
        for column in range(end, width):
            lines.columns[start + column] = lines.columns[start + end - 1]


@compiled
def write_motion(lines: Lines, window: int, width: int, flow: Flat, flow_row: FlowRow) -> None:
    """Writes the motion of `width` pixels of one row, and of up to seven more."""
    plane, num_fives = lines.plane, window // 5
    for at in range(0, COEFFICIENTS * plane, LANES):
        store(lines.partial, at, _sum_of_five(lines.columns, at))
    for x in range(0, width, LANES):
        if num_fives > 0:
            sums = _planes(lines.partial, x, plane)
        else:
            zero = widened(spread(0.0))
            sums = (zero, zero, zero, zero, zero)
        for step in range(5, 5 * num_fives, 5):
            sums = _added(sums, _planes(lines.partial, x + step, plane))
        for step in range(5 * num_fives, window):
            sums = _added(sums, _planes(lines.columns, x + step, plane))
        yy, xy, xx, h_y, h_x = sums
        determinant = yy * xx - xy * xy
        regularized = narrowed(determinant + widened(spread(regularization(window))))
        store(flow, flow_row.x_at + x, narrowed(yy * h_x - xy * h_y) / regularized)
        store(flow, flow_row.y_at + x, narrowed(xx * h_y - xy * h_x) / regularized)
        store(flow, flow_row.determinant_at + x, narrowed(determinant))


@compiled_in_place
def regularization(window: int) -> np.float32:
    """What is added to the determinant. It is made of sums instead of means, hence the square of their number."""
    return np.float32(_REGULARIZATION * window**4)


@compiled_in_place
def _sum_of_five(columns: FlatWide, at: int) -> Any:
    neighbours = load(columns, at + 1) + load(columns, at + 2), load(columns, at + 3) + load(columns, at + 4)
    return load(columns, at) + (neighbours[0] + neighbours[1])


@compiled_in_place
def _planes(sums: FlatWide, at: int, plane: int) -> tuple[Any, Any, Any, Any, Any]:
    return (
        load(sums, at),
        load(sums, at + plane),
        load(sums, at + 2 * plane),
        load(sums, at + 3 * plane),
        load(sums, at + 4 * plane),
    )


@compiled_in_place
def _added(sums: tuple[Any, Any, Any, Any, Any], others: tuple[Any, Any, Any, Any, Any]) -> Any:
    return sums[0] + others[0], sums[1] + others[1], sums[2] + others[2], sums[3] + others[3], sums[4] + others[4]
