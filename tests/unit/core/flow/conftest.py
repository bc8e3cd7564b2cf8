"""Recordings that exist on disk, and a face of texture that can be moved by known amounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from spotformer_core.datasets.recording import Recording

_FRAME_SIZE = 128
_BROWS = {18: (40, 44), 19: (46, 42), 20: (52, 44), 23: (76, 44), 24: (82, 42), 25: (88, 44)}
_NOSE_TIP = {29: (64, 62), 30: (64, 68)}
_MOUTH = {48: (50, 90), 51: (64, 86), 54: (78, 90), 57: (64, 96)}
# They make the box of the face the square of 96 pixels whose first pixel is (16, 16).
_CORNERS = {0: (25.25, 25.25), 16: (102.75, 102.75)}


@dataclass(frozen=True)
class TexturedFace:
    """A face at rest, to be moved."""

    frame: np.ndarray
    landmarks: np.ndarray

    def shifted(self, x: float, y: float) -> np.ndarray:
        """The frame with everything moved right by x and down by y pixels."""
        matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
        size = self.frame.shape[::-1]
        return cv2.warpAffine(self.frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)

    def moved_at(self, landmark: int, x: float, y: float) -> np.ndarray:
        """The frame with 10 pixels around one landmark moved by (x, y), less beyond, nothing from 16 pixels on."""
        rows, columns = np.mgrid[:_FRAME_SIZE, :_FRAME_SIZE].astype(np.float32)
        center = self.landmarks[landmark]
        distance = np.hypot(columns - center[0], rows - center[1])
        share = np.clip((16 - distance) / 6, 0, 1).astype(np.float32)
        return cv2.remap(self.frame, columns - share * x, rows - share * y, cv2.INTER_CUBIC)


@pytest.fixture(scope="session")
def face() -> TexturedFace:
    noise = np.random.default_rng(0).normal(size=(_FRAME_SIZE, _FRAME_SIZE))
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    frame = np.clip(128 + 40 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    landmarks = np.full((68, 2), 64, np.float32)
    for index, place in (_BROWS | _NOSE_TIP | _MOUTH | _CORNERS).items():
        landmarks[index] = place
    return TexturedFace(frame=frame, landmarks=landmarks)


@pytest.fixture
def make_recording(tmp_path: Path) -> Callable[..., Recording]:
    """Writes frames as PNG files and says where they are."""

    def make(frames: Sequence[np.ndarray], *, name: str = "006_1") -> Recording:
        folder = tmp_path / "frames" / name
        folder.mkdir(parents=True, exist_ok=True)
        paths = tuple(folder / f"{number:04d}.png" for number in range(len(frames)))
        for path, frame in zip(paths, frames, strict=True):
            path.write_bytes(cv2.imencode(".png", frame)[1].tobytes())
        return Recording(
            dataset="made",
            subject="006",
            name=name,
            frame_paths=paths,
            frame_numbers=tuple(range(len(frames))),
            frames_per_second=30.0,
            expressions=(),
        )

    return make
