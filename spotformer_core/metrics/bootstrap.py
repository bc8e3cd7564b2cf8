"""How far an F1 could be off: 95 % intervals by drawing subjects with replacement.

Subjects are drawn, not events, since events of one subject are alike and a new study would bring new subjects. Their
counts are added up before the F1 is taken (MEGC pools): a library's bootstrap over per-subject values would give the
interval of a mean of F1s, and one that calls a statistic per draw is a thousand times slower than one product here.

The interval is the percentile interval, widened as Student's t asks with so few subjects ([Hesterberg2015]).
`benchmarks/selection_bias.py` simulates how often it holds the truth; the plain percentile and BCa intervals hold it
less often with 22 and 30 subjects.
"""

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from spotformer_core.errors import require
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.shapes import Float, Int

CONFIDENCE = 0.95
NUM_RESAMPLES = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


def f1_interval(
    counts: Int[np.ndarray, "subjects 3"], *, seed: int = 0, num_resamples: int = NUM_RESAMPLES
) -> Estimate:
    """The pooled F1 of per-subject TP, FP and FN, with its interval.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    resamples = draw_subjects(len(counts), num_resamples=num_resamples, seed=seed)
    return interval_of(resampled_f1(counts[None], resamples)[:, 0], float(f1_of(counts.sum(axis=0))), len(counts))


def draw_subjects(
    num_subjects: int, *, num_resamples: int = NUM_RESAMPLES, seed: int = 0
) -> Int[np.ndarray, "resamples subjects"]:
    """How often each subject is in each resample; every row adds up to the number of subjects.

    Raises:
        InvalidValueError: with fewer than two subjects, or for a negative seed.
    """
    require(seed >= 0, "the seed of an interval", "0 or more", seed, "Leave it out to take 0.")
    require(num_subjects >= 2, "the number of subjects", "at least 2", num_subjects, "One subject has no spread.")
    generator = np.random.default_rng(seed)
    return generator.multinomial(num_subjects, np.full(num_subjects, 1 / num_subjects), size=num_resamples)


def resampled_f1(
    counts: Int[np.ndarray, "configurations subjects 3"], resamples: Int[np.ndarray, "resamples subjects"]
) -> Float[np.ndarray, "resamples configurations"]:
    """The pooled F1 of every configuration in every resample; the same subjects for all, so that they are paired."""
    return f1_of(pooled_counts(counts, resamples))


def pooled_counts(
    counts: Int[np.ndarray, "configurations subjects 3"], resamples: Int[np.ndarray, "resamples subjects"]
) -> Int[np.ndarray, "resamples configurations 3"]:
    """TP, FP and FN of every configuration in every resample."""
    per_subject = counts.transpose(1, 0, 2).reshape(counts.shape[1], -1)
    # As floating-point numbers, in which such counts are exact, the product is many times as fast.
    pooled = resamples.astype(np.float64) @ per_subject.astype(np.float64)
    return pooled.astype(np.int64).reshape(len(resamples), len(counts), 3)


def interval_of(values: Float[np.ndarray, " resamples"], value: float, num_subjects: int) -> Estimate:
    """`value` with the interval that its resampled values give."""
    tail = _widened_tail(num_subjects)
    low, high = np.quantile(values, [tail, 1 - tail])
    return Estimate(value=value, low=float(low), high=float(high))


@lru_cache
def _widened_tail(num_subjects: int) -> float:
    """The share of resamples to leave out at each end: less than 2.5 %, and the less the fewer subjects."""
    degrees = num_subjects - 1
    quantile = student_quantile((1 + CONFIDENCE) / 2, degrees)
    return NormalDist().cdf(-quantile * (num_subjects / degrees) ** 0.5)


@lru_cache
def student_quantile(probability: float, degrees: int) -> float:
    """The quantile of Student's t for a probability above 0.5.

    With t = sqrt(degrees) tan(angle) its density is proportional to cos(angle) ** (degrees - 1).
    """
    angles = np.linspace(0, np.pi / 2, 20001)
    density = np.cos(angles) ** (degrees - 1)
    area = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return float(degrees**0.5 * np.tan(np.interp(2 * probability - 1, area / area[-1], angles)))
