"""The corrected winner; that it is unbiased is simulated in `benchmarks/selection_bias.py`."""

import numpy as np
import pytest

from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.selection import corrected_winner


def equal_configurations(*, num_configurations: int, num_subjects: int = 20, seed: int = 0) -> np.ndarray:
    """Each finds half of ten truths of every subject, by chance, and invents five."""
    generator = np.random.default_rng(seed)
    found = generator.binomial(10, 0.5, size=(num_configurations, num_subjects))
    return np.stack([found, np.full_like(found, 5), 10 - found], axis=-1)


def test_the_best_of_many_equal_ones_is_worth_less_than_it_appears():
    # Half of the truths found and as many invented: F1 0.5 in truth.
    winners = [corrected_winner(equal_configurations(num_configurations=60, seed=seed)) for seed in range(20)]

    apparent = np.mean([winner.apparent_f1 for winner in winners])
    corrected = np.mean([winner.corrected_f1.value for winner in winners])
    assert apparent > 0.55
    assert corrected == pytest.approx(0.5, abs=0.015)


def test_the_winner_is_the_configuration_of_the_highest_pooled_f1():
    counts = equal_configurations(num_configurations=5)
    f1 = [Counts(*one.sum(axis=0).tolist()).f1 for one in counts]

    winner = corrected_winner(counts)

    assert winner.index == int(np.argmax(f1))
    assert winner.apparent_f1 == max(f1)


def test_a_winner_by_far_needs_no_correction():
    counts = equal_configurations(num_configurations=5)
    counts[3] = np.array([9, 1, 1]) + np.random.default_rng(0).integers(0, 2, size=(20, 3))

    winner = corrected_winner(counts)

    assert winner.index == 3
    assert winner.corrected_f1.value == pytest.approx(winner.apparent_f1, abs=0.003)


def test_the_interval_holds_the_corrected_value_and_stays_between_0_and_1():
    for counts in (equal_configurations(num_configurations=30), np.array([[[0, 3, 2]] * 4, [[0, 2, 2]] * 4])):
        corrected = corrected_winner(counts).corrected_f1

        assert 0 <= corrected.low <= corrected.value <= corrected.high <= 1


def test_equal_seeds_give_equal_winners():
    counts = equal_configurations(num_configurations=10)

    assert corrected_winner(counts, seed=1) == corrected_winner(counts, seed=1)
    assert corrected_winner(counts, seed=1) != corrected_winner(counts, seed=2)


def test_a_single_subject_leaves_nothing_to_judge_on():
    with pytest.raises(InvalidValueError, match="number of subjects must be at least 2, got 1"):
        corrected_winner(equal_configurations(num_configurations=3, num_subjects=1))


def test_prior_configurations_compete_so_that_one_that_was_found_by_them_does_not_keep_their_luck():
    """The luckiest of 60 configurations that are equal in truth, once alone and once beside the 59 others."""
    gaps = []
    for seed in range(10):
        counts = equal_configurations(num_configurations=60, seed=seed)
        best = int(f1_of(counts.sum(axis=1)).argmax())
        own, prior = counts[[best]], np.delete(counts, best, axis=0)
        alone, beside = corrected_winner(own), corrected_winner(own, prior=prior)
        assert (alone.num_competitors, beside.num_competitors) == (1, 60)
        assert (beside.index, beside.apparent_f1) == (0, alone.apparent_f1)
        assert beside.is_told
        assert not alone.is_told
        gaps.append(alone.corrected_f1.value - beside.corrected_f1.value)

    assert min(gaps) > 0.01


def test_a_prior_configuration_cannot_win():
    counts = equal_configurations(num_configurations=3, seed=1)
    better = counts.copy()
    better[:, :, 0] += better[:, :, 2]
    better[:, :, 2] = 0

    assert corrected_winner(counts, prior=better).index == corrected_winner(counts).index
