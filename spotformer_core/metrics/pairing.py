"""Pairs of detections and truths that overlap enough, and which of them count. Compiled, for threshold tables."""

from typing import no_type_check

import numba
import numpy as np

from spotformer_core.decoding.suppression import ends_of, pair_iou
from spotformer_core.metrics.conventions import Convention, Enough, Matching
from spotformer_core.shapes import Float, Int

# Enums are not known to numba.
RULES = {
    Matching.FALLING_IOU: 0,
    Matching.TRUTH_ORDER: 1,
    Matching.OPTIMAL: 2,
    Matching.ANY: 3,
    Matching.OWN_BEST: 4,
}
_FALLING_IOU, _TRUTH_ORDER, _OPTIMAL, _OWN_BEST = 0, 1, 2, 4
NOBODY = -1

Pairs = tuple[Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"], Float[np.ndarray, " pairs"]]
"""Indices of the detections, in order; indices of the truths, in order for each detection; IoU."""


def enough_overlap(
    onset: Int[np.ndarray, " detections"],
    offset: Int[np.ndarray, " detections"],
    truth_onset: Int[np.ndarray, " truths"],
    truth_offset: Int[np.ndarray, " truths"],
    convention: Convention,
) -> Pairs:
    """The pairs whose IoU lets the detection find the truth."""
    ends = ends_of(convention.length)
    above = convention.enough is Enough.ABOVE
    detections, truths, iou = _pairs(
        onset, offset, truth_onset, truth_offset, ends, convention.shortest, convention.iou_threshold, above
    )
    return detections, truths, iou


@numba.njit(cache=True, nogil=True)
@no_type_check
def _pairs(
    onset: np.ndarray,
    offset: np.ndarray,
    truth_onset: np.ndarray,
    truth_offset: np.ndarray,
    ends: int,
    shortest: int,
    threshold: float,
    above: bool,  # noqa: FBT001 - numba knows no keyword-only arguments
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    room, num_pairs = 16, 0
    detections, truths, iou = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.float64)
    for detection in range(len(onset)):
        for truth in range(len(truth_onset)):
            one = pair_iou(onset[detection], offset[detection], truth_onset[truth], truth_offset[truth], ends)
            if one < threshold or (above and one == threshold):
                continue
            if min(offset[detection] - onset[detection], truth_offset[truth] - truth_onset[truth]) + 1 < shortest:
                continue
            if num_pairs == room:
                detections = np.concatenate((detections, np.empty(room, np.int64)))
                truths = np.concatenate((truths, np.empty(room, np.int64)))
                iou = np.concatenate((iou, np.empty(room, np.float64)))
                room *= 2
            detections[num_pairs], truths[num_pairs], iou[num_pairs] = detection, truth, one
            num_pairs += 1
    return detections[:num_pairs].copy(), truths[:num_pairs].copy(), iou[:num_pairs].copy()


@numba.njit(cache=True, nogil=True)
@no_type_check
def find_finders(
    detections: np.ndarray, truths: np.ndarray, iou: np.ndarray, num_pairs: int, rule: int, finder: np.ndarray
) -> int:
    """Writes which detection found each truth, or NOBODY, into `finder`; how many truths were found.

    Args:
        detections, truths, iou: as `enough_overlap` gives them; the first `num_pairs` count.
        rule: a value of `RULES`.
    """
    finder[:] = -1
    if num_pairs == 1:
        finder[truths[0]] = detections[0]
    elif num_pairs == 0:
        return 0
    elif rule == _FALLING_IOU:
        _by_falling_iou(detections, truths, iou, num_pairs, finder)
    elif rule == _TRUTH_ORDER:
        _in_order_of_truths(detections, truths, iou, num_pairs, finder)
    elif rule == _OPTIMAL:
        _most(detections, truths, num_pairs, finder)
    elif rule == _OWN_BEST:
        _by_own_best(detections, truths, iou, num_pairs, finder)
    else:
        for pair in range(num_pairs):
            if finder[truths[pair]] < 0:
                finder[truths[pair]] = detections[pair]
    return int(np.sum(finder >= 0))


@numba.njit(cache=True, nogil=True)
@no_type_check
def _is_in(value: int, values: np.ndarray) -> bool:
    for one in values:  # noqa: SIM110 - numba knows no any()
        if one == value:
            return True
    return False


@numba.njit(cache=True, nogil=True)
@no_type_check
def _by_falling_iou(
    detections: np.ndarray, truths: np.ndarray, iou: np.ndarray, num_pairs: int, finder: np.ndarray
) -> None:
    while True:
        best, highest = -1, 0.0
        for pair in range(num_pairs):
            if iou[pair] > highest and finder[truths[pair]] < 0 and not _is_in(detections[pair], finder):
                best, highest = pair, iou[pair]
        if best < 0:
            return
        finder[truths[best]] = detections[best]


@numba.njit(cache=True, nogil=True)
@no_type_check
def _in_order_of_truths(
    detections: np.ndarray, truths: np.ndarray, iou: np.ndarray, num_pairs: int, finder: np.ndarray
) -> None:
    for truth in range(len(finder)):
        best, highest = -1, 0.0
        for pair in range(num_pairs):
            if truths[pair] == truth and iou[pair] > highest and not _is_in(detections[pair], finder):
                best, highest = detections[pair], iou[pair]
        finder[truth] = best


@numba.njit(cache=True, nogil=True)
@no_type_check
def _by_own_best(
    detections: np.ndarray, truths: np.ndarray, iou: np.ndarray, num_pairs: int, finder: np.ndarray
) -> None:
    first = 0
    while first < num_pairs:
        best, stop = first, first + 1
        while stop < num_pairs and detections[stop] == detections[first]:
            if iou[stop] > iou[best]:
                best = stop
            stop += 1
        if finder[truths[best]] < 0:
            finder[truths[best]] = detections[best]
        first = stop


@numba.njit(cache=True, nogil=True)
@no_type_check
def _most(detections: np.ndarray, truths: np.ndarray, num_pairs: int, finder: np.ndarray) -> None:
    """Maximum bipartite matching: one truth after the other gets a detection along an augmenting path, if any."""
    num_detections = np.max(detections[:num_pairs]) + 1
    found = np.full(num_detections, -1, np.int64)
    asked_for = np.empty(num_detections, np.int64)
    waiting = np.empty(len(finder), np.int64)
    for root in range(len(finder)):
        asked_for[:] = -1
        waiting[0], head, tail, free = root, 0, 1, -1
        while head < tail and free < 0:
            truth = waiting[head]
            head += 1
            for pair in range(num_pairs):
                detection = detections[pair]
                if truths[pair] != truth or asked_for[detection] >= 0:
                    continue
                asked_for[detection] = truth
                if found[detection] < 0:
                    free = detection
                    break
                waiting[tail] = found[detection]
                tail += 1
        while free >= 0:
            truth = asked_for[free]
            given_up = finder[truth]
            finder[truth], found[free] = free, truth
            free = given_up
