"""The tests that a race could rest on: is `one` clearly worse than `other` on the same subjects?

Each takes the TP, FP and FN of both and a one-sided level. The first is the one that the platform uses.
"""

from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from spotformer_core.metrics.bootstrap import draw_subjects, resampled_f1, student_quantile
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.racing import clearly_worse
from spotformer_core.metrics.racing import influence as influence_of
from spotformer_core.shapes import Float, Int

Worse = Callable[[np.ndarray, np.ndarray, float], bool]
_NUM_RESAMPLES = 1000


def influence(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float) -> bool:
    """Influence on the pooled F1 by the delta method, against Student's t."""
    return clearly_worse(one, other, level=level)


def influence_normal(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float) -> bool:
    """The same against the normal distribution, which few subjects do not follow."""
    influences = influence_of(one) - influence_of(other)
    error = float(influences.std(ddof=1)) / len(one) ** 0.5
    difference = float(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))
    return difference < -NormalDist().inv_cdf(1 - level) * error


def bootstrap(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float) -> bool:
    """Share of resampled subjects in which the pooled F1 is not lower."""
    values = resampled_f1(np.stack([one, other]), _drawn(len(one)))
    return float(np.mean(values[:, 0] >= values[:, 1])) < level


def wilcoxon(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float) -> bool:
    """Signed ranks of per-subject F1s, subjects without a difference split between both signs."""
    differences = f1_of(one) - f1_of(other)
    sizes = np.abs(differences)
    _, places, repeats = np.unique(sizes, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(repeats) - (repeats - 1) / 2)[places]
    zeros = ranks[differences == 0].sum()
    upward = ranks[differences > 0].sum() + zeros / 2
    variance = float((ranks[differences != 0] ** 2).sum()) / 4
    if variance == 0:
        return False
    expected = ranks.sum() / 2
    return bool(NormalDist().cdf((upward - expected) / variance**0.5) < level)


def mean_f1(one: Int[np.ndarray, "s 3"], other: Int[np.ndarray, "s 3"], level: float) -> bool:
    """A paired t test of per-subject F1s, as irace's `t-test` compares with the best, without correction."""
    differences = f1_of(one) - f1_of(other)
    error = float(differences.std(ddof=1)) / len(one) ** 0.5
    return float(differences.mean()) < -student_quantile(1 - level, len(one) - 1) * error


@lru_cache
def _drawn(num_subjects: int) -> Float[np.ndarray, "r s"]:
    return draw_subjects(num_subjects, num_resamples=_NUM_RESAMPLES, seed=0)
