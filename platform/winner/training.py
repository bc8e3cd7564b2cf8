"""Training the winner: the work of one Ray worker, from the flow store to a model folder on disk."""

import errno
import math
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from platform.scheduling.fold_trial import training_device
from platform.storage.workspace_storage import SharedDisk, WorkspaceStorage
from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import ModelError, StorageError, TrainingError
from spotformer_core.flow.store import FlowStore
from spotformer_core.spotting.model_files import ModelDescription, read_model, write_model
from spotformer_core.training.fold import Checkpoint
from spotformer_core.training.snapshot import CheckpointError
from spotformer_core.training.whole import TrainedNetwork, train_network

_CHECKPOINTS_PER_TRAINING = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class WinnerOrder:
    """Everything that the training of a winner needs; sent to the worker.

    Attributes:
        configuration: with the decoding and the apex thresholds that the model proposes with.
        epoch: after which the network is taken, counted from 1.
        folder: where the model is put.
        storage: of the workspace in which both lie.
        origin: told in the model folder.
        card: Markdown.
    """

    recordings: tuple[Recording, ...]
    store: FlowStore
    configuration: Configuration
    epoch: int
    frames_per_second: float
    seed: int
    folder: Path
    origin: Mapping[str, Any]
    card: str
    storage: WorkspaceStorage = field(default_factory=SharedDisk)

    @property
    def description(self) -> ModelDescription:
        """What the model folder will say."""
        return ModelDescription(
            configuration=self.configuration,
            extraction=self.store.settings.as_dict(),
            frames_per_second=self.frames_per_second,
            origin=self.origin,
        )

    @property
    def unfinished(self) -> Path:
        """The folder of an unfinished training."""
        return self.folder.with_name(f"{self.folder.name}.unfinished")

    @property
    def checkpoint(self) -> Path:
        """Where an unfinished training leaves its state."""
        return self.unfinished / "checkpoint.safetensors"


@dataclass(frozen=True, kw_only=True, slots=True)
class WinnerOutcome:
    """What became of an order.

    Attributes:
        problem: why there is no model; empty when there is.
        disk_full: the problem was a full disk.
    """

    problem: str = ""
    disk_full: bool = False


def is_kept(order: WinnerOrder) -> bool:
    """Whether the folder holds the model of this order, undamaged: then nothing has to be trained."""
    try:
        return read_model(order.folder).description == order.description
    except ModelError:
        return False


def train_winner(order: WinnerOrder) -> WinnerOutcome:
    """Trains on every recording of the order and puts the model into its folder; goes on from a checkpoint.

    Checkpoints are kept where the workspace is kept, so that another node can go on from them. One that is damaged, or
    of another kind of device, is left and the training begins anew.
    """
    # One thread whatever the machine has: the sums of two threads differ in their last bits.
    torch.set_num_threads(1)
    try:
        order.storage.fetch_once(order.store.folder)
        order.storage.fetch(order.unfinished)
        try:
            trained = _trained(order)
        except CheckpointError:
            _forget_unfinished(order)
            trained = _trained(order)
        write_model(order.folder, trained.network, order.description, card=order.card)
        order.storage.send_folder(order.folder)
        _forget_unfinished(order)
    except (TrainingError, StorageError) as error:
        return WinnerOutcome(problem=str(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = error.filename or order.folder
        return WinnerOutcome(problem=f"{os.strerror(error.errno)}: {place}", disk_full=True)
    return WinnerOutcome()


def _trained(order: WinnerOrder) -> TrainedNetwork:
    every_epochs = math.ceil(order.configuration.training.num_epochs / _CHECKPOINTS_PER_TRAINING)

    def keep_checkpoint(epoch: int, mean_loss: float) -> None:
        del mean_loss
        if epoch % every_epochs == 0:
            order.storage.send(order.checkpoint)

    return train_network(
        order.configuration,
        [order.store.read(recording) for recording in order.recordings],
        seed=order.seed,
        epoch=order.epoch,
        report=keep_checkpoint,
        device=training_device(),
        checkpoint=Checkpoint(path=order.checkpoint, every_epochs=every_epochs),
    )


def _forget_unfinished(order: WinnerOrder) -> None:
    # A worker that was replaced may still live, and remove it too.
    shutil.rmtree(order.unfinished, ignore_errors=True)
    order.storage.forget(order.unfinished)
