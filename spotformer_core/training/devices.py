"""The device that a process trains on, and what the platform asks of a GPU's memory beside the training itself.

Everything that packs folds onto GPUs goes through `GpuMemory`, so that it can be tried without one. `CudaMemory` itself
has never run on a GPU so far: none was at hand.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch


@dataclass(frozen=True, kw_only=True, slots=True)
class GpuDescription:
    """One GPU.

    Attributes:
        name: of its kind.
        total_bytes: of its memory.
        context_bytes: what a process holds before its first tensor.
    """

    name: str
    total_bytes: int
    context_bytes: int


@runtime_checkable
class GpuMemory(Protocol):
    """The memory of the GPU of this process."""

    def describe(self) -> GpuDescription:
        """What GPU this is. `context_bytes` is right when no other process uses it."""
        ...

    def limit(self, share: float) -> None:
        """Lets this process allocate at most this share of the memory, so that who needs more fails, not a neighbour.

        Raises:
            torch.OutOfMemoryError: when more is held already.
        """
        ...

    def forget_peak(self) -> None:
        """Begins to measure."""
        ...

    def peak_bytes(self) -> int:
        """The most that was held from the GPU since measuring began, without the context."""
        ...

    def release(self) -> None:
        """Gives back what is held for later use, so that others can have it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingDevice:
    """Where a process trains.

    Attributes:
        place: the name for PyTorch.
        memory: of the GPU; None on a CPU, whose memory the operating system shares out.
    """

    place: str
    memory: GpuMemory | None = None


class CudaMemory:
    """The memory of one CUDA device, as PyTorch's allocator sees it."""

    def __init__(self, place: str) -> None:
        self._device = torch.device(place)

    def describe(self) -> GpuDescription:
        """As `GpuMemory`; multiplies two matrices first, since libraries take their memory in the first call."""
        some = torch.ones(64, 64, device=self._device)
        torch.mm(some, some)
        torch.cuda.synchronize(self._device)
        free, total = torch.cuda.mem_get_info(self._device)
        return GpuDescription(
            name=torch.cuda.get_device_name(self._device),
            total_bytes=total,
            context_bytes=max(0, total - free - torch.cuda.memory_reserved(self._device)),
        )

    def limit(self, share: float) -> None:
        """As `GpuMemory`."""
        torch.cuda.set_per_process_memory_fraction(min(1.0, share), self._device)

    def forget_peak(self) -> None:
        """As `GpuMemory`."""
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(self._device)

    def peak_bytes(self) -> int:
        """As `GpuMemory`: what the allocator has reserved, which is what others cannot have."""
        return int(torch.cuda.max_memory_reserved(self._device))

    def release(self) -> None:
        """As `GpuMemory`."""
        torch.cuda.empty_cache()
