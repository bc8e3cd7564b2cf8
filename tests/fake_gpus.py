"""GPUs that exist for Ray and for the code that packs folds on them, while the CPU does the work."""

from dataclasses import dataclass
from pathlib import Path

import torch

from spotformer_core.training.devices import GpuDescription, TrainingDevice

GIGABYTE = 10**9


@dataclass(frozen=True)
class FakeGpu:
    """A GPU of 8 GB on which every fold holds the same.

    Attributes:
        log: file that gets a line for everything that is asked of its memory.
        peak_bytes_: what it says that a fold holds.
        least_share: a process that is kept to less runs out of memory.
    """

    log: Path
    peak_bytes_: int = GIGABYTE
    least_share: float = 0.0

    def __call__(self) -> TrainingDevice:
        """As `FoldInputs.gpu`."""
        return TrainingDevice(place="cpu", memory=self)

    def describe(self) -> GpuDescription:
        """As `GpuMemory`."""
        self._note("describe")
        return GpuDescription(name="Fake 8", total_bytes=8 * GIGABYTE, context_bytes=GIGABYTE // 10)

    def limit(self, share: float) -> None:
        """As `GpuMemory`."""
        self._note(f"limit {share:g}")
        if share < self.least_share:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.50 GiB.")

    def forget_peak(self) -> None:
        """As `GpuMemory`."""

    def peak_bytes(self) -> int:
        """As `GpuMemory`."""
        return self.peak_bytes_

    def release(self) -> None:
        """As `GpuMemory`."""
        self._note("release")

    def noted(self, what: str) -> list[str]:
        """The lines that begin with a word, without it, in the order of time."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line.removeprefix(what).strip() for line in lines if line.startswith(what)]

    def _note(self, line: str) -> None:
        with self.log.open("a") as log:
            log.write(f"{line}\n")
