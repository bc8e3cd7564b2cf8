import dataclasses

import numpy as np
import pytest
import torch

from spotformer_core.config import Architecture
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.errors import FlowStoreError, InvalidValueError, TrainingError
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.fold import Checkpoint, evaluate_fold, untrained_fold
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import score_recording
from spotformer_core.training.seeding import seeded
from tests.unit.core.training.conftest import EXPRESSIONS


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
            "macro_expression_weight": 1.0,
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
    np.testing.assert_array_equal(scores["b"], score_recording(network, fold.testing[0]))
    assert scores["b"].tobytes() != untrained_fold(small_configuration, fold, seed=4)["b"].tobytes()


def test_broken_flow_ends_the_fold_with_the_epoch_and_the_value(small_configuration, fold):
    fold.training[0].flow[5] = np.inf

    with pytest.raises(TrainingError, match=r"the mean loss of an epoch must be finite, got nan in epoch 1\."):
        evaluate_fold(small_configuration, fold, seed=0)


def test_the_scores_of_chosen_epochs_are_kept_beside_those_of_the_last(small_configuration, fold):
    configuration = small_configuration.with_parameters({"num_epochs": 4})
    reference = evaluate_fold(configuration, fold, seed=3)

    result = evaluate_fold(configuration, fold, seed=3, stored_epochs=(3, 1))
    shorter = evaluate_fold(configuration.with_parameters({"num_epochs": 3}), fold, seed=3)

    assert list(reference.scores_by_epoch) == [4]
    assert list(result.scores_by_epoch) == [1, 3, 4]
    for name in ("b", "c"):
        # Scoring in between changes nothing of the training.
        assert result.scores[name].tobytes() == reference.scores[name].tobytes()
        assert result.scores_by_epoch[4][name].tobytes() == result.scores[name].tobytes()
        assert result.scores_by_epoch[3][name].tobytes() == shorter.scores[name].tobytes()


def test_an_epoch_beyond_the_last_cannot_be_stored(small_configuration, fold):
    with pytest.raises(InvalidValueError, match=r"stored_epochs must be from 1 to num_epochs \(2\), got \[0, 3\]"):
        evaluate_fold(small_configuration, fold, seed=0, stored_epochs=(0, 1, 3))


class Killed(BaseException):
    """Stands for the death of the process."""


def evaluate_until(configuration, fold, epoch: int, checkpoint: Checkpoint) -> None:
    def kill(finished: int, _: float) -> None:
        if finished == epoch:
            raise Killed

    with pytest.raises(Killed):
        evaluate_fold(configuration, fold, seed=3, report=kill, checkpoint=checkpoint, stored_epochs=(1, 3))


@pytest.mark.parametrize(
    ("killed_after", "every_epochs", "epochs_left"), [(1, 1, [2, 3, 4]), (3, 2, [3, 4]), (4, 1, [])]
)
def test_an_interrupted_fold_goes_on_to_the_same_bits(
    small_configuration, fold, tmp_path, killed_after, every_epochs, epochs_left
):
    configuration = small_configuration.with_parameters({"num_epochs": 4, "dropout": 0.3, "warmup_steps": 3})
    expected = evaluate_fold(configuration, fold, seed=3, stored_epochs=(1, 3))
    checkpoint = Checkpoint(path=tmp_path / "fold.safetensors", every_epochs=every_epochs)
    evaluate_until(configuration, fold, killed_after, checkpoint)
    torch.rand(5)
    reports = []

    result = evaluate_fold(
        configuration,
        fold,
        seed=3,
        report=lambda epoch, _: reports.append(epoch),
        checkpoint=checkpoint,
        stored_epochs=(1, 3),
    )

    assert reports == epochs_left
    assert result.final_loss == expected.final_loss
    assert result.num_steps == expected.num_steps
    assert list(result.scores_by_epoch) == list(expected.scores_by_epoch)
    for epoch, scores in expected.scores_by_epoch.items():
        for name in scores:
            assert result.scores_by_epoch[epoch][name].tobytes() == scores[name].tobytes()


@pytest.mark.parametrize(
    ("parameters", "seed", "what"),
    [({"learning_rate": 0.1}, 3, "configuration"), ({}, 4, "seed"), ({"num_epochs": 3}, 3, "configuration")],
)
def test_a_checkpoint_of_another_fold_is_refused(small_configuration, fold, tmp_path, parameters, seed, what):
    checkpoint = Checkpoint(path=tmp_path / "fold.safetensors")
    evaluate_fold(small_configuration, fold, seed=3, checkpoint=checkpoint)

    with pytest.raises(
        TrainingError, match=rf"must be of the fold that it continues, got .*another {what}\. Delete it"
    ):
        evaluate_fold(small_configuration.with_parameters(parameters), fold, seed=seed, checkpoint=checkpoint)


def test_how_scores_are_decoded_does_not_make_a_checkpoint_another(small_configuration, fold, tmp_path):
    checkpoint = Checkpoint(path=tmp_path / "fold.safetensors")
    expected = evaluate_fold(small_configuration, fold, seed=3, checkpoint=checkpoint)

    other = small_configuration.with_parameters({"overlap_threshold": 0.3})

    assert evaluate_fold(other, fold, seed=3, checkpoint=checkpoint).final_loss == expected.final_loss


def test_a_damaged_checkpoint_is_refused_with_its_name(small_configuration, fold, tmp_path):
    checkpoint = Checkpoint(path=tmp_path / "fold.safetensors")
    checkpoint.path.write_bytes(b"half a file")

    with pytest.raises(TrainingError, match=r"fold.safetensors must be a whole safetensors file, .*Delete it\."):
        evaluate_fold(small_configuration, fold, seed=3, checkpoint=checkpoint)


def test_a_checkpoint_is_written_at_least_every_so_many_epochs(tmp_path):
    with pytest.raises(InvalidValueError, match="every_epochs must be at least 1, got 0"):
        Checkpoint(path=tmp_path, every_epochs=0)


@pytest.mark.parametrize("balance", ["natural", "balanced"])
@pytest.mark.parametrize("kept", [slice(0, 1), slice(1, 2), slice(0, 0)])
def test_training_subjects_without_one_kind_or_any_expression_give_scores_all_the_same(
    small_configuration, fold, make_band, balance, kept
):
    training = (make_band("s1", "a", expressions=EXPRESSIONS[kept], seed=1), make_band("s3", "e", expressions=()))
    configuration = small_configuration.with_parameters({"class_balance": balance})

    result = evaluate_fold(configuration, dataclasses.replace(fold, training=training), seed=3)

    assert np.isfinite(result.final_loss)
    assert all(np.isfinite(scores).all() for scores in result.scores.values())


def test_training_subjects_without_any_expression_leave_no_expression_segments(small_configuration, fold, make_band):
    configuration = small_configuration.with_parameters({"training_frames": "expression-segments"})
    training = (make_band("s1", "a", expressions=()),)

    with pytest.raises(TrainingError, match=r"got none with training_frames 'expression-segments'\. Use 'all'"):
        evaluate_fold(configuration, dataclasses.replace(fold, training=training), seed=3)


def test_a_held_out_subject_without_expressions_is_scored(small_configuration, fold, make_band):
    testing = (make_band("s2", "b", expressions=()),)

    result = evaluate_fold(small_configuration, dataclasses.replace(fold, testing=testing), seed=3)

    assert result.scores["b"].shape == (30, 2, 5)


def test_a_store_without_the_regions_of_the_network_is_refused(small_configuration, fold):
    configuration = small_configuration.with_parameters({"regions": "with-nose-sides"})

    with pytest.raises(FlowStoreError, match="need a flow band of 12 regions, got 10"):
        evaluate_fold(configuration, fold, seed=3)


@pytest.mark.parametrize("architecture", Architecture)
def test_every_architecture_gives_the_same_bits_twice(small_configuration, fold, architecture):
    configuration = small_configuration.with_parameters({"architecture": architecture, "num_epochs": 1})

    first, again = (evaluate_fold(configuration, fold, seed=3) for _ in range(2))

    assert first.final_loss == again.final_loss
    assert first.scores["b"].tobytes() == again.scores["b"].tobytes()


def test_adjacent_flow_and_the_released_recipe_train(small_configuration, fold):
    configuration = small_configuration.with_parameters(
        {
            "features": "adjacent",
            "graph_pooling": "average",
            "labels": "as-released",
            "training_frames": "expression-segments",
            "binary_loss": "distance-focal",
            "boundary_loss": "cross-entropy",
            "label_smoothing": 0.16,
            "contrastive_loss": "as-released",
            "contrastive_base_tau": 0.07,
            "learning_rate_schedule": "exponential",
        }
    )

    result = evaluate_fold(configuration, fold, seed=3)

    # 30 frames: both segments show an expression, so all of them are trained on, in two batches of 16 per epoch.
    assert result.num_steps == 4
    assert np.isfinite(result.scores["b"]).all()
