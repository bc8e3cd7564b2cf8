"""How the training of a fold can fail, each way with its own name."""

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError
from spotformer_core.training.snapshot import Snapshot

_MEBIBYTE = 2**20
_CPU_ALLOCATOR = re.compile(r"can't allocate memory|not enough memory")
_ASKED_FOR = re.compile(r"[Tt]ried to allocate (?P<number>[\d.]+) (?P<unit>bytes|KiB|MiB|GiB)")
_UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class DivergedError(TrainingError):
    """The loss or the weights are no numbers any more, or the loss explodes.

    Attributes:
        last_good: the fold after the last epoch whose loss and weights were good; None when that was no epoch.
    """

    last_good: Snapshot | None = None


class DeviceMemoryError(TrainingError):
    """A batch does not fit the memory of its device.

    Attributes:
        needed_mebibytes: what was held at most before, and what was asked for in vain: the least that is needed. None
            when the allocator did not say what it was asked for.
    """

    needed_mebibytes: float | None = None


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
    held, has = _held_and_total(device)
    asked = _asked_for(str(error))
    measured = f"It held up to {held:.0f} of {has:.0f} MiB"
    if asked is not None:
        measured += f" and asked for {asked:.0f} MiB more, so that it needs at least {held + asked:.0f} MiB"
    failure = DeviceMemoryError(
        f"a fold must fit the memory of {device}, got: {reason} {measured}. Lower batch_size (now "
        f"{configuration.training.batch_size}) or width (now {configuration.model.width}), or run fewer folds at once."
    )
    failure.needed_mebibytes = None if asked is None else held + asked
    return failure


def _held_and_total(device: torch.device) -> tuple[float, float]:
    """Mebibytes that this process held at most, and that the device has."""
    if device.type == "cuda":
        has = torch.cuda.get_device_properties(device).total_memory
        return torch.cuda.max_memory_allocated(device) / _MEBIBYTE, has / _MEBIBYTE
    # Linux counts in KiB.
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return held, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _MEBIBYTE


def _asked_for(message: str) -> float | None:
    """Mebibytes of the allocation that failed, read from the allocator's message."""
    found = _ASKED_FOR.search(message)
    return float(found["number"]) * _UNITS[found["unit"]] / _MEBIBYTE if found else None
