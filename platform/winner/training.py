"""Training the winner: the work of one Ray worker, from the flow store to a model folder on disk."""

import errno
import math
import os
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
from spotformer_core.training.whole import train_network

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
    def checkpoint(self) -> Path:
        """Where an unfinished training leaves its state."""
        return self.folder.with_name(f"{self.folder.name}.checkpoint")


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
    """Trains on every recording of the order and puts the model into its folder; goes on from a checkpoint."""
    # One thread whatever the machine has: the sums of two threads differ in their last bits.
    torch.set_num_threads(1)
    try:
        order.storage.fetch_once(order.store.folder)
        trained = train_network(
            order.configuration,
            [order.store.read(recording) for recording in order.recordings],
            seed=order.seed,
            epoch=order.epoch,
            device=training_device(),
            checkpoint=Checkpoint(path=order.checkpoint, every_epochs=_epochs_between_checkpoints(order)),
        )
        write_model(order.folder, trained.network, order.description, card=order.card)
        order.storage.send_folder(order.folder)
        order.checkpoint.unlink(missing_ok=True)
    except (TrainingError, StorageError) as error:
        return WinnerOutcome(problem=str(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = error.filename or order.folder
        return WinnerOutcome(problem=f"{os.strerror(error.errno)}: {place}", disk_full=True)
    return WinnerOutcome()


def _epochs_between_checkpoints(order: WinnerOrder) -> int:
    return math.ceil(order.configuration.training.num_epochs / _CHECKPOINTS_PER_TRAINING)
