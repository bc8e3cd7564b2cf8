import numpy as np
import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.bootstrap import f1_interval
from spotformer_core.metrics.comparison import paired_difference, probabilities_of_being_best

# Subjects differ much, configurations little: each finds one more than the other on every subject.
DIFFICULTY = np.random.default_rng(0).integers(1, 30, size=20)
WORSE = np.stack([DIFFICULTY, np.full(20, 9), 40 - DIFFICULTY], axis=1)
BETTER = WORSE + np.array([1, 0, -1])


def test_a_difference_that_every_subject_shows_is_certain_though_the_intervals_overlap():
    difference = paired_difference(BETTER, WORSE)

    assert f1_interval(BETTER).low < f1_interval(WORSE).high
    assert difference.f1.value == pytest.approx(f1_interval(BETTER).value - f1_interval(WORSE).value)
    assert 0 < difference.f1.low < difference.f1.value < difference.f1.high
    assert difference.superiority == 1.0


def test_the_other_way_round_the_difference_is_negative():
    one, other = paired_difference(BETTER, WORSE), paired_difference(WORSE, BETTER)

    assert (other.f1.value, other.superiority) == (-one.f1.value, 0.0)
    assert (other.f1.low, other.f1.high) == (pytest.approx(-one.f1.high), pytest.approx(-one.f1.low))


def test_equal_configurations_are_as_likely_to_be_better():
    difference = paired_difference(WORSE, WORSE)

    assert (difference.f1.value, difference.f1.low, difference.f1.high, difference.superiority) == (0, 0, 0, 0.5)


def test_a_difference_on_few_subjects_is_uncertain():
    swapped = np.where(np.arange(20)[:, None] % 2 == 0, BETTER, WORSE)
    mirrored = np.where(np.arange(20)[:, None] % 2 == 1, BETTER, WORSE)

    difference = paired_difference(swapped, mirrored)

    assert difference.f1.low < 0 < difference.f1.high
    assert 0.05 < difference.superiority < 0.95


def test_the_probabilities_of_being_best_add_up_to_one():
    generator = np.random.default_rng(0)
    counts = generator.integers(0, 9, size=(6, 12, 3))

    probabilities = probabilities_of_being_best(counts)

    assert probabilities.sum() == pytest.approx(1)
    assert (probabilities > 0).sum() > 2


def test_who_is_always_better_is_best_for_sure_and_equals_share():
    assert probabilities_of_being_best(np.stack([WORSE, BETTER, WORSE])).tolist() == [0, 1, 0]
    assert probabilities_of_being_best(np.stack([WORSE, BETTER, BETTER])).tolist() == [0, 0.5, 0.5]


def test_equal_seeds_give_equal_figures():
    counts = np.random.default_rng(0).integers(0, 9, size=(2, 8, 3))

    assert paired_difference(*counts, seed=1) == paired_difference(*counts, seed=1)
    assert paired_difference(*counts, seed=1) != paired_difference(*counts, seed=2)


def test_a_single_subject_cannot_be_compared():
    with pytest.raises(InvalidValueError, match="number of subjects must be at least 2, got 1"):
        paired_difference(BETTER[:1], WORSE[:1])
    with pytest.raises(InvalidValueError, match="number of subjects must be at least 2, got 1"):
        probabilities_of_being_best(np.stack([BETTER[:1], WORSE[:1]]))
