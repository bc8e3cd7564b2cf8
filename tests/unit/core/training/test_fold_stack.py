"""Folds that are trained side by side come out as those that are trained alone. On the CPU: no GPU was at hand."""

from dataclasses import fields, replace
from enum import StrEnum
from functools import partial

import numpy as np
import pytest
import torch

from spotformer_core.config import Architecture, LossConfig, ModelConfig, TrainingConfig
from spotformer_core.errors import InvalidValueError, TrainingError
from spotformer_core.training.failures import DivergedError
from spotformer_core.training.fold import evaluate_fold
from spotformer_core.training.fold_stack import evaluate_folds
from spotformer_core.training.folds import Fold, leave_one_subject_out
from tests.rounding import BFLOAT16, MULTIPLE, SINGLE, largest_move_in_double, networks_in, spread

SEEDS = (3, 4, 5)


@pytest.fixture
def double():
    """Networks that compute in double precision, in which rounding hides no mistake."""
    with networks_in(torch.float64):
        yield


@pytest.fixture
def folds(make_band) -> list[Fold]:
    """Three folds with one, two and four batches of 16 per epoch."""
    bands = [make_band("a", "a1", num_frames=16, seed=1), make_band("b", "b1", num_frames=20, seed=2)]
    bands += [make_band("c", f"c{number}", num_frames=20, seed=2 + number) for number in (1, 2)]

    def fold(held_out: str, training: tuple[str, ...]) -> Fold:
        return Fold(
            held_out=held_out,
            training=tuple(band for band in bands if band.recording.subject in training),
            testing=tuple(band for band in bands if band.recording.subject == held_out),
        )

    return [fold("b", ("a",)), fold("c", ("b",)), fold("a", ("b", "c"))]


def assert_as_alone(configuration, folds, results, seeds) -> None:
    for fold, seed, result in zip(folds, seeds, results, strict=True):
        alone = evaluate_fold(configuration, fold, seed=seed)
        assert (result.subject, result.seed, result.num_steps) == (fold.held_out, seed, alone.num_steps)
        rounding = largest_move_in_double(configuration, num_steps=alone.num_steps)
        assert result.final_loss == pytest.approx(alone.final_loss, rel=rounding)
        for name, scores in alone.scores.items():
            np.testing.assert_allclose(result.scores[name], scores, rtol=0, atol=rounding)


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize("architecture", Architecture)
def test_every_fold_comes_out_as_if_it_were_trained_alone(small_configuration, folds, architecture):
    configuration = small_configuration.with_parameters(
        {"architecture": architecture, "num_epochs": 2, "dropout": 0.2, "learning_rate_schedule": "cosine"}
    )

    results = evaluate_folds(configuration, folds, seeds=(3, 4, 5))

    assert [result.num_steps for result in results] == [2, 4, 8]
    assert_as_alone(configuration, folds, results, (3, 4, 5))
    # Another seed gives others.
    other = evaluate_fold(configuration, folds[0], seed=9).scores["b1"]
    assert np.abs(other - results[0].scores["b1"]).max() > 1e-3


@pytest.mark.usefixtures("double")
def test_a_stack_of_one_fold_is_that_fold_alone(small_configuration, folds):
    configuration = small_configuration.with_parameters({"dropout": 0.3})

    results = evaluate_folds(configuration, folds[2:], seeds=(7,))

    assert_as_alone(configuration, folds[2:], results, (7,))


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(
    "parameters",
    [
        {"regions": "ten", "graph_pooling": "average", "features": "adjacent"},
        {"binary_loss": "distance-focal", "boundary_loss": "cross-entropy", "contrastive_unit_length": True},
        {"learning_rate_schedule": "exponential", "warmup_steps": 2},
    ],
)
def test_so_it_is_with_other_configurations(small_configuration, folds, parameters):
    configuration = small_configuration.with_parameters(parameters)

    results = evaluate_folds(configuration, folds, seeds=(3, 4, 5))

    assert_as_alone(configuration, folds, results, (3, 4, 5))


CHOICES = [
    (field.name, value)
    for group in (ModelConfig, LossConfig, TrainingConfig)
    for field in fields(group)
    if isinstance(field.default, StrEnum) and field.name not in {"architecture", "precision"}
    for value in type(field.default)
    if value is not field.default
]
"""Every choice that is no default; architecture is tried above, precision below."""


@pytest.mark.usefixtures("double")
@pytest.mark.parametrize(("name", "value"), CHOICES, ids=[f"{name}={value}" for name, value in CHOICES])
def test_there_is_no_choice_of_a_configuration_that_cannot_be_stacked(small_configuration, make_band, name, value):
    bands = [make_band(subject, f"{subject}1", num_frames=20) for subject in "ab"]
    # As many regions as the largest graph has; the others take the first ones.
    folds = leave_one_subject_out([replace(band, flow=band.flow[:, :, np.arange(14) % 10]) for band in bands])
    configuration = small_configuration.with_parameters({name: value, "num_epochs": 1})

    assert_as_alone(configuration, folds, evaluate_folds(configuration, folds, seeds=(3, 4)), (3, 4))


@pytest.mark.parametrize(
    ("precision", "unit"), [("float32", SINGLE), ("bfloat16", BFLOAT16)], ids=["float32", "bfloat16"]
)
def test_in_single_precision_a_stack_moves_a_fold_no_further_than_rounding_does(
    small_configuration, folds, precision, unit
):
    configuration = small_configuration.with_parameters({"precision": precision})

    def alone(fold, seed) -> np.ndarray:
        return numbers_of(evaluate_fold(configuration, fold, seed=seed))

    with networks_in(torch.float32):
        results = evaluate_folds(configuration, folds, seeds=SEEDS)
        unmoved = [alone(fold, seed) for fold, seed in zip(folds, SEEDS, strict=True)]

    for fold, seed, result, numbers in zip(folds, SEEDS, results, unmoved, strict=True):
        allowed = MULTIPLE * spread(partial(alone, fold, seed), moved_by=unit)
        assert np.abs(numbers_of(result) - numbers).max() <= allowed
    # Far below what another seed does.
    assert np.abs(unmoved[0] - alone(folds[0], 9)).max() > allowed


def numbers_of(result) -> np.ndarray:
    """The final loss and every probability."""
    return np.concatenate([[result.final_loss], *(scores.ravel() for scores in result.scores.values())])


@pytest.mark.usefixtures("double")
def test_a_fold_that_diverges_leaves_the_others_as_they_are(small_configuration, folds):
    folds[0].training[0].flow[5] = np.inf  # A recording that no other fold is trained on.

    results = evaluate_folds(small_configuration, folds, seeds=(3, 4, 5))

    assert isinstance(results[0], DivergedError)
    assert "the mean loss of an epoch must be finite, got nan" in str(results[0])
    assert_as_alone(small_configuration, folds[1:], results[1:], (4, 5))


def test_nothing_random_is_left_behind(small_configuration, folds):
    before = torch.get_rng_state()

    evaluate_folds(small_configuration, folds[:2], seeds=(3, 4))

    assert torch.equal(torch.get_rng_state(), before)


def test_no_fold_and_a_missing_seed_are_refused(small_configuration, folds):
    with pytest.raises(InvalidValueError, match="folds must be one or more, got 0"):
        evaluate_folds(small_configuration, [], seeds=())
    with pytest.raises(InvalidValueError, match=r"seeds must be one per fold \(3\), got 2"):
        evaluate_folds(small_configuration, folds, seeds=(1, 2))


def test_a_fold_without_anything_to_train_on_is_refused_before_any_is_trained(small_configuration, folds, make_band):
    configuration = small_configuration.with_parameters({"training_frames": "expression-segments"})
    empty = Fold(held_out="z", training=(make_band("a", "a1", expressions=()),), testing=())

    with pytest.raises(TrainingError, match="got none with training_frames 'expression-segments'"):
        evaluate_folds(configuration, [*folds, empty], seeds=(1, 2, 3, 4))


@pytest.mark.usefixtures("double")
def test_what_is_stored_of_earlier_epochs_is_what_each_fold_stores_alone(small_configuration, folds):
    configuration = small_configuration.with_parameters({"num_epochs": 3})

    results = evaluate_folds(configuration, folds, seeds=(3, 4, 5), stored_epochs=(1, 3))

    for fold, seed, result in zip(folds, (3, 4, 5), results, strict=True):
        alone = evaluate_fold(configuration, fold, seed=seed, stored_epochs=(1, 3))
        assert set(result.scores_by_epoch) == set(alone.scores_by_epoch) == {1, 3}
        assert result.scores_by_epoch[3] is result.scores
        rounding = largest_move_in_double(configuration, num_steps=alone.num_steps)
        for epoch in (1, 3):
            for name, scores in alone.scores_by_epoch[epoch].items():
                np.testing.assert_allclose(result.scores_by_epoch[epoch][name], scores, rtol=0, atol=rounding)
        # What is compared moved by much more than that between the two epochs.
        moved = [alone.scores_by_epoch[1][name] - alone.scores_by_epoch[3][name] for name in alone.scores]
        assert max(np.abs(one).max() for one in moved) > 1e-3


def test_storing_earlier_epochs_changes_nothing_about_the_last_to_the_last_bit(small_configuration, folds):
    configuration = small_configuration.with_parameters({"num_epochs": 2, "dropout": 0.2})

    plain = evaluate_folds(configuration, folds, seeds=(3, 4, 5))
    stored = evaluate_folds(configuration, folds, seeds=(3, 4, 5), stored_epochs=(1,))

    for one, other in zip(plain, stored, strict=True):
        assert one.final_loss == other.final_loss
        assert all(np.array_equal(one.scores[name], other.scores[name]) for name in one.scores)


def test_an_epoch_beyond_the_last_is_refused(small_configuration, folds):
    with pytest.raises(InvalidValueError, match=r"stored_epochs must be from 1 to num_epochs \(1\), got \[2\]"):
        evaluate_folds(
            small_configuration.with_parameters({"num_epochs": 1}), folds, seeds=(1, 2, 3), stored_epochs=[2]
        )


def test_the_time_of_the_stack_is_shared_equally_and_scoring_is_each_folds_own(small_configuration, folds, monkeypatch):
    ticks = iter(range(100))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(ticks)))
    configuration = small_configuration.with_parameters({"num_epochs": 2})

    results = evaluate_folds(configuration, folds, seeds=(3, 4, 5), stored_epochs=(1,))

    # The clock is read twice at each of six scorings, and at both ends: 13 ticks, 6 of them of scoring.
    assert [result.seconds_scoring for result in results] == [2, 2, 2]
    assert [result.seconds_training for result in results] == [pytest.approx(7 / 3)] * 3


def test_an_epoch_is_reported_when_the_slowest_fold_has_finished_it(small_configuration, folds):
    heard = []
    configuration = small_configuration.with_parameters({"num_epochs": 3})

    results = evaluate_folds(
        configuration, folds, seeds=(3, 4, 5), report=lambda epoch, loss: heard.append((epoch, loss))
    )

    assert [epoch for epoch, _ in heard] == [1, 2, 3]
    assert heard[-1][1] == pytest.approx(np.mean([result.final_loss for result in results]))


def test_a_fold_that_failed_holds_no_report_back(small_configuration, folds):
    heard = []
    folds[1].training[0].flow[5] = np.inf  # Its first epoch ends when the other fold has finished two.
    configuration = small_configuration.with_parameters({"num_epochs": 3})

    results = evaluate_folds(
        configuration, folds[:2], seeds=(3, 4), report=lambda epoch, loss: heard.append((epoch, loss))
    )

    assert isinstance(results[1], DivergedError)
    assert [epoch for epoch, _ in heard] == [2, 3]
    assert heard[-1][1] == results[0].final_loss
