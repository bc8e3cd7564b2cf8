"""How much texture an area has: the least determinant of the normal equations of its pixels.

Where it is small against OpenCV's regularization, motion is damped and iterations creep. Where it changes, as by loss
of focus, what was known about the last pairs says little about the next.
"""

import numpy as np

from spotformer_core.flow.estimation.boxes import Box, BoxFlow, flow_row_at
from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.shapes import Float32, Int64


@compiled
def note_texture(
    areas: Int64[np.ndarray, "areas 4"], box: Box, flow: BoxFlow, texture: Float32[np.ndarray, " areas"]
) -> None:
    """Writes the texture of every area that lies in `box`, which was solved last."""
    for number in range(len(areas)):
        if lies_in(areas, number, box):
            texture[number] = _least_determinant(areas, number, flow)


@compiled
def texture_is_kept(
    areas: Int64[np.ndarray, "areas 4"],
    box: Box,
    flow: BoxFlow,
    regularization: np.float32,
    damping: float,
    change: float,
    before: Float32[np.ndarray, " areas"],
) -> bool:
    """Whether all areas in `box`, which was solved last, have enough texture and about as much as `before`.

    Args:
        regularization: what is added to a determinant; at most the share `damping` of the sum.
        change: the largest factor between the sums now and before.
    """
    for number in range(len(areas)):
        if not lies_in(areas, number, box):
            continue
        now = _least_determinant(areas, number, flow) + regularization
        then = before[number] + regularization
        # Written so that what is no number is refused.
        if not (regularization <= damping * now and now <= change * then and then <= change * now):
            return False
    return True


@compiled_in_place
def lies_in(areas: Int64[np.ndarray, "areas 4"], number: int, box: Box) -> bool:
    """Whether an area is wholly inside `box`."""
    top, left, bottom, right = areas[number]
    return bool(top >= box.top and left >= box.left and bottom <= box.bottom and right <= box.right)


@compiled
def _least_determinant(areas: Int64[np.ndarray, "areas 4"], number: int, flow: BoxFlow) -> np.float32:
    top, left, bottom, right = areas[number]
    least = np.float32(np.inf)
    for y in range(top, bottom):
        at = flow_row_at(flow, y, left).determinant_at
        for x in range(right - left):
            determinant = flow.flow[at + x]
            if not determinant >= least:
                least = determinant
    return least
