"""The contract of a landmark source, and the source that reads files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import landmark_path, read_landmarks
from spotformer_core.shapes import Float32


class LandmarkSource(Protocol):
    """Gives the landmarks of every frame of a recording."""

    def require_ready(self) -> None:
        """Raises LandmarkError, before any expensive work, when the source cannot give landmarks at all."""
        ...

    def fingerprint(self, recording: Recording) -> str:
        """Text that differs whenever the landmarks could differ; cheap.

        Raises:
            LandmarkError: when the recording has no landmarks here.
        """
        ...

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """Landmarks of every frame, x before y, in pixels of the frame.

        Raises:
            LandmarkError: when they are missing, damaged or do not fit the recording.
        """
        ...


@dataclass(frozen=True, slots=True)
class LandmarkFiles:
    """Landmarks in one OpenFace-style CSV per recording."""

    folder: Path

    def require_ready(self) -> None:
        """Raises LandmarkError when the folder does not exist."""
        if not self.folder.is_dir():
            raise LandmarkError(
                f"--landmarks must be a folder of CSV files or 'insightface', got {self.folder}, which is no folder. "
                "Write one OpenFace-style CSV per recording there, or use --landmarks insightface."
            )

    def fingerprint(self, recording: Recording) -> str:
        """A digest of the recording's CSV."""
        path = landmark_path(self.folder, recording=recording.name)
        try:
            return f"file:{hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()}"
        except OSError as error:
            raise LandmarkError(
                f"every recording must have its landmarks, but {path} gives: {error.strerror}. "
                "Write them there in OpenFace's format, or use --landmarks insightface."
            ) from error

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """The landmarks that the recording's CSV holds."""
        return read_landmarks(self.folder, recording)
