"""Motion of the regions of the face relative to the head ([Deng2024] Sec. 3.1).

The nose tip stays where it is during expressions, so its flow is the motion of the head.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimator import FlowEstimator, Prepared
from spotformer_core.flow.pooling import Pooling, pool_nose_tip, pool_regions
from spotformer_core.shapes import Float32, UInt8


class HeadMotion(StrEnum):
    """How the motion of the head is taken off."""

    SUBTRACT = "subtract"
    """The flow of the nose tip is subtracted from the flow of the regions: one flow per pair.

    Differs from [Deng2024] Sec. 3.1, which realigns. For a pure shift both are the same."""
    REALIGN = "realign"
    """The face box of the second frame is moved by the flow of the nose tip, and flow is computed again.

    The box moves by whole pixels of the frame, since anything finer would blur the crop; what is left is subtracted."""


Shifted = Callable[[int, tuple[int, int]], UInt8[np.ndarray, "size size"]]
"""The face of pair number p, cropped by the box moved right and down by whole pixels of the frame."""


def relative_motion(
    estimator: FlowEstimator[Prepared],
    first: Prepared,
    later: Sequence[Prepared],
    areas: Areas,
    *,
    pooling: Pooling,
) -> Float32[np.ndarray, "pairs regions 2"]:
    """Motion of every region from `first` to each of `later`, the motion of the nose tip subtracted."""
    return _relative(estimator.flow(first, later, areas), areas, pooling)


def realigned_motion(
    estimator: FlowEstimator[Prepared],
    first: Prepared,
    later: Sequence[Prepared],
    areas: Areas,
    *,
    pooling: Pooling,
    shifted: Shifted,
    crop_pixels_per_pixel: float,
) -> Float32[np.ndarray, "pairs regions 2"]:
    """Motion of every region from `first` to each of `later`, each of which is cropped anew by a moved box."""
    vectors = estimator.flow(first, later, areas)
    head_motion = pool_nose_tip(vectors[:, areas.starts[-2] :], pooling)
    moves = np.rint(head_motion / crop_pixels_per_pixel).astype(np.int64)
    if not moves.any():
        return _relative(vectors, areas, pooling)
    aligned = [
        estimator.prepare(shifted(pair, (int(right), int(down)))) if right or down else later[pair]
        for pair, (right, down) in enumerate(moves)
    ]
    return _relative(estimator.flow(first, aligned, areas), areas, pooling)


def _relative(
    vectors: Float32[np.ndarray, "pairs pixels 2"], areas: Areas, pooling: Pooling
) -> Float32[np.ndarray, "pairs regions 2"]:
    head_motion = pool_nose_tip(vectors[:, areas.starts[-2] :], pooling)
    return pool_regions(vectors, areas.starts[:-1], head_motion, pooling)
