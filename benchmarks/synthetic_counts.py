"""Counts of searches that were never run: configurations of known quality on subjects as real datasets have them.

Subjects have as many expressions as those of the dataset with that many subjects. They differ in how hard they are,
configurations in how good they are, and both together by chance.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.selection_bias import CAS_ME_2, CONFIGURATION_SPREAD, SAMM_LV, SUBJECT_SPREAD
from spotformer_core.shapes import Float, Int

# ORIGIN: rows per subject in the annotation table of CAS(ME)^3 part A, version 2.
# fmt: off
CAS_ME_3 = (
    2, 2, 4, 5, 5, 7, 8, 10, 10, 10, 11, 11, 12, 14, 15, 16, 17, 17, 18, 18, 19, 19, 20, 20, 22, 23, 23, 23, 23, 24, 24,
    24, 25, 25, 26, 26, 27, 27, 28, 28, 30, 30, 31, 32, 34, 35, 35, 35, 36, 36, 37, 38, 38, 38, 39, 39, 42, 42, 44, 45,
    46, 46, 47, 47, 47, 49, 50, 51, 51, 52, 52, 55, 56, 61, 62, 63, 64, 64, 66, 66, 69, 69, 70, 70, 75, 77, 79, 79, 86,
    87, 91, 91, 101, 103, 104, 129, 140, 167,
)
# fmt: on
EXPRESSIONS_OF_SUBJECTS = {22: CAS_ME_2, 30: SAMM_LV, 94: CAS_ME_3}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """How much the configurations of a search differ.

    Attributes:
        spread: standard deviation of a configuration's quality, in log odds that an expression is found.
    """

    name: str
    spread: float


ALIKE = Field(name="alike", spread=0.1)
MIXED = Field(name="mixed", spread=0.4)


def synthetic_search(
    field: Field, *, num_configurations: int, num_subjects: int, generator: np.random.Generator
) -> Int[np.ndarray, "configurations subjects 3"]:
    """TP, FP and FN of every configuration on every subject; subjects in random order."""
    expressions = np.array(EXPRESSIONS_OF_SUBJECTS[num_subjects])
    truths = generator.permutation(expressions)[:num_subjects]
    quality = generator.normal(0, field.spread, num_configurations)
    return counts_of(quality, truths, generator)


def counts_of(
    quality: Float[np.ndarray, " configurations"], truths: Int[np.ndarray, " subjects"], generator: np.random.Generator
) -> Int[np.ndarray, "configurations subjects 3"]:
    """TP, FP and FN of configurations of this quality on subjects with so many expressions."""
    shape = (len(quality), len(truths))
    num_subjects, quality = len(truths), quality[:, None]
    ease = generator.normal(-0.3, SUBJECT_SPREAD, num_subjects) + generator.normal(0, CONFIGURATION_SPREAD, shape)
    found = generator.binomial(truths, 1 / (1 + np.exp(-ease - quality)))
    restless = generator.normal(0, 0.6, num_subjects) + generator.normal(0, CONFIGURATION_SPREAD, shape)
    invented = generator.poisson((1 + 0.7 * truths) * np.exp(restless - quality))
    return np.stack([found, invented, truths - found], axis=-1)
