import dataclasses

import numpy as np
import pytest
import torch

from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.errors import TrainingError
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.fold import evaluate_fold, untrained_fold
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import score_recording
from spotformer_core.training.seeding import seeded


@pytest.fixture
def fold(make_band) -> Fold:
    return Fold(
        held_out="s2",
        training=(make_band("s1", "a", seed=1),),
        testing=(make_band("s2", "b", num_frames=24, seed=2), make_band("s2", "c", num_frames=31, seed=3)),
    )


def test_a_result_holds_the_scores_of_every_held_out_recording(small_configuration, fold):
    reports = []

    result = evaluate_fold(small_configuration, fold, seed=7, report=lambda epoch, loss: reports.append((epoch, loss)))

    assert (result.subject, result.seed) == ("s2", 7)
    assert {name: scores.shape for name, scores in result.scores.items()} == {"b": (24, 2, 5), "c": (31, 2, 5)}
    assert all(scores.dtype == np.float32 for scores in result.scores.values())
    assert result.num_steps == 4
    assert reports == [(1, reports[0][1]), (2, result.final_loss)]
    assert result.seconds_training > 0
    assert result.seconds_scoring > 0


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(small_configuration, fold):
    first, again, other = (evaluate_fold(small_configuration, fold, seed=seed) for seed in (3, 3, 4))

    assert first.final_loss == again.final_loss != other.final_loss
    for name, scores in first.scores.items():
        assert scores.tobytes() == again.scores[name].tobytes()
        assert scores.tobytes() != other.scores[name].tobytes()


def test_what_happened_before_does_not_matter_and_nothing_is_left_behind(small_configuration, fold):
    expected = evaluate_fold(small_configuration, fold, seed=3).final_loss
    torch.rand(11)
    np.random.rand(5)  # noqa: NPY002
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002

    result = evaluate_fold(small_configuration, fold, seed=3)

    assert result.final_loss == expected
    assert torch.equal(torch.get_rng_state(), torch_state)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002


def test_the_held_out_recordings_have_no_part_in_the_training(small_configuration, fold, make_band):
    other = dataclasses.replace(fold, testing=(make_band("s2", "d", expressions=(), seed=9),))

    assert (
        evaluate_fold(small_configuration, fold, seed=3).final_loss
        == evaluate_fold(small_configuration, other, seed=3).final_loss
    )


def test_the_annotation_of_a_held_out_recording_has_no_part_in_its_scores(small_configuration, fold):
    unlabelled = tuple(
        FlowBand(recording=dataclasses.replace(band.recording, expressions=()), flow=band.flow) for band in fold.testing
    )

    labelled_result = evaluate_fold(small_configuration, fold, seed=3)
    unlabelled_result = evaluate_fold(small_configuration, dataclasses.replace(fold, testing=unlabelled), seed=3)

    assert labelled_result.scores["b"].tobytes() == unlabelled_result.scores["b"].tobytes()


def test_training_teaches_where_expressions_are(small_configuration, fold, make_band):
    configuration = small_configuration.with_parameters(
        {
            "batch_size": 32,
            "num_epochs": 8,
            "learning_rate": 1e-2,
            "learning_rate_schedule": "cosine",
            "dropout": 0.0,
            "expression_weight": 1.0,
            "focal_alpha_expression": 0.5,
        }
    )
    training = tuple(make_band("s1", f"a{seed}", seed=seed) for seed in range(10, 18))
    fold = dataclasses.replace(fold, training=training)

    trained = evaluate_fold(configuration, fold, seed=0).scores["c"][:, 0, Channel.EXPRESSION]
    untrained = untrained_fold(configuration, fold, seed=0)["c"][:, 0, Channel.EXPRESSION]

    # The macro-expression lasts from frame 3 to 13; the frames from 26 on are neutral.
    assert trained[4:13].mean() - trained[26:].mean() > 0.4
    assert untrained[4:13].mean() - untrained[26:].mean() < 0.2


def test_the_untrained_baseline_is_the_network_from_which_training_starts(small_configuration, fold):
    before = torch.get_rng_state()

    scores = untrained_fold(small_configuration, fold, seed=3)

    assert torch.equal(torch.get_rng_state(), before)
    with seeded(3, device=torch.device("cpu")):
        network = SpotFormer(small_configuration.model)
    np.testing.assert_array_equal(scores["b"], score_recording(network, fold.testing[0], window=9))
    assert scores["b"].tobytes() != untrained_fold(small_configuration, fold, seed=4)["b"].tobytes()


def test_broken_flow_ends_the_fold_with_the_epoch_and_the_value(small_configuration, fold):
    fold.training[0].flow[5] = np.inf

    with pytest.raises(TrainingError, match=r"the mean loss of an epoch must be finite, got nan in epoch 1\."):
        evaluate_fold(small_configuration, fold, seed=0)
