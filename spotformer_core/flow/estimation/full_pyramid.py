"""The flow of one pair of faces, coarse to fine, computed only where it is wanted: exact, nothing is approximated."""

import numpy as np

from spotformer_core.flow.estimation.averaging import Memory, ring_length, sums_length
from spotformer_core.flow.estimation.boxes import (
    NUM_PLANES,
    Box,
    BoxFlow,
    box_flow_in,
    box_flow_length,
    flow_row_at,
    grown,
    level_row_at,
)
from spotformer_core.flow.estimation.compilation import compiled, entry_point
from spotformer_core.flow.estimation.enlarging import enlarge, enlarged_lines_length
from spotformer_core.flow.estimation.lanes import Flat
from spotformer_core.flow.estimation.pyramid import Level, level_of
from spotformer_core.flow.estimation.refinement import Faces, refine, solve
from spotformer_core.flow.estimation.rows import copy_row, largest_difference
from spotformer_core.flow.estimation.texture import note_texture
from spotformer_core.shapes import Float32, Int64


def memory_for(face_size: int, window: int) -> Memory:
    """What `estimate` works in."""
    beside_flow = max(ring_length(face_size, window), enlarged_lines_length(face_size))
    return Memory(
        pixels=np.zeros(box_flow_length(face_size) + beside_flow, np.float32),
        sums=np.zeros(sums_length(face_size, window)),
    )


@entry_point
def estimate(
    first: Flat,
    later: Flat,
    table: Int64[np.ndarray, "levels 4"],
    weights: Float32[np.ndarray, "levels elements"],
    tiles: Int64[np.ndarray, "tiles 5"],
    areas: Int64[np.ndarray, "areas 4"],
    reach: int,
    iterations: int,
    flows: Flat,
    texture: Float32[np.ndarray, " areas"],
    memory: Memory,
) -> np.float32:
    """Writes the flow from the first to the later face into `flows`, in the boxes of `tiles`.

    Returns the most in pixels by which the last iteration has changed x or y of a wanted pixel of the finest level.

    Args:
        first, later: expansions of all levels.
        table, weights: of the levels, the finest first.
        tiles: level and box, the coarsest level first.
        areas: inside the boxes of the finest level.
        flows: flow of all levels.
        texture: written for every area.
    """
    last_change = np.float32(0)
    for number in range(len(tiles)):
        level_number = tiles[number, 0]
        level = level_of(table, level_number)
        wanted = Box(tiles[number, 1], tiles[number, 2], tiles[number, 3], tiles[number, 4])
        flow = box_flow_in(memory.pixels, grown(wanted, reach * iterations, level.size))
        rest = Memory(memory.pixels[NUM_PLANES * flow.plane :], memory.sums)
        if level_number == len(table) - 1:
            for at in range(2 * flow.plane):
                flow.flow[at] = np.float32(0)
        else:
            enlarge(flows, level_of(table, level_number + 1), flow, level.size, rest.pixels)
        faces = Faces(first, later, weights[level_number])
        refine(faces, level, flow, grown(wanted, reach, level.size), reach, iterations - 1, rest)
        if level_number == 0:
            keep(flow, wanted, level, flows)
        solve(faces, level, flow, wanted, reach, rest)
        if level_number == 0:
            last_change = max(last_change, largest_change(flow, wanted, level, flows))
            note_texture(areas, wanted, flow, texture)
        keep(flow, wanted, level, flows)
    return last_change


@entry_point
def copy_areas(
    flows: Flat,
    table: Int64[np.ndarray, "levels 4"],
    areas: Int64[np.ndarray, "areas 4"],
    motion: Float32[np.ndarray, "pixels 2"],
) -> None:
    """Copies x and y of the pixels of `areas`, in their order, from the flow of the finest level."""
    level = level_of(table, 0)
    pixel = 0
    for area in range(len(areas)):
        for y in range(areas[area, 0], areas[area, 2]):
            row = level_row_at(level, y, areas[area, 1])
            for x in range(areas[area, 3] - areas[area, 1]):
                motion[pixel, 0] = flows[row.x_at + x]
                motion[pixel, 1] = flows[row.y_at + x]
                pixel += 1


@compiled
def keep(flow: BoxFlow, wanted: Box, level: Level, flows: Flat) -> None:
    """Copies the flow of `wanted` to its place in the flow of all levels."""
    width = wanted.right - wanted.left
    for y in range(wanted.top, wanted.bottom):
        here, kept = flow_row_at(flow, y, wanted.left), level_row_at(level, y, wanted.left)
        copy_row(flow.flow, here.x_at, flows, kept.x_at, width)
        copy_row(flow.flow, here.y_at, flows, kept.y_at, width)


@compiled
def largest_change(flow: BoxFlow, wanted: Box, level: Level, flows: Flat) -> np.float32:
    """The most by which x or y of a pixel of `wanted` differs from what has been kept."""
    width, largest = wanted.right - wanted.left, np.float32(0)
    for y in range(wanted.top, wanted.bottom):
        here, kept = flow_row_at(flow, y, wanted.left), level_row_at(level, y, wanted.left)
        largest = max(largest, largest_difference(flow.flow, here.x_at, flows, kept.x_at, width))
        largest = max(largest, largest_difference(flow.flow, here.y_at, flows, kept.y_at, width))
    return largest
