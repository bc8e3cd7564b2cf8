"""The optimisation of one network on one training set."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Int
from spotformer_core.training.optimizer import make_optimizer, make_schedule
from spotformer_core.training.sampling import draw_epoch, num_batches_per_epoch
from spotformer_core.training.training_set import TrainingSet

Report: TypeAlias = Callable[[int, float], None]
"""Called after every epoch with its number, counted from 1, and its mean loss."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSummary:
    """How the optimisation ended.

    Attributes:
        final_loss: mean loss of the last epoch.
        num_steps: optimiser steps taken.
    """

    final_loss: float
    num_steps: int


def train(
    network: SpotFormer,
    training_set: TrainingSet,
    *,
    configuration: Configuration,
    generator: torch.Generator,
    report: Report,
) -> TrainingSummary:
    """Trains `network` in place, for `num_epochs` epochs of ceil(frames / batch_size) steps.

    Args:
        training_set: on the device of the network.
        generator: draws the batches; on the CPU.

    Raises:
        TrainingError: when the mean loss of an epoch is not finite.
    """
    config = configuration.training
    steps_per_epoch = num_batches_per_epoch(training_set.num_frames, batch_size=config.batch_size)
    num_steps = config.num_epochs * steps_per_epoch
    optimizer = make_optimizer(network, config)
    schedule = make_schedule(optimizer, config, num_steps=num_steps)
    classes = training_set.labels.contrast.cpu()
    network.train()
    mean_loss = math.nan
    for epoch in range(1, config.num_epochs + 1):
        batches = draw_epoch(
            classes, balance=config.class_balance, batch_size=config.batch_size, generator=generator
        ).to(training_set.windows.device)
        # Losses stay on the device until here, so that a GPU waits for the CPU once per epoch, not in every step.
        losses = [_step(network, training_set, indices, configuration, optimizer, schedule) for indices in batches]
        mean_loss = torch.stack(losses).mean().item()
        _require_finite(mean_loss, epoch=epoch, configuration=configuration)
        report(epoch, mean_loss)
    return TrainingSummary(final_loss=mean_loss, num_steps=num_steps)


def _step(
    network: SpotFormer,
    training_set: TrainingSet,
    indices: Int[Tensor, " batch"],
    configuration: Configuration,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> Tensor:
    windows, labels = training_set.batch(indices)
    optimizer.zero_grad()
    loss = spotting_loss(network(windows), labels, configuration.loss)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    schedule.step()
    return loss.detach()


def _require_finite(mean_loss: float, *, epoch: int, configuration: Configuration) -> None:
    if not math.isfinite(mean_loss):
        raise TrainingError(
            f"the mean loss of an epoch must be finite, got {mean_loss} in epoch {epoch}. Lower learning_rate "
            f"(now {configuration.training.learning_rate}), or extract the flow again if it holds broken numbers."
        )
