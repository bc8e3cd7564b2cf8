"""Two short recordings of a textured face-sized square, with landmarks in files."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from platform.landmarks.source import LandmarkFiles
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

NUM_FRAMES = 3


@pytest.fixture(autouse=True)
def _threads_as_before():
    num_threads = cv2.getNumThreads()
    yield
    cv2.setNumThreads(num_threads)


@pytest.fixture
def store(tmp_path) -> FlowStore:
    return FlowStore.create(tmp_path / "flow", ExtractionSettings(max_window=9, face_size=64, region_radius=1))


@pytest.fixture
def landmarks(tmp_path) -> LandmarkFiles:
    (tmp_path / "landmarks").mkdir()
    return LandmarkFiles(tmp_path / "landmarks")


@pytest.fixture
def make_recording(tmp_path, landmarks) -> Callable[[str], Recording]:
    """Writes frames of smooth noise and landmarks on a grid of 64 by 64 pixels."""

    def make(name: str) -> Recording:
        noise = np.random.default_rng(0).uniform(0, 255, (96, 96)).astype(np.uint8)
        paths = [tmp_path / name / f"{frame}.png" for frame in range(NUM_FRAMES)]
        paths[0].parent.mkdir()
        for shift, path in enumerate(paths):
            cv2.imwrite(str(path), np.roll(cv2.GaussianBlur(noise, (9, 9), 2), shift, axis=1))
        points = np.stack([16 + np.arange(68) % 9 * 8, 16 + np.arange(68) // 8 * 8], axis=1).astype(np.float32)
        write_landmarks(landmarks.folder / f"{name}.csv", np.stack([points] * NUM_FRAMES), range(NUM_FRAMES))
        return Recording(
            dataset="toy",
            subject=name[0],
            name=name,
            frame_paths=tuple(paths),
            frame_numbers=tuple(range(NUM_FRAMES)),
            frames_per_second=30.0,
            expressions=(),
        )

    return make


@pytest.fixture
def batch_of() -> Callable[..., dict[str, np.ndarray]]:
    """Recordings as Ray Data hands them to a worker."""

    def make(*recordings: Recording) -> dict[str, np.ndarray]:
        column = np.empty(len(recordings), object)
        column[:] = recordings
        return {"recording": column}

    return make


@pytest.fixture
def corrupt() -> Callable[[Path], None]:
    """Makes a frame file unreadable as an image."""

    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:20])

    return cut
