"""Which configuration is better, and how sure that is: all of them on the same resampled subjects."""

from dataclasses import dataclass

import numpy as np

from spotformer_core.metrics.bootstrap import (
    NUM_RESAMPLES,
    Estimate,
    draw_subjects,
    interval_of,
    resampled_f1,
)
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.shapes import Float, Int


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How much better one configuration is than another.

    Attributes:
        f1: the difference of the pooled F1, positive when the first is better, with its 95 % interval.
        superiority: share of resamples in which the first is better; equal ones count half.
    """

    f1: Estimate
    superiority: float


def probability_resolution(num_subjects: int, *, num_resamples: int = NUM_RESAMPLES) -> float:
    """How near to 0 or 1 a share of resamples may be told: the probability is no nearer than this to either.

    With n subjects no exact paired test can reach a one-sided p-value below 2 ** -n, the chance that all of n equal
    comparisons come out on one side; a share of 1 among resamples of these subjects says no more than that. Besides, an
    event that is not seen in B resamples has a probability of up to 3 / B (95 %).
    """
    return max(2.0**-num_subjects, 3 / num_resamples)


def paired_difference(
    one: Int[np.ndarray, "subjects 3"],
    other: Int[np.ndarray, "subjects 3"],
    *,
    seed: int = 0,
    num_resamples: int = NUM_RESAMPLES,
) -> Difference:
    """The difference of two configurations whose rows are the same subjects in the same order.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    counts = np.stack([one, other])
    resamples = draw_subjects(len(one), num_resamples=num_resamples, seed=seed)
    values = resampled_f1(counts, resamples)
    differences = values[:, 0] - values[:, 1]
    difference = f1_of(counts.sum(axis=1))
    return Difference(
        f1=interval_of(differences, float(difference[0] - difference[1]), len(one)),
        superiority=float(np.mean(differences > 0) + np.mean(differences == 0) / 2),
    )


def probabilities_of_being_best(
    counts: Int[np.ndarray, "configurations subjects 3"], *, seed: int = 0, num_resamples: int = NUM_RESAMPLES
) -> Float[np.ndarray, " configurations"]:
    """Share of resamples in which each configuration has the highest pooled F1; ties are shared. They add up to 1.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    values = resampled_f1(counts, draw_subjects(counts.shape[1], num_resamples=num_resamples, seed=seed))
    best = values == values.max(axis=1, keepdims=True)
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0), np.float64)
