"""Non-maximum suppression of intervals, [Deng2024] Sec. 3.4."""

import numpy as np

from spotformer_core.shapes import Float, Int


def interval_iou(
    onset: Int[np.ndarray, " one"],
    offset: Int[np.ndarray, " one"],
    other_onset: Int[np.ndarray, " other"],
    other_offset: Int[np.ndarray, " other"],
) -> Float[np.ndarray, "one other"]:
    """Intersection over union of every interval with every other (Eq. 6); both ends belong to an interval."""
    overlap = (
        np.minimum(offset[:, None], other_offset[None, :]) - np.maximum(onset[:, None], other_onset[None, :]) + 1
    ).clip(min=0)
    union = (offset - onset + 1)[:, None] + (other_offset - other_onset + 1)[None, :] - overlap
    return np.asarray(overlap / union, np.float64)


def suppress(
    onset: Int[np.ndarray, " proposals"], offset: Int[np.ndarray, " proposals"], *, overlap_threshold: float
) -> Int[np.ndarray, " kept"]:
    """Indices of the intervals that are kept, given best score first: none overlaps a better kept one by more
    than `overlap_threshold` (IoU).
    """
    kept: list[int] = []
    alive = np.ones(len(onset), bool)
    for index in range(len(onset)):
        if not alive[index]:
            continue
        kept.append(index)
        one = slice(index, index + 1)
        alive &= interval_iou(onset[one], offset[one], onset, offset)[0] <= overlap_threshold
    return np.array(kept, np.int64)
