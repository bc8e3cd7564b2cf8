"""The optimisation of one network on one training set, epoch by epoch."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Int
from spotformer_core.training.failures import DivergedError, memory_failures_named
from spotformer_core.training.optimizer import learning_rate, make_optimizer
from spotformer_core.training.sampling import draw_epoch, num_batches_per_epoch
from spotformer_core.training.snapshot import Snapshot, captured, restore
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.training_set import TrainingSet

_EXPLOSION = 1e3
"""A mean loss of more than this many times the first one is no training any more."""


class Trainer:
    """A network, what it learns from, and everything that changes while it learns.

    Dropout draws from PyTorch's default generator of the device, so one process trains one network at a time, or
    several side by side (`fold_stack`).

    Args:
        network: trained in place.
        training_set: on the device of the network.
        generator: draws the batches; on the CPU.
        dropout_generator: what dropout draws from on the CPU; PyTorch's default generator when None.
        gpu_steps: how a GPU runs the steps.

    Attributes:
        epoch: epochs finished.
        num_steps: optimiser steps taken.
        mean_loss: of the last epoch.
        optimizer: of the network.
        steps_per_epoch: ceil(frames / batch_size).

    Raises:
        TrainingError: when the training set is empty.
    """

    def __init__(
        self,
        network: SpotFormer,
        training_set: TrainingSet,
        *,
        configuration: Configuration,
        generator: torch.Generator,
        dropout_generator: torch.Generator | None = None,
        gpu_steps: GpuSteps = GpuSteps.EAGER,
    ) -> None:
        if training_set.num_frames == 0:
            raise TrainingError(
                "a fold must have frames to train on, got none with training_frames "
                f"{configuration.training.training_frames.value!r}. Use 'all', or annotate the training subjects."
            )
        self.network, self.training_set = network, training_set
        self.epoch, self.num_steps = 0, 0
        self.first_loss, self.mean_loss = math.nan, math.nan
        self._configuration = configuration
        self._config = configuration.training
        self._device = training_set.windows.device
        self.optimizer = make_optimizer(network, self._config)
        self._gpu_steps = gpu_steps
        self._step: TrainingStep | None = None
        self.steps_per_epoch = num_batches_per_epoch(training_set.num_frames, batch_size=self._config.batch_size)
        self._classes = training_set.labels.contrast.cpu()
        self._generators = _generators(generator, dropout_generator, self._device)
        self._last_good: Snapshot | None = None

    def run_epoch(self) -> float:
        """Trains for one epoch of ceil(frames / batch_size) steps; its mean loss.

        Raises:
            DivergedError: when the mean loss or a weight is not finite, or the mean loss explodes.
            DeviceMemoryError: when a batch does not fit the memory of the device.
        """
        with memory_failures_named(self._configuration, self._device):
            batches = self.draw_epoch()
            if self._step is None:
                self._step = TrainingStep(
                    self.network,
                    [self.training_set],
                    [self.optimizer],
                    configuration=self._configuration,
                    gpu_steps=self._gpu_steps,
                )
            self.network.train()
            # Losses stay on the device until here, so that a GPU waits for the CPU once per epoch, not in every step.
            losses = torch.cat([self._step(indices[None], [self.next_learning_rate()]) for indices in batches])
        return self.finish_epoch(losses.tolist())

    def draw_epoch(self) -> Int[Tensor, "batches batch"]:
        """The frames of every batch of the next epoch, on the device."""
        return draw_epoch(
            self._classes,
            balance=self._config.class_balance,
            batch_size=self._config.batch_size,
            generator=self._generators["batches"],
        ).to(self._device)

    def next_learning_rate(self) -> float:
        """The learning rate of the next step, which is counted as taken."""
        rate = learning_rate(self.num_steps, steps_per_epoch=self.steps_per_epoch, config=self._config)
        self.num_steps += 1
        return rate

    def finish_epoch(self, losses: Sequence[float]) -> float:
        """Counts an epoch whose steps had these losses; its mean loss.

        Raises:
            DivergedError: when the mean loss or a weight is not finite, or the mean loss explodes.
        """
        self.epoch += 1
        self.mean_loss = math.fsum(losses) / len(losses)
        if self.epoch == 1:
            self.first_loss = losses[0]
        self._require_good()
        self._last_good = self.snapshot()
        return self.mean_loss

    def snapshot(self, extra: dict[str, Tensor] | None = None) -> Snapshot:
        """A copy of everything that decides how the training goes on.

        Args:
            extra: kept beside it.
        """
        return Snapshot(
            epoch=self.epoch,
            num_steps=self.num_steps,
            first_loss=self.first_loss,
            mean_loss=self.mean_loss,
            tensors=captured(self.network, self.optimizer, self._generators),
            extra=extra or {},
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Goes on from a snapshot of the same configuration and training set, as if nothing had been in between.

        Raises:
            TrainingError: when the snapshot is of another network.
        """
        restore(snapshot.tensors, self.network, self.optimizer, self._generators)
        self.epoch, self.num_steps = snapshot.epoch, snapshot.num_steps
        self.first_loss, self.mean_loss = snapshot.first_loss, snapshot.mean_loss
        self._last_good = snapshot
        # A recorded step would still read the memory of the state that was replaced.
        self._step = None

    def _require_good(self) -> None:
        values = [value for value in self.network.state_dict().values() if value.is_floating_point()]
        finite_weights = bool(torch.stack([value.sum() for value in values]).isfinite().all())
        if finite_weights and self.mean_loss <= _EXPLOSION * self.first_loss:
            return
        what = "the mean loss of an epoch" if not math.isfinite(self.mean_loss) else "the weights after an epoch"
        rule = "finite"
        if finite_weights and math.isfinite(self.mean_loss):
            what, rule = (
                "the mean loss of an epoch",
                f"at most {_EXPLOSION:g} times the first loss, {self.first_loss:g}",
            )
        got = self.mean_loss if what.startswith("the mean") else math.nan
        error = DivergedError(
            f"{what} must be {rule}, got {got:g} in epoch {self.epoch}. Lower learning_rate (now "
            f"{self._config.learning_rate}), or extract the flow again if it holds broken numbers."
        )
        error.last_good = self._last_good
        raise error


def _generators(
    batches: torch.Generator, dropout: torch.Generator | None, device: torch.device
) -> dict[str, torch.Generator]:
    """Every generator that training draws from, by name."""
    generators = {"batches": batches, "dropout": dropout or torch.default_generator}
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        generators["dropout_on_gpu"] = torch.cuda.default_generators[index]
    return generators
