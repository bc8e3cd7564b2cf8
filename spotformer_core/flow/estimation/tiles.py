"""Which rectangles of which level are needed for the flow of some areas.

An iteration takes `reach` pixels off the rectangle in which the flow is right, on every side that is not the border of
the image. The last of I iterations must give the wanted rectangle, so the first one needs I * reach pixels around it,
where the flow comes from the next coarser level; what that level must give follows, and so on up.

Rectangles that lie close to each other share their surroundings: two become one where that is less work.
"""

import numpy as np

from spotformer_core.flow.estimation.boxes import Box, grown
from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place, entry_point
from spotformer_core.flow.estimation.enlarging import position_of
from spotformer_core.flow.estimation.lanes import LANES
from spotformer_core.shapes import Int64

_ROW_BLOCKS = 1
"""What a row costs beyond its pixels, in blocks of eight pixels."""


@entry_point
def plan_tiles(
    areas: Int64[np.ndarray, "areas 4"], sizes: Int64[np.ndarray, " levels"], reach: int, iterations: int
) -> Int64[np.ndarray, "tiles 5"]:
    """The level and the box (top, left, bottom, right) of every rectangle, the coarsest level first.

    Args:
        areas: boxes of the finest level whose flow is wanted.
        sizes: sides of the levels, the finest first.
        reach: pixels from the centre of the window to its side.
    """
    num_levels = len(sizes)
    tiles = np.empty((num_levels * len(areas), 5), np.int64)
    wanted = np.empty_like(areas)
    for number in range(len(areas)):
        _set(wanted, number, _box(areas, number))
    num_boxes, begin = len(areas), len(tiles)
    for level in range(num_levels):
        num_boxes = _merge(wanted, num_boxes, sizes[level], reach, iterations)
        begin -= num_boxes
        for number in range(num_boxes):
            box = _box(wanted, number)
            tiles[begin + number, 0] = level
            tiles[begin + number, 1], tiles[begin + number, 2] = box.top, box.left
            tiles[begin + number, 3], tiles[begin + number, 4] = box.bottom, box.right
            if level + 1 < num_levels:
                needed = grown(box, reach * iterations, sizes[level])
                _set(wanted, number, _behind(needed, sizes[level], sizes[level + 1]))
    return tiles[begin:]


@compiled
def _behind(box: Box, size: int, coarse_size: int) -> Box:
    """What the next coarser level must give for the flow of a box to start from."""
    return Box(
        int(position_of(box.top, size, coarse_size)),
        int(position_of(box.left, size, coarse_size)),
        min(int(position_of(box.bottom - 1, size, coarse_size)) + 2, coarse_size),
        min(int(position_of(box.right - 1, size, coarse_size)) + 2, coarse_size),
    )


@compiled
def _merge(boxes: Int64[np.ndarray, "boxes 4"], num_boxes: int, size: int, reach: int, iterations: int) -> int:
    """Unites boxes in place as long as that saves work; returns how many are left, at the front."""
    while True:
        most_saved, first, second = 0, 0, 0
        for one in range(num_boxes):
            for other in range(one):
                apart = _cost(_box(boxes, one), size, reach, iterations)
                apart += _cost(_box(boxes, other), size, reach, iterations)
                saved = apart - _cost(_united(_box(boxes, one), _box(boxes, other)), size, reach, iterations)
                if saved > most_saved:
                    most_saved, first, second = saved, other, one
        if most_saved == 0:
            return num_boxes
        _set(boxes, first, _united(_box(boxes, first), _box(boxes, second)))
        num_boxes -= 1
        _set(boxes, second, _box(boxes, num_boxes))


@compiled_in_place
def _box(boxes: Int64[np.ndarray, "boxes 4"], number: int) -> Box:
    return Box(boxes[number, 0], boxes[number, 1], boxes[number, 2], boxes[number, 3])


@compiled_in_place
def _set(boxes: Int64[np.ndarray, "boxes 4"], number: int, box: Box) -> None:
    boxes[number, 0], boxes[number, 1], boxes[number, 2], boxes[number, 3] = box.top, box.left, box.bottom, box.right


@compiled_in_place
def _united(one: Box, other: Box) -> Box:
    return Box(
        min(one.top, other.top), min(one.left, other.left), max(one.bottom, other.bottom), max(one.right, other.right)
    )


@compiled
def _cost(box: Box, size: int, reach: int, iterations: int) -> int:
    """Blocks of eight pixels to be worked on, in all iterations."""
    cost = 0
    for step in range(1, iterations + 1):
        around = grown(box, step * reach, size)
        blocks = (around.right - around.left + LANES - 1) // LANES
        cost += (around.bottom - around.top) * (blocks + _ROW_BLOCKS)
    return cost
