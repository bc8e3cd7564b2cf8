"""The tests that a race could rest on: is `one` clearly worse than `other` on the same subjects?

Each takes the TP, FP and FN of both on the subjects so far, a one-sided level, and how many subjects there are in all,
which only the first two make use of. The first is the one that the platform uses.
"""

from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from spotformer_core.metrics.bootstrap import draw_subjects, resampled_f1, student_quantile
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.racing import clearly_worse, jackknife_error, left_out
from spotformer_core.shapes import Float, Int

Worse = Callable[[np.ndarray, np.ndarray, float, int], bool]
_NUM_RESAMPLES = 1000


def jackknife(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, num_subjects: int) -> bool:
    """Which one will end lower: the jackknife of the pooled F1, with what is left to come, against Student's t."""
    return clearly_worse(one, other, level=level, num_subjects=num_subjects)


def influence(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, num_subjects: int) -> bool:
    """The same by the delta method, whose errors are smaller with few subjects."""
    influences = influence_of(one) - influence_of(other)
    left = 1 - len(one) / num_subjects
    error = float(influences.std(ddof=1)) / len(one) ** 0.5 * left**0.5
    return _difference(one, other) < -student_quantile(1 - level, len(one) - 1) * error


def jackknife_endless(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, _: int) -> bool:
    """Which one is worse on people at large, as if subjects never ended."""
    error = jackknife_error(left_out(one) - left_out(other))
    return _difference(one, other) < -student_quantile(1 - level, len(one) - 1) * error


def influence_of(counts: Int[np.ndarray, "s 3"]) -> Float[np.ndarray, " s"]:
    """How far each subject moves the pooled F1 of all, to first order; they add up to 0."""
    doubled = 2.0 * counts[:, 0]
    whole = doubled + counts[:, 1] + counts[:, 2]
    if not whole.any():
        return np.zeros(len(counts))
    return np.asarray((doubled - f1_of(counts.sum(axis=0)) * whole) / whole.mean(), np.float64)


def bootstrap(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, _: int) -> bool:
    """Share of resampled subjects in which the pooled F1 is not lower."""
    values = resampled_f1(np.stack([one, other]), _drawn(len(one)))
    return float(np.mean(values[:, 0] >= values[:, 1])) < level


def wilcoxon(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, _: int) -> bool:
    """Signed ranks of per-subject F1s, subjects without a difference split between both signs."""
    differences = f1_of(one) - f1_of(other)
    sizes = np.abs(differences)
    _values, places, repeats = np.unique(sizes, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(repeats) - (repeats - 1) / 2)[places]
    zeros = ranks[differences == 0].sum()
    upward = ranks[differences > 0].sum() + zeros / 2
    variance = float((ranks[differences != 0] ** 2).sum()) / 4
    if variance == 0:
        return False
    expected = ranks.sum() / 2
    return bool(NormalDist().cdf((upward - expected) / variance**0.5) < level)


def mean_f1(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float, _: int) -> bool:
    """A paired t test of per-subject F1s, as irace's `t-test` compares with the best, without correction."""
    differences = f1_of(one) - f1_of(other)
    error = float(differences.std(ddof=1)) / len(one) ** 0.5
    return float(differences.mean()) < -student_quantile(1 - level, len(one) - 1) * error


def _difference(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"]) -> float:
    return float(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))


@lru_cache
def _drawn(num_subjects: int) -> Float[np.ndarray, "r s"]:
    return draw_subjects(num_subjects, num_resamples=_NUM_RESAMPLES, seed=0)
