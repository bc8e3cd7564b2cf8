"""One trial of the search: train on all subjects but one, score the recordings of that one."""

import time
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch

from spotformer_core.config import Configuration
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Float32
from spotformer_core.training.folds import Fold
from spotformer_core.training.optimization import Report, train
from spotformer_core.training.scoring import score_recording
from spotformer_core.training.seeding import seeded
from spotformer_core.training.training_set import load_training_set

ScoresByRecording: TypeAlias = dict[str, Float32[np.ndarray, "frames kinds channels"]]
"""Name of a recording to its frame scores."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FoldResult:
    """What one fold says about one configuration.

    Attributes:
        subject: the held-out subject.
        scores: of the held-out recordings.
        final_loss: mean training loss of the last epoch.
        num_steps: optimiser steps taken.
        seconds_training: wall clock, with the making of the training set.
        seconds_scoring: wall clock.
    """

    subject: str
    seed: int
    scores: ScoresByRecording
    final_loss: float
    num_steps: int
    seconds_training: float
    seconds_scoring: float


def ignore(epoch: int, mean_loss: float) -> None:
    """The report of a caller who does not listen."""


def evaluate_fold(
    configuration: Configuration, fold: Fold, *, seed: int, report: Report = ignore, device: str = "cpu"
) -> FoldResult:
    """Trains a new network on `fold.training` and scores `fold.testing`.

    Nothing else is read or changed. On the CPU with one thread, the same arguments give the same scores and loss to
    the last bit.

    Args:
        seed: 0 or more; decides initialisation, dropout and the order of the batches.
        report: called after every epoch with its number, counted from 1, and its mean loss.
        device: a PyTorch device, "cpu" or for instance "cuda:0".

    Raises:
        FlowStoreError: when a flow band has too few steps for the window.
        InvalidValueError: for a negative seed.
        TrainingError: when the mean loss of an epoch is not finite.
    """
    start = time.perf_counter()
    place = torch.device(device)
    with seeded(seed, device=place) as generator:
        network = SpotFormer(configuration.model).to(place)
        training_set = load_training_set(fold.training, window=configuration.model.window, device=place)
        summary = train(network, training_set, configuration=configuration, generator=generator, report=report)
    trained = time.perf_counter()
    scores = _scores(network, configuration, fold)
    return FoldResult(
        subject=fold.held_out,
        seed=seed,
        scores=scores,
        final_loss=summary.final_loss,
        num_steps=summary.num_steps,
        seconds_training=trained - start,
        seconds_scoring=time.perf_counter() - trained,
    )


def untrained_fold(configuration: Configuration, fold: Fold, *, seed: int, device: str = "cpu") -> ScoresByRecording:
    """Scores of `fold.testing` by the network from which `evaluate_fold` starts with this seed: the baseline.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window.
        InvalidValueError: for a negative seed.
    """
    place = torch.device(device)
    with seeded(seed, device=place):
        network = SpotFormer(configuration.model).to(place)
    return _scores(network, configuration, fold)


def _scores(network: SpotFormer, configuration: Configuration, fold: Fold) -> ScoresByRecording:
    return {
        band.recording.name: score_recording(network, band, window=configuration.model.window) for band in fold.testing
    }
