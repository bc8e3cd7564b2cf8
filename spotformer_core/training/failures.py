"""How the training of a fold can fail, each way with its own name."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.training.snapshot import Snapshot

_MEBIBYTE = 2**20
_CPU_ALLOCATOR = re.compile(r"can't allocate memory|not enough memory")


class DivergedError(TrainingError):
    """The loss or the weights are no numbers any more, or the loss explodes.

    Attributes:
        last_good: the fold after the last epoch whose loss and weights were good; None when that was no epoch.
    """

    last_good: Snapshot | None = None


class DeviceMemoryError(TrainingError):
    """A batch does not fit the memory of its device."""


@contextmanager
def memory_failures_named(configuration: Configuration, device: torch.device) -> Iterator[None]:
    """Turns running out of memory into a `DeviceMemoryError` that says what was needed.

    Raises:
        DeviceMemoryError: when the block runs out of memory.
    """
    try:
        yield
    except (torch.OutOfMemoryError, MemoryError) as error:
        raise _device_memory_error(configuration, device, error) from error
    except RuntimeError as error:
        # On the CPU PyTorch has no error of its own for it.
        if not _CPU_ALLOCATOR.search(str(error)):
            raise
        raise _device_memory_error(configuration, device, error) from error


def _device_memory_error(configuration: Configuration, device: torch.device, error: BaseException) -> DeviceMemoryError:
    reason = (str(error) or type(error).__name__).strip().splitlines()[0]
    if device.type == "cuda":
        used = torch.cuda.max_memory_allocated(device) / _MEBIBYTE
        has = torch.cuda.get_device_properties(device).total_memory / _MEBIBYTE
        reason = f"{reason} Up to {used:.0f} of {has:.0f} MiB held tensors before."
    return DeviceMemoryError(
        f"a fold must fit the memory of {device}, got: {reason} Lower batch_size (now "
        f"{configuration.training.batch_size}) or width (now {configuration.model.width}), or run fewer folds at once."
    )
