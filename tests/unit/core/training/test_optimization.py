import pytest
import torch

from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.errors import TrainingError
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.optimization import train
from spotformer_core.training.training_set import TrainingSet


def windows_with_labels_that_mean_nothing(num_frames: int) -> TrainingSet:
    boundaries = torch.tensor([Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL])
    return TrainingSet(
        windows=torch.randn(num_frames, 9, 10, 2).half(),
        labels=WindowLabels(
            boundary=boundaries[torch.randint(3, (num_frames, 2))],
            apex=torch.randint(2, (num_frames, 2)).float(),
            expression=torch.randint(2, (num_frames, 2)).float(),
            contrast=torch.randint(3, (num_frames,)),
        ),
    )


def test_a_small_network_learns_32_windows_by_heart():
    configuration = Configuration.from_parameters(
        {
            "window": 9,
            "width": 16,
            "num_heads": 2,
            "head_width": 8,
            "dropout": 0.0,
            "batch_size": 32,
            "num_epochs": 150,
            "learning_rate": 1e-2,
            "learning_rate_schedule": "cosine",
            "weight_decay": 0.0,
            "contrastive_lambda": 0.0,
        }
    )
    losses = []

    summary = train(
        SpotFormer(configuration.model),
        windows_with_labels_that_mean_nothing(32),
        configuration=configuration,
        generator=torch.Generator().manual_seed(0),
        report=lambda epoch, loss: losses.append(loss),
    )

    assert losses[0] > 1
    assert summary.final_loss == losses[-1]
    assert summary.final_loss < 0.01


def test_an_epoch_takes_as_many_steps_as_show_every_frame_once(small_configuration):
    reports = []

    summary = train(
        SpotFormer(small_configuration.model),
        windows_with_labels_that_mean_nothing(40),
        configuration=small_configuration,
        generator=torch.Generator().manual_seed(0),
        report=lambda epoch, loss: reports.append((epoch, loss)),
    )

    assert summary.num_steps == 2 * 3  # Two epochs of 40 frames in batches of 16.
    assert [epoch for epoch, _ in reports] == [1, 2]


def test_a_loss_that_explodes_is_reported_by_epoch_and_value(small_configuration):
    training_set = windows_with_labels_that_mean_nothing(16)
    training_set.windows[3, 4] = torch.nan

    with pytest.raises(TrainingError, match=r"got nan in epoch 1\. Lower learning_rate \(now 0\.001\)"):
        train(
            SpotFormer(small_configuration.model),
            training_set,
            configuration=small_configuration,
            generator=torch.Generator().manual_seed(0),
            report=lambda epoch, loss: pytest.fail(f"reported {loss}"),
        )
