"""Candidates made ready for decoding at many apex thresholds: what depends on no threshold is computed once.

frame by frame       best onset, offset and score of every frame as apex
distinct             of frames with one and the same interval, those that can never be proposed are left out
ranked               best score first
better               for each candidate, the better ones that it overlaps too much: it is proposed at a threshold
                     when it exceeds the threshold and none of these is proposed
"""

from dataclasses import dataclass
from typing import no_type_check

import numba
import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.boundaries import best_boundaries
from spotformer_core.decoding.proposals import durations
from spotformer_core.decoding.suppression import ends_of, pair_iou, suppression_rule
from spotformer_core.shapes import Float, Int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RankedCandidates:
    """The candidates of one kind in one recording, best score first; of equal scores the earlier frame first.

    Attributes:
        better_first: where in `better` the ranks of each candidate begin, and where those of the last one end.
        better: ranks of the better candidates whose proposal suppresses this one.
    """

    onset: Int[np.ndarray, " candidates"]
    offset: Int[np.ndarray, " candidates"]
    apex_probability: Float[np.ndarray, " candidates"]
    better_first: Int[np.ndarray, " starts"]
    better: Int[np.ndarray, " pairs"]


def rank_candidates(
    scores: Float[np.ndarray, "frames kinds channels"], kind: ExpressionKind, decoding: DecodingConfig
) -> RankedCandidates:
    """The candidates of a recording; neither the apex thresholds nor the limit of `decoding` cut anything off."""
    longest, shortest = durations(kind, decoding)
    own = scores[:, KINDS.index(kind)].astype(np.float64)
    onset, offset, score, allowed = best_boundaries(own, shortest // 2, longest // 2, decoding.boundary_consistency)
    apex_probability = np.ascontiguousarray(own[:, Channel.APEX])
    overlap_threshold, length = suppression_rule(decoding)
    if overlap_threshold < 1:
        # At 1 nothing is suppressed, not even a repeated interval.
        allowed &= _distinct(onset, offset, apex_probability, score)
    frames = np.flatnonzero(allowed)
    ranked = frames[np.argsort(-score[frames], kind="stable")]
    rank = np.empty(len(own), np.int64)
    rank[ranked] = np.arange(len(ranked))
    first, better = _better_overlapping(
        onset[frames],
        offset[frames],
        rank[frames],
        overlap_threshold,
        ends_of(length),
    )
    return RankedCandidates(
        onset=onset[ranked],
        offset=offset[ranked],
        apex_probability=apex_probability[ranked],
        better_first=first,
        better=better,
    )


@numba.njit(cache=True, nogil=True)
@no_type_check
def _distinct(onset: np.ndarray, offset: np.ndarray, apex_probability: np.ndarray, score: np.ndarray) -> np.ndarray:
    """False for a frame when another of the same interval stands before it and exceeds every threshold that it does.

    With one interval the score rises with the apex probability, so the frame of the highest probability stands first;
    frames before it remain only where rounding, or a probability of 0, gives the same score to a lower probability.
    """
    num_frames = len(onset)
    distinct = np.zeros(num_frames, np.bool_)
    first = 0
    while first < num_frames:
        stop, best_score = first, 0.0
        while stop < num_frames and onset[stop] == onset[first] and offset[stop] == offset[first]:
            best_score = max(best_score, score[stop])
            stop += 1
        highest = -1.0
        for frame in range(first, stop):
            if score[frame] == best_score and apex_probability[frame] > highest:
                distinct[frame], highest = True, apex_probability[frame]
        first = stop
    return distinct


@numba.njit(cache=True, nogil=True)
@no_type_check
def _better_overlapping(
    onset: np.ndarray, offset: np.ndarray, ranks: np.ndarray, overlap_threshold: float, ends: int
) -> tuple[np.ndarray, np.ndarray]:
    """`better_first` and `better` of candidates that are given by rising frame."""
    num_candidates = len(onset)
    counts = np.zeros(num_candidates + 1, np.int64)
    better = np.empty(0, np.int64)
    # Once to count and once to write.
    for writes in (False, True):
        for one in range(num_candidates):
            for other in range(one + 1, num_candidates):
                if onset[other] > offset[one]:
                    break
                if pair_iou(onset[one], offset[one], onset[other], offset[other], ends) <= overlap_threshold:
                    continue
                worse, best = max(ranks[one], ranks[other]), min(ranks[one], ranks[other])
                if writes:
                    better[counts[worse]] = best
                    counts[worse] += 1
                else:
                    counts[worse + 1] += 1
        if not writes:
            counts = np.cumsum(counts)
            better = np.empty(counts[-1], np.int64)
    starts = np.zeros(num_candidates + 1, np.int64)
    starts[1:] = counts[:-1]
    return starts, better
