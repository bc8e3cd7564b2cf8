"""Will a configuration end clearly below another? Asked of a race, on the subjects that are in so far.

F1 pools counts, so a subject says as much as it has expressions, and the mean of per-subject F1s is another figure. Its
standard error is that of the jackknife [Miller1974]: the pooled F1 without each subject in turn. What is asked is not
which configuration is better on people at large, but which will have the higher F1 when all subjects of the study are
in. They come in random order, so those so far are a sample drawn without replacement, and the error of what they
foretell shrinks by sqrt(1 - n / N) (finite population correction, [Cochran1977], Sec. 2.6).
`benchmarks/racing_tests.py` has what this was compared with.
"""

import numpy as np

from spotformer_core.errors import require
from spotformer_core.metrics.bootstrap import student_quantile
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.shapes import Float, Int


def clearly_worse(
    one: Int[np.ndarray, "subjects 3"], other: Int[np.ndarray, "subjects 3"], *, level: float, num_subjects: int
) -> bool:
    """Whether `one` will end with a lower pooled F1 than `other`, at this one-sided level of significance.

    Args:
        one: TP, FP and FN; its rows are the same subjects in the same order as those of `other`.
        level: chance to say so of a configuration that ends as good.
        num_subjects: of the whole study; at least as many as there are rows.

    Raises:
        InvalidValueError: with fewer than two subjects, more than there are, or a level outside (0, 0.5).
    """
    require(len(one) >= 2, "the number of subjects", "at least 2", len(one), "One subject has no spread.")
    require(
        len(one) <= num_subjects,
        "the number of subjects",
        f"at most the study's {num_subjects}",
        len(one),
        "Count the subjects that are left too.",
    )
    require(0 < level < 0.5, "level", "in (0, 0.5)", level, "A race uses 0.05 or less.")
    difference = float(f1_of(one.sum(axis=0)) - f1_of(other.sum(axis=0)))
    left = 1 - len(one) / num_subjects
    error = jackknife_error(left_out(one) - left_out(other)) * left**0.5
    return bool(difference < -student_quantile(1 - level, len(one) - 1) * error)


def left_out(counts: Int[np.ndarray, "subjects 3"]) -> Float[np.ndarray, " subjects"]:
    """The pooled F1 without each subject in turn."""
    return np.asarray(f1_of(counts.sum(axis=0) - counts), np.float64)


def jackknife_error(values: Float[np.ndarray, " subjects"]) -> float:
    """The standard error of a figure, from its values without each subject in turn."""
    return float(values.std() * np.sqrt(len(values) - 1))
