"""Several folds of one configuration trained side by side, as one stacked network: for a GPU.

One step of the stack is one step of every fold. Folds have training sets of different sizes, hence epochs of different
lengths, schedules of their own and different ends: each keeps its own count, draws its own batches, is checked, scored
and finished when its own epochs are over, and is only carried along by the others after that.

What a fold computes is what it computes alone, up to rounding: the products of all folds are summed in another order
than those of one. On the CPU its initialisation, its batches and what its dropout drops are the same to the last bit.
On a GPU dropout draws from one generator for all folds, so that there it is that of another seed.

Never run on a GPU so far: none was at hand. On a CPU the platform runs folds as processes; there stacking only spares
the overhead of small operations, which `benchmarks/stacked_folds.py` compares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError, require
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.model.stacked_folds import stacked_network
from spotformer_core.shapes import Int
from spotformer_core.training.failures import memory_failures_named
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import ScoresByRecording, score_recordings
from spotformer_core.training.seeding import seeded
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.trainer import Trainer
from spotformer_core.training.training_set import load_training_set


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class StackedResult:
    """What became of one fold of a stack.

    Attributes:
        scores: of the held-out recordings after the last epoch.
        final_loss: mean training loss of the last epoch.
        num_steps: optimiser steps taken.
    """

    subject: str
    seed: int
    scores: ScoresByRecording
    final_loss: float
    num_steps: int


def evaluate_folds(
    configuration: Configuration,
    folds: Sequence[Fold],
    *,
    seeds: Sequence[int],
    device: str = "cpu",
    gpu_steps: GpuSteps = GpuSteps.EAGER,
) -> tuple[StackedResult | TrainingError, ...]:
    """What `evaluate_fold` says of each of `folds`, trained side by side; a fold that fails leaves the others alone.

    Args:
        seeds: one per fold.
        device: a PyTorch device, "cpu" or for instance "cuda:0".
        gpu_steps: how a GPU runs the steps.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        InvalidValueError: when there is no fold, not one seed per fold, or a negative seed.
        DeviceMemoryError: when a batch of all folds does not fit the memory of the device.
        TrainingError: when a fold has nothing to train on.
    """
    require(len(folds) >= 1, "folds", "one or more", len(folds), "Give the folds to train.")
    require(len(seeds) == len(folds), "seeds", f"one per fold ({len(folds)})", len(seeds), "Give each fold a seed.")
    place = torch.device(device)
    with memory_failures_named(configuration, place):
        members = [
            _new_member(configuration, fold, seed=seed, device=place) for fold, seed in zip(folds, seeds, strict=True)
        ]
        network = stacked_network([member.trainer.network for member in members], [one.dropout for one in members])
        step = TrainingStep(
            network,
            [member.trainer.training_set for member in members],
            [member.trainer.optimizer for member in members],
            configuration=configuration,
            gpu_steps=gpu_steps,
        )
        network.train()
        with seeded(seeds[0], device=place):
            while any(member.outcome is None for member in members):
                _step_of_all(step, members)
    return tuple(member.outcome for member in members if member.outcome is not None)


@dataclass(kw_only=True, slots=True, eq=False)
class _Member:
    """One fold of a stack, and where it is in its epoch."""

    fold: Fold
    seed: int
    trainer: Trainer
    num_epochs: int
    dropout: torch.Generator
    batches: Iterator[Int[Tensor, " batch"]] = field(default_factory=lambda: iter(()))
    latest: Int[Tensor, " batch"] | None = None
    losses: list[Tensor] = field(default_factory=list)
    outcome: StackedResult | TrainingError | None = None

    def next_batch(self) -> Int[Tensor, " batch"]:
        """The frames of the next step; those of the step before again when this fold is finished."""
        if self.outcome is None:
            batch = next(self.batches, None)
            if batch is None:
                self.batches = iter(self.trainer.draw_epoch())
                batch = next(self.batches)
            self.latest = batch
        assert self.latest is not None  # noqa: S101  every fold takes a step before it can be finished
        return self.latest

    def next_learning_rate(self) -> float:
        """0 when this fold is finished: it moves no more."""
        return self.trainer.next_learning_rate() if self.outcome is None else 0.0

    def take(self, loss: Tensor) -> None:
        """Counts the step that was taken; ends the epoch, and the fold, when it was the last."""
        if self.outcome is not None:
            return
        self.losses.append(loss)
        if len(self.losses) < self.trainer.steps_per_epoch:
            return
        try:
            self.trainer.finish_epoch(torch.stack(self.losses).tolist())
        except TrainingError as error:
            self.outcome = error
            return
        self.losses = []
        if self.trainer.epoch == self.num_epochs:
            self.outcome = self._result()

    def _result(self) -> StackedResult:
        return StackedResult(
            subject=self.fold.held_out,
            seed=self.seed,
            scores=score_recordings(self.trainer.network, self.fold.testing),
            final_loss=self.trainer.mean_loss,
            num_steps=self.trainer.num_steps,
        )


def _new_member(configuration: Configuration, fold: Fold, *, seed: int, device: torch.device) -> _Member:
    with seeded(seed, device=device) as generator:
        network = SpotFormer(configuration.model).to(device)
        # Where dropout would go on drawing if this fold were trained alone.
        dropout = torch.default_generator.clone_state()
    trainer = Trainer(
        network,
        load_training_set(fold.training, configuration, device=device),
        configuration=configuration,
        generator=generator,
        dropout_generator=dropout,
    )
    return _Member(fold=fold, seed=seed, trainer=trainer, num_epochs=configuration.training.num_epochs, dropout=dropout)


def _step_of_all(step: TrainingStep, members: Sequence[_Member]) -> None:
    indices = torch.stack([member.next_batch() for member in members])
    losses = step(indices, [member.next_learning_rate() for member in members])
    for member, loss in zip(members, losses, strict=True):
        member.take(loss)
