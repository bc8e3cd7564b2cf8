"""Iterations of Farneback's method on one rectangle of one level, Sec. 3 of [Farneback2003]."""

from typing import Any, NamedTuple

from spotformer_core.flow.estimation.averaging import (
    Memory,
    add_row,
    lines_in,
    repeat_border,
    repeat_row,
    slot_of,
    write_motion,
)
from spotformer_core.flow.estimation.boxes import Box, BoxFlow, flow_row_at, grown
from spotformer_core.flow.estimation.compilation import compiled
from spotformer_core.flow.estimation.matrices import Row, write_matrices
from spotformer_core.flow.estimation.pyramid import Level


class Faces(NamedTuple):
    """The expansions of two faces, and the weights of the columns and rows of the level that is worked on."""

    first: Any
    later: Any
    weights: Any


@compiled
def refine(faces: Faces, level: Level, flow: BoxFlow, wanted: Box, reach: int, iterations: int, memory: Memory) -> None:
    """Improves `flow` in place: inside `wanted` it is right if its box has iterations * reach more pixels."""
    for iteration in range(iterations):
        solve(faces, level, flow, grown(wanted, (iterations - 1 - iteration) * reach, level.size), reach, memory)


@compiled
def solve(faces: Faces, level: Level, flow: BoxFlow, box: Box, reach: int, memory: Memory) -> None:
    """One iteration inside `box`, row by row and in place.

    A row of normal equations is made once, when it enters the window; what it was made from is overwritten only when
    the window's centre comes by, `reach` rows later.
    """
    window, width = 2 * reach + 1, box.right - box.left
    lines = lines_in(memory, width, window)
    around = grown(box, reach, level.size)
    begin = around.left - (box.left - reach)
    end = around.right - (box.left - reach)
    for number in range(box.bottom - box.top + 2 * reach):
        y = box.top - reach + number
        if number > 0 and (y <= 0 or y >= level.size):
            repeat_row(lines, number, window)
        else:
            row = Row(min(max(y, 0), level.size - 1), around.left, around.right)
            row_at, to_at = flow_row_at(flow, row.y, row.left), slot_of(lines, number, window) + begin
            write_matrices(
                *(faces.first, faces.later, level, faces.weights, row, flow.flow, row_at),
                *(lines.ring, to_at, lines.plane),
            )
        add_row(lines, number, window)
        if number >= 2 * reach:
            repeat_border(lines, begin, end, width + 2 * reach)
            write_motion(lines, window, width, flow.flow, flow_row_at(flow, y - reach, box.left))
