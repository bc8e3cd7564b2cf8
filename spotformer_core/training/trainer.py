"""The optimisation of one network on one training set, epoch by epoch."""

import math

import torch
from torch import Tensor

from spotformer_core.config import Configuration, Precision
from spotformer_core.errors import TrainingError
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.model.spotformer import SpotFormer, SpotFormerOutput
from spotformer_core.shapes import Int
from spotformer_core.training.failures import DivergedError, memory_failures_named
from spotformer_core.training.optimizer import learning_rate, make_optimizer
from spotformer_core.training.sampling import draw_epoch, num_batches_per_epoch
from spotformer_core.training.snapshot import Snapshot, captured, restore
from spotformer_core.training.training_set import TrainingSet

_EXPLOSION = 1e3
"""A mean loss of more than this many times the first one is no training any more."""


class Trainer:
    """A network, what it learns from, and everything that changes while it learns.

    Dropout draws from PyTorch's default generator of the device, so one process trains one network at a time.

    Args:
        network: trained in place.
        training_set: on the device of the network.
        generator: draws the batches; on the CPU.

    Attributes:
        epoch: epochs finished.
        num_steps: optimiser steps taken.
        mean_loss: of the last epoch.

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
    ) -> None:
        if training_set.num_frames == 0:
            raise TrainingError(
                "a fold must have frames to train on, got none with training_frames "
                f"{configuration.training.training_frames.value!r}. Use 'all', or annotate the training subjects."
            )
        self.network = network
        self.epoch, self.num_steps = 0, 0
        self.first_loss, self.mean_loss = math.nan, math.nan
        self._training_set = training_set
        self._configuration = configuration
        self._config = configuration.training
        self._device = training_set.windows.device
        self._optimizer = make_optimizer(network, self._config)
        self._steps_per_epoch = num_batches_per_epoch(training_set.num_frames, batch_size=self._config.batch_size)
        self._classes = training_set.labels.contrast.cpu()
        self._generators = _generators(generator, self._device)
        self._last_good: Snapshot | None = None

    def run_epoch(self) -> float:
        """Trains for one epoch of ceil(frames / batch_size) steps; its mean loss.

        Raises:
            DivergedError: when the mean loss or a weight is not finite, or the mean loss explodes.
            DeviceMemoryError: when a batch does not fit the memory of the device.
        """
        batches = draw_epoch(
            self._classes,
            balance=self._config.class_balance,
            batch_size=self._config.batch_size,
            generator=self._generators["batches"],
        ).to(self._device)
        self.network.train()
        with memory_failures_named(self._configuration, self._device):
            # Losses stay on the device until here, so that a GPU waits for the CPU once per epoch, not in every step.
            losses = torch.stack([self._step(indices) for indices in batches]).tolist()
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
            tensors=captured(self.network, self._optimizer, self._generators),
            extra=extra or {},
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Goes on from a snapshot of the same configuration and training set, as if nothing had been in between.

        Raises:
            TrainingError: when the snapshot is of another network.
        """
        restore(snapshot.tensors, self.network, self._optimizer, self._generators)
        self.epoch, self.num_steps = snapshot.epoch, snapshot.num_steps
        self.first_loss, self.mean_loss = snapshot.first_loss, snapshot.mean_loss
        self._last_good = snapshot

    def _step(self, indices: Int[Tensor, " batch"]) -> Tensor:
        rate = learning_rate(self.num_steps, steps_per_epoch=self._steps_per_epoch, config=self._config)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        windows, labels = self._training_set.batch(indices)
        self._optimizer.zero_grad()
        loss = spotting_loss(self._output(windows), labels, self._configuration.loss)
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self.num_steps += 1
        return loss.detach()

    def _output(self, windows: Tensor) -> SpotFormerOutput:
        if self._config.precision is Precision.FLOAT32:
            output: SpotFormerOutput = self.network(windows)
            return output
        with torch.autocast(self._device.type, dtype=torch.bfloat16):
            output = self.network(windows)
        return SpotFormerOutput(logits=output.logits.float(), features=output.features.float())

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


def _generators(batches: torch.Generator, device: torch.device) -> dict[str, torch.Generator]:
    """Every generator that training draws from, by name."""
    generators = {"batches": batches, "dropout": torch.default_generator}
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        generators["dropout_on_gpu"] = torch.cuda.default_generators[index]
    return generators
