"""A network trained on every recording that it is given: what a search leaves behind for use on new videos."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from spotformer_core.config import Configuration
from spotformer_core.errors import require
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.fold import Checkpoint, Report, checkpoint_identity, ignore, new_trainer
from spotformer_core.training.seeding import seeded
from spotformer_core.training.snapshot import read_checkpoint, write_checkpoint

NOBODY = ""
"""In the place of a held-out subject."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TrainedNetwork:
    """A network when its training has ended.

    Attributes:
        network: in evaluation mode, on the CPU.
        final_loss: mean training loss of the last epoch.
        num_steps: optimiser steps taken.
        seconds: wall clock, with the making of the training set, since the start or the last resumption.
    """

    network: SpotFormer
    final_loss: float
    num_steps: int
    seconds: float


def train_network(
    configuration: Configuration,
    bands: Sequence[FlowBand],
    *,
    seed: int,
    epoch: int | None = None,
    report: Report = ignore,
    device: str = "cpu",
    checkpoint: Checkpoint | None = None,
) -> TrainedNetwork:
    """Trains a new network on all of `bands`, as `evaluate_fold` does on those of a fold.

    With the training recordings and the seed of a fold it is the network of that fold after the same epoch, to the last
    bit.

    Args:
        seed: 0 or more; decides initialisation, dropout and the order of the batches.
        epoch: after which training ends, counted from 1; the last one unless given. With every subject in training
            there is nobody left to choose it on, so it must have been chosen on scores of folds. The learning rate
            falls as if all epochs came.
        report: called after every epoch with its number, counted from 1, and its mean loss.
        device: a PyTorch device, "cpu" or for instance "cuda:0".
        checkpoint: where to leave the state between epochs, and to go on from.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        InvalidValueError: for a negative seed, or an epoch beyond the last.
        DivergedError: when a loss or a weight is not finite, or the loss explodes.
        DeviceMemoryError: when a batch does not fit the memory of the device.
        CheckpointError: when the checkpoint is damaged or of another training.
        TrainingError: when there is nothing to train on.
    """
    start = time.perf_counter()
    num_epochs = configuration.training.num_epochs
    last = num_epochs if epoch is None else epoch
    require(1 <= last <= num_epochs, "epoch", f"from 1 to num_epochs ({num_epochs})", last, "Leave it out.")
    identity = checkpoint_identity(configuration, bands, held_out=NOBODY, seed=seed, device=device)
    with seeded(seed, device=torch.device(device)) as generator:
        trainer = new_trainer(configuration, bands, generator, torch.device(device))
        if checkpoint is not None and checkpoint.path.exists():
            trainer.restore(read_checkpoint(checkpoint.path, identity))
        while trainer.epoch < last:
            mean_loss = trainer.run_epoch()
            if checkpoint and (trainer.epoch % checkpoint.every_epochs == 0 or trainer.epoch == last):
                write_checkpoint(checkpoint.path, trainer.snapshot(), identity)
            report(trainer.epoch, mean_loss)
    return TrainedNetwork(
        network=trainer.network.cpu().eval(),
        final_loss=trainer.mean_loss,
        num_steps=trainer.num_steps,
        seconds=time.perf_counter() - start,
    )
