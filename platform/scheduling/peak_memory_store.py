"""What folds were seen to hold of a GPU's memory, kept in the workspace so that nothing is measured twice.

<workspace>/peak-memory/<digest>.json, one file per measurement; the digest is that of what decides the figure.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from spotformer_core.atomic_files import written_whole
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.training.peak_memory import memory_facts


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakMemory:
    """One measurement.

    Attributes:
        gpu: its name for PyTorch.
        total_bytes: of the memory of the GPU.
        context_bytes: what a process held before its first tensor.
        peak_bytes: what a fold held at most beside the context.
    """

    gpu: str
    total_bytes: int
    context_bytes: int
    peak_bytes: int

    @property
    def num_bytes(self) -> int:
        """What a process with a fold takes from the GPU."""
        return self.context_bytes + self.peak_bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class PeakMemoryStore:
    """Measurements of one workspace, for one dataset and one kind of GPU.

    Attributes:
        accelerator: the kind as Ray names it; empty where Ray does not know.
        stack_folds: that are trained side by side, and measured together.
    """

    folder: Path
    dataset_digest: str
    accelerator: str
    gpu_steps: GpuSteps
    stack_folds: int = 1

    def facts(self, configuration: Configuration) -> dict[str, Any]:
        """Everything that decides how much a fold or stack of a configuration holds, as plain JSON values."""
        return {**self._surroundings, "configuration": memory_facts(configuration)}

    def read(self, configuration: Configuration) -> PeakMemory | None:
        """What was measured; None when nothing was, or the file is damaged."""
        found = _read(self._path(configuration))
        return None if found is None else found[1]

    def write(self, configuration: Configuration, peak: PeakMemory) -> None:
        """Keeps a measurement.

        Raises:
            OSError: when the disk is full.
        """
        path = self._path(configuration)
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as temporary:
            temporary.write_text(json.dumps({"of": self.facts(configuration), **asdict(peak)}, indent=2) + "\n")

    def any_of_this_gpu(self) -> PeakMemory | None:
        """A measurement of any configuration here: its GPU and its context hold for all."""
        for path in sorted(self.folder.glob("*.json")):
            found = _read(path)
            if found is not None and self._is_of_this_gpu(found[0]):
                return found[1]
        return None

    @property
    def _surroundings(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "accelerator": self.accelerator,
            "dataset": self.dataset_digest,
            "gpu_steps": str(self.gpu_steps),
            "torch": torch.__version__,
        }
        # Left out of folds alone, so that what was measured before there were stacks is found again.
        return facts | ({"stack_folds": self.stack_folds} if self.stack_folds > 1 else {})

    def _is_of_this_gpu(self, facts: dict[str, Any]) -> bool:
        return all(facts.get(name) == self._surroundings[name] for name in ("accelerator", "torch"))

    def _path(self, configuration: Configuration) -> Path:
        text = json.dumps(self.facts(configuration), sort_keys=True)
        return self.folder / f"{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}.json"


def measured_anywhere(
    folder: Path, configuration: Configuration, *, dataset_digest: str, gpu_steps: GpuSteps, stack_folds: int = 1
) -> Iterator[PeakMemory]:
    """What was measured of a configuration on every kind of GPU so far, with the PyTorch that is installed."""
    for path in sorted(folder.glob("*.json")):
        found = _read(path)
        if found is None:
            continue
        facts, peak = found
        store = PeakMemoryStore(
            folder=folder,
            dataset_digest=dataset_digest,
            accelerator=str(facts.get("accelerator", "")),
            gpu_steps=gpu_steps,
            stack_folds=stack_folds,
        )
        if facts == store.facts(configuration):
            yield peak


def _read(path: Path) -> tuple[dict[str, Any], PeakMemory] | None:
    try:
        values = json.loads(path.read_text())
        return dict(values.pop("of")), PeakMemory(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Whatever it was, it is measured again and replaced.
        return None
