"""Brings a flow store up to date with a dataset."""

import errno
import os
import time
from collections.abc import Sequence
from dataclasses import replace

from platform.console.progress import StageProgress
from platform.extraction.missing import missing_recordings
from platform.extraction.recording_extractor import ExtractedRecording
from platform.landmarks.source import LandmarkSource
from platform.stages.reading import DEMO
from platform.study.workspace import Workspace
from spotformer_core.datasets.recording import Dataset
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

PAPER_FACE_SIZE = 320
DEMO_FACE_SIZE = 160
"""Half the paper's face: OpenCV's flow is four times as fast, which the demo needs to be quick on two cores."""
_DEMO_FARNEBACK = {"farneback_levels": 2, "farneback_iterations": 2}
"""A face of 160 pixels that moves by a few has nothing to gain from a third level; two iterations save a fifth."""
_REGION_RADIUS_PER_FACE_SIZE = 6 / 320


def extraction_settings(dataset: str, *, max_window: int, face_size: int = 0) -> ExtractionSettings:
    """The settings of a dataset; regions keep their size relative to the face.

    Args:
        face_size: in pixels; 0 takes the paper's, and half of it for the demo.
    """
    size = face_size or (DEMO_FACE_SIZE if dataset == DEMO else PAPER_FACE_SIZE)
    radius = max(1, round(size * _REGION_RADIUS_PER_FACE_SIZE))
    settings = ExtractionSettings(max_window=max_window, face_size=size, region_radius=radius)
    return replace(settings, **_DEMO_FARNEBACK) if dataset == DEMO else settings


def extract_missing(
    dataset: Dataset,
    landmarks: LandmarkSource,
    *,
    workspace: Workspace,
    settings: ExtractionSettings,
    address: str,
    num_workers: int,
) -> tuple[FlowStore, tuple[ExtractedRecording, ...]]:
    """The flow store of the dataset, and what became of every recording that was not in it yet.

    Ray is started only when something is missing.

    Raises:
        OSError: when the disk is full; finished recordings are in the store.
    """
    store = FlowStore.create(workspace.flow_store(dataset.name, settings), settings)
    missing = missing_recordings(dataset.recordings, store, landmarks)
    if not missing:
        return store, ()
    # Imported here because Ray Data takes seconds to import, which a finished search should not wait for.
    from platform.compute.connection import connected
    from platform.extraction.run import extract

    done_before = len(dataset.recordings) - len(missing)
    with (
        connected(address, num_workers=num_workers),
        StageProgress("extract", total=len(dataset.recordings), unit="recordings", done=done_before) as progress,
    ):
        frames = _FrameRate()
        outcomes = extract(
            missing,
            store,
            landmarks,
            num_workers=num_workers,
            on_recording=lambda outcome: progress.advance(1, detail=frames.after(outcome)),
        )
    if any(outcome.disk_full for outcome in outcomes):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(store.folder))
    return store, outcomes


def problems(outcomes: Sequence[ExtractedRecording]) -> list[str]:
    """Why recordings have no flow; empty when all have."""
    return [outcome.problem for outcome in outcomes if outcome.problem]


class _FrameRate:
    """Frames per second since the extraction began."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._frames = 0

    def after(self, outcome: ExtractedRecording) -> str:
        self._frames += outcome.num_frames
        return f"{self._frames / (time.monotonic() - self._started):.0f} frames/s"
