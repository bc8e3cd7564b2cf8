"""Training on every recording, as the winner of a search is trained."""

import pytest
import torch

from spotformer_core.errors import InvalidValueError, TrainingError
from spotformer_core.training.fold import Checkpoint, evaluate_fold
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import score_recording
from spotformer_core.training.whole import train_network


@pytest.fixture
def bands(make_band):
    return (make_band("s1", "a", seed=1), make_band("s2", "b", num_frames=24, seed=2))


def test_the_network_of_a_fold_comes_of_its_training_recordings_and_its_seed(small_configuration, bands, make_band):
    fold = Fold(held_out="s3", training=bands, testing=(make_band("s3", "c", seed=3),))
    result = evaluate_fold(small_configuration, fold, seed=5)

    trained = train_network(small_configuration, bands, seed=5)

    assert trained.final_loss == result.final_loss
    assert trained.num_steps == result.num_steps
    assert score_recording(trained.network, fold.testing[0]).tobytes() == result.scores["c"].tobytes()


def test_the_network_after_an_earlier_epoch_is_that_of_the_fold_then(small_configuration, bands, make_band):
    fold = Fold(held_out="s3", training=bands, testing=(make_band("s3", "c", seed=3),))
    result = evaluate_fold(small_configuration, fold, seed=5, stored_epochs=(1,))

    trained = train_network(small_configuration, bands, seed=5, epoch=1)

    assert score_recording(trained.network, fold.testing[0]).tobytes() == result.scores_by_epoch[1]["c"].tobytes()
    assert result.scores_by_epoch[1]["c"].tobytes() != result.scores["c"].tobytes()


@pytest.mark.parametrize("epoch", [0, 3])
def test_an_epoch_that_does_not_come_is_refused(small_configuration, bands, epoch):
    with pytest.raises(InvalidValueError, match=rf"epoch must be from 1 to num_epochs \(2\), got {epoch}"):
        train_network(small_configuration, bands, seed=5, epoch=epoch)


def test_a_training_that_was_interrupted_ends_with_the_same_bits(small_configuration, bands, tmp_path):
    checkpoint = Checkpoint(path=tmp_path / "state.safetensors")
    expected = train_network(small_configuration, bands, seed=5)

    def stop(epoch: int, loss: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_network(small_configuration, bands, seed=5, checkpoint=checkpoint, report=stop)
    epochs = []
    resumed = train_network(
        small_configuration, bands, seed=5, checkpoint=checkpoint, report=lambda epoch, _: epochs.append(epoch)
    )

    assert epochs == [2]
    assert resumed.final_loss == expected.final_loss
    for name, weights in expected.network.state_dict().items():
        assert torch.equal(weights, resumed.network.state_dict()[name])


def test_a_checkpoint_of_other_recordings_is_refused(small_configuration, bands, tmp_path):
    checkpoint = Checkpoint(path=tmp_path / "state.safetensors")
    train_network(small_configuration, bands, seed=5, checkpoint=checkpoint)

    with pytest.raises(TrainingError, match=r"with another recordings. Delete it"):
        train_network(small_configuration, bands[:1], seed=5, checkpoint=checkpoint)
