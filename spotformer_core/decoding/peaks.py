"""From one score per frame to intervals: peaks of the smoothed score above a relative threshold.

How SL-Swin [He2023] and the methods before it spot, with the threshold of [Moilanen2014]:

    smoothed    mean of `smoothing` k scores, wherever so many stand side by side
    threshold   mean + p (maximum - mean) of the smoothed scores of the recording
    peaks       local maxima of at least the threshold; of two that are closer than `distance` k the lower one goes
    interval    `length` k frames around the middle of the smoothing window, moved by `shift` k

k is half the usual duration of an expression in frames. With the default values a peak at position i of the smoothed
score gives [i, i + 2k], as in the authors' code.
"""

from dataclasses import dataclass
from math import floor, isfinite
from typing import no_type_check

import numba
import numpy as np

from spotformer_core.decoding.ranking import RankedCandidates
from spotformer_core.errors import require
from spotformer_core.shapes import Float, Int


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakDecoding:
    """How a smoothed score becomes intervals. Lengths are multiples of k and are rounded half up to whole frames."""

    macro_threshold: float = 0.6
    """p of macro-expressions: 0 is the mean of a recording's smoothed scores, 1 their maximum."""
    micro_threshold: float = 0.6
    smoothing: float = 2.0
    """Length of the smoothing window; at least one frame."""
    length: float = 2.0
    """Last frame of an interval less its first one."""
    distance: float = 1.0
    """Peaks of one recording are at least so far apart."""
    shift: float = 0.0
    """How much later the interval is than the scores: a score may stand for flow to a later frame."""

    def __post_init__(self) -> None:
        for name in ("macro_threshold", "micro_threshold"):
            value = getattr(self, name)
            require(0 <= value <= 1, name, "in [0, 1]", value, "0 is the mean of a recording, 1 its highest score.")
        for name in ("smoothing", "length", "distance", "shift"):
            value = getattr(self, name)
            low = -_MOST_MULTIPLE if name == "shift" else 0
            repair = "It is a multiple of k, half the usual duration of an expression."
            rule = f"a number from {low} to {_MOST_MULTIPLE}"
            require(isfinite(value) and low <= value <= _MOST_MULTIPLE, name, rule, value, repair)


_MOST_MULTIPLE = 100
"""Of k, so that frame numbers stay numbers."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Peaks:
    """The peaks of one recording, the highest first; of equal ones the later first.

    Attributes:
        middle: position of the middle of the smoothing window, in scores from 0.
        level: how high a peak stands between the mean (0) and the maximum (1) of the smoothed scores: the highest
            threshold that it reaches.
    """

    middle: Int[np.ndarray, " peaks"]
    level: Float[np.ndarray, " peaks"]


def find_peaks(scores: Float[np.ndarray, " frames"], *, window: int, distance: int) -> Peaks:
    """The local maxima of the scores' moving mean, none closer than `distance` to a higher one.

    A plateau counts once, at its middle; one that reaches an end of the recording does not count. A threshold may be
    applied afterwards: a lower peak never takes a higher one away. A recording that is shorter than the window has no
    peak.
    """
    smoothed = _moving_mean(np.asarray(scores, np.float64), window)
    if not len(smoothed):
        return Peaks(middle=np.empty(0, np.int64), level=np.empty(0, np.float64))
    maxima = _local_maxima(smoothed)
    # Of equal heights the later first, which is what a stable sort gives from its end.
    falling = np.argsort(smoothed[maxima], kind="stable")[::-1]
    peaks = maxima[falling[_far_enough(maxima, falling, distance)[falling]]]
    mean, highest = float(smoothed.mean()), float(smoothed.max())
    spread = highest - mean
    level = (smoothed[peaks] - mean) / spread if spread > 0 else np.ones(len(peaks))
    return Peaks(middle=peaks + window // 2, level=level)


def rank_peaks(peaks: Peaks, *, k: int, decoding: PeakDecoding) -> RankedCandidates:
    """The intervals around peaks as candidates: at a threshold those are proposed whose level reaches it.

    Onsets and offsets are positions in the recording and may lie beyond its ends, as in the authors' code. Neither the
    thresholds nor the smoothing or the distance of `decoding` are used.
    """
    num_peaks = len(peaks.middle)
    middle, half = peaks.middle + frames(decoding.shift, k), frames(decoding.length / 2, k)
    return RankedCandidates(
        onset=middle - half,
        offset=middle + half,
        # Candidates must exceed a threshold; a peak must reach it.
        apex_probability=np.nextafter(peaks.level, np.inf),
        better_first=np.zeros(num_peaks + 1, np.int64),
        better=np.empty(0, np.int64),
    )


def frames(multiple: float, k: int) -> int:
    """So many times k in whole frames, rounded half up."""
    return floor(multiple * k + 0.5)


def window_and_distance(k: int, decoding: PeakDecoding) -> tuple[int, int]:
    """The smoothing window and the distance of peaks in frames; at least 1 each."""
    return max(frames(decoding.smoothing, k), 1), max(frames(decoding.distance, k), 1)


@numba.njit(cache=True, nogil=True)
@no_type_check
def _moving_mean(scores: np.ndarray, window: int) -> np.ndarray:
    means = np.empty(max(len(scores) - window + 1, 0), np.float64)
    for first in range(len(means)):
        # Every window is summed for itself: a running sum would give equal windows unequal means, and so peaks.
        total = 0.0
        for position in range(first, first + window):
            total += scores[position]
        means[first] = total / window
    return means


@numba.njit(cache=True, nogil=True)
@no_type_check
def _local_maxima(values: np.ndarray) -> np.ndarray:
    """Middles of the plateaus that are higher than what stands on both sides; of two middles the earlier."""
    maxima, count = np.empty(len(values) // 2 + 1, np.int64), 0
    position = 1
    while position < len(values) - 1:
        last = position
        while last + 1 < len(values) and values[last + 1] == values[position]:
            last += 1
        if last + 1 < len(values) and values[position - 1] < values[position] and values[last + 1] < values[position]:
            maxima[count] = (position + last) // 2
            count += 1
        position = last + 1
    return maxima[:count].copy()


@numba.njit(cache=True, nogil=True)
@no_type_check
def _far_enough(positions: np.ndarray, order: np.ndarray, distance: int) -> np.ndarray:
    """Which of the rising positions are kept: none is closer than `distance` to one that comes before it in `order`."""
    kept = np.ones(len(positions), np.bool_)
    for one in order:
        if not kept[one]:
            continue
        for side in (-1, 1):
            other = one + side
            while 0 <= other < len(positions) and abs(positions[other] - positions[one]) < distance:
                kept[other] = False
                other += side
    return kept
