"""Is a configuration clearly worse than another on the same subjects? Asked of a race, so again and again.

F1 pools counts, so a subject says as much as it has expressions, and the mean of per-subject F1s is another figure. The
delta method gives every subject its influence on the difference of the two pooled F1s. The difference over its standard
error, which follows from the influences, is compared with Student's t, since the subjects are few (the first order of
the jackknife of [Miller1974]). `benchmarks/racing_tests.py` has what it was compared with.
"""

import numpy as np

from spotformer_core.errors import require
from spotformer_core.metrics.bootstrap import student_quantile
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.shapes import Float, Int


def clearly_worse(one: Int[np.ndarray, "subjects 3"], other: Int[np.ndarray, "subjects 3"], *, level: float) -> bool:
    """Whether the pooled F1 of `one` is below that of `other`, at this one-sided level of significance.

    Args:
        one: TP, FP and FN; its rows are the same subjects in the same order as those of `other`.
        level: chance to say so of a configuration that is as good.

    Raises:
        InvalidValueError: with fewer than two subjects or a level outside (0, 0.5).
    """
    require(len(one) >= 2, "the number of subjects", "at least 2", len(one), "One subject has no spread.")
    require(0 < level < 0.5, "level", "in (0, 0.5)", level, "A race uses 0.05 or less.")
    difference = float(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))
    influences = influence(one) - influence(other)
    error = float(influences.std(ddof=1)) / len(one) ** 0.5
    return bool(difference < -student_quantile(1 - level, len(one) - 1) * error)


def influence(counts: Int[np.ndarray, "subjects 3"]) -> Float[np.ndarray, " subjects"]:
    """How far each subject moves the pooled F1 of all, to first order; they add up to 0."""
    doubled = 2.0 * counts[:, 0]
    whole = doubled + counts[:, 1] + counts[:, 2]
    if not whole.any():
        return np.zeros(len(counts))
    return np.asarray((doubled - f1_of(counts.sum(axis=0)) * whole) / whole.mean(), np.float64)
