"""Non-maximum suppression of intervals, [Deng2024] Sec. 3.4."""

from typing import no_type_check

import numba
import numpy as np

from spotformer_core.choices import IntervalLength
from spotformer_core.config import DecodingConfig
from spotformer_core.shapes import Float, Int


def ends_of(length: IntervalLength) -> int:
    """What an interval is longer than offset - onset, in frames."""
    return 1 if length is IntervalLength.INCLUSIVE else 0


def suppression_rule(decoding: DecodingConfig) -> tuple[float, IntervalLength]:
    """The IoU that two proposals may have, and what their length is in it; what decides nothing is not read."""
    if decoding.max_proposals_per_recording == 1:
        # The best one is kept alone, whatever it overlaps.
        return 1.0, IntervalLength.EXCLUSIVE
    threshold = decoding.overlap_threshold
    return threshold, decoding.suppression_length if threshold < 1 else IntervalLength.EXCLUSIVE


def interval_iou(
    onset: Int[np.ndarray, " one"],
    offset: Int[np.ndarray, " one"],
    other_onset: Int[np.ndarray, " other"],
    other_offset: Int[np.ndarray, " other"],
    *,
    length: IntervalLength = IntervalLength.INCLUSIVE,
) -> Float[np.ndarray, "one other"]:
    """Intersection over union of every interval with every other (Eq. 6); 0 where neither has a length."""
    ends = ends_of(length)
    overlap = (
        np.minimum(offset[:, None], other_offset[None, :]) - np.maximum(onset[:, None], other_onset[None, :]) + ends
    ).clip(min=0)
    union = (offset - onset + ends)[:, None] + (other_offset - other_onset + ends)[None, :] - overlap
    return np.asarray(np.divide(overlap, union, out=np.zeros(union.shape), where=union > 0), np.float64)


@numba.njit(cache=True, nogil=True)
@no_type_check
def pair_iou(onset: int, offset: int, other_onset: int, other_offset: int, ends: int) -> float:
    """Intersection over union of two intervals, to the last bit as `interval_iou` has it when `ends` is 1.

    Args:
        ends: 1 when both ends belong to an interval, 0 when its length is offset - onset.
    """
    overlap = max(min(offset, other_offset) - max(onset, other_onset) + ends, 0)
    union = (offset - onset + ends) + (other_offset - other_onset + ends) - overlap
    return overlap / union if overlap > 0 and union > 0 else 0.0


def suppress(
    onset: Int[np.ndarray, " proposals"],
    offset: Int[np.ndarray, " proposals"],
    *,
    overlap_threshold: float,
    length: IntervalLength,
    most: int = 0,
) -> Int[np.ndarray, " kept"]:
    """Indices of the intervals that are kept, given best score first: none overlaps a better kept one by more
    than `overlap_threshold` (IoU of intervals of this `length`), and there are no more than `most` (0: any number).
    """
    kept: list[int] = []
    alive = np.ones(len(onset), bool)
    for index in range(len(onset)):
        if not alive[index]:
            continue
        kept.append(index)
        if len(kept) == most:
            break
        one = slice(index, index + 1)
        alive &= interval_iou(onset[one], offset[one], onset, offset, length=length)[0] <= overlap_threshold
    return np.array(kept, np.int64)
