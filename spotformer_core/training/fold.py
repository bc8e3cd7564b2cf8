"""One trial of the search: train on all subjects but one, score the recordings of that one."""

import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import torch
from torch import Tensor

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.errors import require
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.failures import memory_failures_named
from spotformer_core.training.folds import Fold
from spotformer_core.training.scoring import ScoresByRecording, score_recordings
from spotformer_core.training.seeding import seeded
from spotformer_core.training.snapshot import read_checkpoint, write_checkpoint
from spotformer_core.training.trainer import Trainer
from spotformer_core.training.training_set import load_training_set

Report: TypeAlias = Callable[[int, float], None]
"""Called after every epoch with its number, counted from 1, and its mean loss."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FoldResult:
    """What one fold says about one configuration.

    Attributes:
        subject: the held-out subject.
        scores: of the held-out recordings, after the last epoch.
        scores_by_epoch: the same after every epoch that was asked for and after the last one, counted from 1.
        final_loss: mean training loss of the last epoch.
        num_steps: optimiser steps taken.
        seconds_training: wall clock, with the making of the training set, since the start or the last resumption; of
            folds that were trained side by side, an equal part of it.
        seconds_scoring: wall clock.
    """

    subject: str
    seed: int
    scores: ScoresByRecording
    scores_by_epoch: dict[int, ScoresByRecording]
    final_loss: float
    num_steps: int
    seconds_training: float
    seconds_scoring: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """Where a fold leaves its state, so that it can go on after its process has died.

    The file appears whole or not at all. Whoever asked for it deletes it when the result is safe.

    Attributes:
        path: a file to go on from if it exists, and to write.
        every_epochs: how often it is written.
    """

    path: Path
    every_epochs: int = 1

    def __post_init__(self) -> None:
        require(self.every_epochs >= 1, "every_epochs", "at least 1", self.every_epochs, "1 writes after every epoch.")


def ignore(epoch: int, mean_loss: float) -> None:
    """The report of a caller who does not listen."""


def evaluate_fold(
    configuration: Configuration,
    fold: Fold,
    *,
    seed: int,
    report: Report = ignore,
    device: str = "cpu",
    gpu_steps: GpuSteps = GpuSteps.EAGER,
    stored_epochs: Collection[int] = (),
    checkpoint: Checkpoint | None = None,
) -> FoldResult:
    """Trains a new network on `fold.training` and scores `fold.testing`.

    Nothing else is read or changed, the checkpoint apart. On one kind of CPU and with the same versions of PyTorch and
    numba the same arguments give the same scores and loss to the last bit, with or without interruptions, whatever else
    the machine does, as long as PyTorch uses the same number of threads: sums are split among them. The platform always
    uses one.

    Args:
        seed: 0 or more; decides initialisation, dropout and the order of the batches.
        report: called after every epoch with its number, counted from 1, and its mean loss.
        device: a PyTorch device, "cpu" or for instance "cuda:0".
        gpu_steps: how a GPU runs the steps.
        stored_epochs: after which epochs, beside the last, the held-out recordings are scored. Scoring draws no random
            numbers, so it changes nothing.
        checkpoint: where to leave the state between epochs, and to go on from.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        InvalidValueError: for a negative seed, or an epoch beyond the last.
        DivergedError: when a loss or a weight is not finite, or the loss explodes.
        DeviceMemoryError: when a batch does not fit the memory of the device.
        CheckpointError: when the checkpoint is damaged or of another fold.
        TrainingError: when there is nothing to train on.
    """
    start = time.perf_counter()
    num_epochs = configuration.training.num_epochs
    require_epochs(stored_epochs, num_epochs=num_epochs)
    seconds_scoring = 0.0
    with seeded(seed, device=torch.device(device)) as generator:
        trainer = new_trainer(configuration, fold.training, generator, torch.device(device), gpu_steps)
        identity = {} if checkpoint is None else _identity(configuration, fold, seed=seed, device=device)
        scores_by_epoch = _resumed(trainer, checkpoint, identity)
        while trainer.epoch < num_epochs:
            mean_loss = trainer.run_epoch()
            if trainer.epoch in {*stored_epochs, num_epochs}:
                before = time.perf_counter()
                scores_by_epoch[trainer.epoch] = _scores(trainer.network, configuration, fold)
                seconds_scoring += time.perf_counter() - before
            if checkpoint and (trainer.epoch % checkpoint.every_epochs == 0 or trainer.epoch == num_epochs):
                write_checkpoint(checkpoint.path, trainer.snapshot(_as_tensors(scores_by_epoch)), identity)
            report(trainer.epoch, mean_loss)
    return FoldResult(
        subject=fold.held_out,
        seed=seed,
        scores=scores_by_epoch[num_epochs],
        scores_by_epoch=scores_by_epoch,
        final_loss=trainer.mean_loss,
        num_steps=trainer.num_steps,
        seconds_training=time.perf_counter() - start - seconds_scoring,
        seconds_scoring=seconds_scoring,
    )


def require_epochs(stored_epochs: Collection[int], *, num_epochs: int) -> None:
    """Raises InvalidValueError unless the training has all of these epochs."""
    impossible = [epoch for epoch in stored_epochs if not 1 <= epoch <= num_epochs]
    require(not impossible, "stored_epochs", f"from 1 to num_epochs ({num_epochs})", impossible, "Leave them out.")


def untrained_fold(configuration: Configuration, fold: Fold, *, seed: int, device: str = "cpu") -> ScoresByRecording:
    """Scores of `fold.testing` by the network from which `evaluate_fold` starts with this seed: the baseline.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        InvalidValueError: for a negative seed.
    """
    place = torch.device(device)
    with seeded(seed, device=place):
        network = SpotFormer(configuration.model).to(place)
    return _scores(network, configuration, fold)


def new_trainer(
    configuration: Configuration,
    bands: Sequence[FlowBand],
    generator: torch.Generator,
    device: torch.device,
    gpu_steps: GpuSteps = GpuSteps.EAGER,
) -> Trainer:
    """A trainer of a new network on all frames of `bands`; random numbers are drawn as `seeded` has set them up.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        DeviceMemoryError: when the training set does not fit the memory of the device.
        TrainingError: when there is nothing to train on.
    """
    with memory_failures_named(configuration, device):
        network = SpotFormer(configuration.model).to(device)
        training_set = load_training_set(bands, configuration, device=device)
    return Trainer(network, training_set, configuration=configuration, generator=generator, gpu_steps=gpu_steps)


def _scores(network: SpotFormer, configuration: Configuration, fold: Fold) -> ScoresByRecording:
    with memory_failures_named(configuration, network.head.linear.weight.device):
        return score_recordings(network, fold.testing)


def _identity(configuration: Configuration, fold: Fold, *, seed: int, device: str) -> dict[str, str]:
    bands = (*fold.training, *fold.testing)
    return checkpoint_identity(configuration, bands, held_out=fold.held_out, seed=seed, device=device)


def checkpoint_identity(
    configuration: Configuration, bands: Sequence[FlowBand], *, held_out: str, seed: int, device: str
) -> dict[str, str]:
    """What must be the same for a checkpoint to be of this training; how scores are decoded has no part in it."""
    groups = {group: asdict(getattr(configuration, group)) for group in ("model", "loss", "training")}
    return {
        "configuration": json.dumps(groups, sort_keys=True),
        "held_out": held_out,
        "recordings": json.dumps([(band.recording.name, len(band.flow)) for band in bands]),
        "seed": str(seed),
        "device": torch.device(device).type,
        "torch": torch.__version__,
    }


def _resumed(trainer: Trainer, checkpoint: Checkpoint | None, identity: dict[str, str]) -> dict[int, ScoresByRecording]:
    """Puts the trainer where the checkpoint left it, if there is one; the scores that were stored before."""
    scores: dict[int, ScoresByRecording] = {}
    if checkpoint is None or not checkpoint.path.exists():
        return scores
    snapshot = read_checkpoint(checkpoint.path, identity)
    trainer.restore(snapshot)
    for name, tensor in snapshot.extra.items():
        epoch, _, recording = name.partition("/")
        scores.setdefault(int(epoch), {})[recording] = tensor.numpy()
    return scores


def _as_tensors(scores_by_epoch: dict[int, ScoresByRecording]) -> dict[str, Tensor]:
    return {
        f"{epoch}/{recording}": torch.from_numpy(scores)
        for epoch, by_recording in scores_by_epoch.items()
        for recording, scores in by_recording.items()
    }
