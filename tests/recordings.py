"""Recordings that are only listed, and flow of noise for them: what folds, reports and pictures are tested on."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from spotformer_core.datasets.recording import Expression, Recording
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowSource, FlowStore

NO_SOURCE = FlowSource(listing="", content="", landmarks="")
_REAL_FILES = Path(__file__).resolve().parents[2] / "shared" / "annotations"


def listed_recording(subject: str, *expressions: Expression, num_frames: int = 30, name: str = "") -> Recording:
    """A recording of the subject, "a_1" of "a" unless named; there are no files."""
    return Recording(
        dataset="toy",
        subject=subject,
        name=name or f"{subject}_1",
        frame_paths=tuple(Path(f"{frame}.jpg") for frame in range(num_frames)),
        frame_numbers=tuple(range(num_frames)),
        frames_per_second=30.0,
        expressions=expressions,
    )


def noise_store(folder: Path, recordings: Iterable[Recording], *, max_window: int) -> FlowStore:
    """A store in which the flow of every recording is noise, the same in every call."""
    store = FlowStore.create(folder, ExtractionSettings(max_window=max_window))
    random = np.random.default_rng(0)
    for recording in recordings:
        flow = random.normal(size=(recording.num_frames, max_window - 1, 10, 2)).astype(np.float16)
        store.write(recording, flow, NO_SOURCE)
    return store


def real_file(name: str) -> Path:
    """A real annotation file or detection; they belong to the datasets' owners and are no part of this repository."""
    path = _REAL_FILES / name
    if not path.is_file():
        pytest.skip(f"needs the real file {name} in a folder shared/annotations beside the repository")
    return path
