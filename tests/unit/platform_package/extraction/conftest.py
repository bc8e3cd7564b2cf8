"""Short recordings of a textured face-sized square, with landmarks in files; chunks of four frames."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from platform.extraction.planning import plan_extraction
from platform.extraction.units import UNIT, UnitOutcome, WorkUnit, from_row
from platform.extraction.workers import FlowWorker
from platform.landmarks.source import LandmarkFiles
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.chunk_store import ChunkStore
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

NUM_FRAMES = 3
CHUNK_FRAMES = 4
SETTINGS = ExtractionSettings(
    max_window=9, face_size=64, region_radius=1, estimator=EstimatorName.OPENCV_FARNEBACK, farneback_levels=1
)


@pytest.fixture(autouse=True)
def _threads_as_before():
    num_threads = cv2.getNumThreads()
    yield
    cv2.setNumThreads(num_threads)


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", CHUNK_FRAMES)


@pytest.fixture
def store(tmp_path) -> FlowStore:
    return FlowStore.create(tmp_path / "flow", SETTINGS)


@pytest.fixture
def chunks(store) -> ChunkStore:
    return ChunkStore(store)


@pytest.fixture
def landmarks(tmp_path) -> LandmarkFiles:
    (tmp_path / "landmarks").mkdir()
    return LandmarkFiles(tmp_path / "landmarks")


@pytest.fixture
def make_recording(tmp_path, landmarks) -> Callable[..., Recording]:
    """Writes frames of smooth noise and landmarks on a grid of 64 by 64 pixels."""

    def make(name: str, *, num_frames: int = NUM_FRAMES) -> Recording:
        noise = np.random.default_rng(0).uniform(0, 255, (96, 96)).astype(np.uint8)
        paths = [tmp_path / name / f"{frame}.png" for frame in range(num_frames)]
        paths[0].parent.mkdir()
        for shift, path in enumerate(paths):
            cv2.imwrite(str(path), np.roll(cv2.GaussianBlur(noise, (9, 9), 2), shift, axis=1))
        points = np.stack([16 + np.arange(68) % 9 * 8, 16 + np.arange(68) // 8 * 8], axis=1).astype(np.float32)
        write_landmarks(landmarks.folder / f"{name}.csv", np.stack([points] * num_frames), range(num_frames))
        return Recording(
            dataset="toy",
            subject=name[0],
            name=name,
            frame_paths=tuple(paths),
            frame_numbers=tuple(range(num_frames)),
            frames_per_second=30.0,
            expressions=(),
        )

    return make


@pytest.fixture
def units_of(chunks, landmarks) -> Callable[..., tuple[WorkUnit, ...]]:
    """What an extraction would now do about these recordings."""
    return lambda *recordings: plan_extraction(recordings, chunks, landmarks).units


@pytest.fixture
def work(store, landmarks) -> Callable[..., list[UnitOutcome]]:
    """Hands units to one worker as Ray Data does, and takes the outcomes as the driver does."""
    worker = FlowWorker(store, landmarks)

    def run(*units: WorkUnit) -> list[UnitOutcome]:
        column = np.empty(len(units), object)
        column[:] = units
        columns = worker({UNIT: column})
        return [from_row({name: values[row] for name, values in columns.items()}) for row in range(len(units))]

    return run


@pytest.fixture
def corrupt() -> Callable[[Path], None]:
    """Makes a frame file unreadable as an image."""

    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:20])

    return cut


@pytest.fixture
def outcome() -> UnitOutcome:
    """A unit that went well, to be varied."""
    return UnitOutcome(
        recording="a_1",
        first_frame=0,
        num_frames=4,
        started=100.0,
        ended=104.0,
        work_seconds=3.0,
        peak_memory_bytes=1 << 28,
        is_last=False,
        problem="",
        disk_full=False,
    )


@pytest.fixture
def unit(make_recording) -> Callable[[str], WorkUnit]:
    """A unit of a recording of that name which is not on disk."""
    recording = make_recording("z_1")
    return lambda name: WorkUnit(recording=replace(recording, name=name), chunk=range(CHUNK_FRAMES))
