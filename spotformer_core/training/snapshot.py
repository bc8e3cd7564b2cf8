"""Everything that decides how the training of a fold goes on: what a checkpoint holds."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from spotformer_core.errors import InvalidValueError, TrainingError
from spotformer_core.tensor_files import read_tensors, write_tensors

_NETWORK, _OPTIMIZER, _RANDOM, _EXTRA = "network/", "optimizer/", "random/", "extra/"
_PROGRESS = ("epoch", "num_steps", "first_loss", "mean_loss")


class CheckpointError(TrainingError):
    """A training cannot go on from a checkpoint, and could begin without it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Snapshot:
    """A fold between two epochs.

    Attributes:
        epoch: epochs finished.
        num_steps: optimiser steps taken.
        first_loss: loss of the first step.
        mean_loss: of the last epoch.
        tensors: state of the network, of the optimiser and of the random generators, by name, on the CPU.
        extra: what the caller wants back when the fold goes on, by name.
    """

    epoch: int
    num_steps: int
    first_loss: float
    mean_loss: float
    tensors: dict[str, Tensor]
    extra: dict[str, Tensor] = field(default_factory=dict)


def captured(
    network: nn.Module, optimizer: torch.optim.Optimizer, generators: dict[str, torch.Generator]
) -> dict[str, Tensor]:
    """Copies of every number in these."""
    tensors = {_NETWORK + name: tensor for name, tensor in network.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"{_OPTIMIZER}{index}/{name}": tensor for name, tensor in state.items()}
    tensors |= {_RANDOM + name: generator.get_state() for name, generator in generators.items()}
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}


def restore(
    tensors: dict[str, Tensor],
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    generators: dict[str, torch.Generator],
) -> None:
    """Puts back what `captured` copied.

    Raises:
        CheckpointError: when the tensors are those of another network.
    """
    try:
        network.load_state_dict(_below(tensors, _NETWORK))
    except RuntimeError as error:
        raise CheckpointError(
            f"a checkpoint must hold the network of its configuration, got another ({str(error).splitlines()[0]}) "
            "Delete the checkpoint."
        ) from error
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in _below(tensors, _OPTIMIZER).items():
        index, _, key = name.partition("/")
        state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
    for name, generator in generators.items():
        generator.set_state(tensors[_RANDOM + name])


def write_checkpoint(path: Path, snapshot: Snapshot, identity: dict[str, str]) -> None:
    """Puts the snapshot at `path` in one step, in place of the one before.

    Args:
        identity: which fold of which configuration this is; `read_checkpoint` compares it.

    Raises:
        OSError: when the disk is full.
    """
    progress = {
        "epoch": str(snapshot.epoch),
        "num_steps": str(snapshot.num_steps),
        # Hexadecimal, so that they come back to the last bit.
        "first_loss": snapshot.first_loss.hex(),
        "mean_loss": snapshot.mean_loss.hex(),
    }
    extra = {_EXTRA + name: tensor for name, tensor in snapshot.extra.items()}
    write_tensors(path, snapshot.tensors | extra, identity | progress)


def read_checkpoint(path: Path, identity: dict[str, str]) -> Snapshot:
    """The snapshot at `path`.

    Raises:
        CheckpointError: when the file is damaged or of another fold.
    """
    try:
        file = read_tensors(path)
    except InvalidValueError as error:
        raise CheckpointError(str(error)) from error
    different = sorted(name for name, value in identity.items() if file.metadata.get(name) != value)
    if different or not set(_PROGRESS) <= set(file.metadata):
        raise CheckpointError(
            f"a checkpoint must be of the fold that it continues, got {path} with another {', '.join(different)}. "
            "Delete it to train the fold from the start."
        )
    extra = _below(file.tensors, _EXTRA)
    return Snapshot(
        epoch=int(file.metadata["epoch"]),
        num_steps=int(file.metadata["num_steps"]),
        first_loss=float.fromhex(file.metadata["first_loss"]),
        mean_loss=float.fromhex(file.metadata["mean_loss"]),
        tensors={name: tensor for name, tensor in file.tensors.items() if not name.startswith(_EXTRA)},
        extra=extra,
    )


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
