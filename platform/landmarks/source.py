"""The contract of a landmark source, and the source that reads files."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import landmark_path, read_landmarks
from spotformer_core.flow.lost_faces import DEFAULT_POLICY, LostFacePolicy, completed, lost_frames
from spotformer_core.flow.video_frames import VideoWalk
from spotformer_core.limited_files import require_regular
from spotformer_core.shapes import Float32


class LandmarkSource(Protocol):
    """Gives the landmarks of every frame of a recording; travels to workers, so it holds no model."""

    def require_ready(self) -> None:
        """Raises LandmarkError, before any expensive work, when the source cannot give landmarks at all."""
        ...

    def fingerprint(self, recording: Recording) -> str:
        """Text that differs whenever the landmarks of the same frames could differ; cheap.

        Raises:
            LandmarkError: when the recording has no landmarks here.
        """
        ...

    def chunks_to_detect(self, recording: Recording) -> tuple[range, ...]:
        """Stretches of frames in which faces have yet to be looked for: work that can be done in any order, anywhere.

        Raises:
            RecordingError: when a file of the recording cannot be looked at.
        """
        ...

    def detect_chunk(self, recording: Recording, chunk: range, walk: VideoWalk | None = None) -> None:
        """Looks for faces in one of `chunks_to_detect` and keeps what it finds.

        Args:
            walk: through the video, for whoever gives one chunk of it after the other.

        Raises:
            LandmarkError: when the models cannot be used.
            RecordingError: when a frame cannot be read, or changes meanwhile.
        """
        ...

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """Landmarks of every frame, x before y, in pixels of the frame.

        Raises:
            LandmarkError: when they are missing, damaged or do not fit the recording, or too many faces were lost.
        """
        ...

    def num_lost(self, recording: Recording) -> int:
        """How many frames of the recording show no face, so that a policy gave their landmarks.

        Raises:
            LandmarkError: when landmarks are missing, damaged or do not fit the recording.
        """
        ...


@dataclass(frozen=True, slots=True)
class LandmarkFiles:
    """Landmarks in one OpenFace-style CSV per recording."""

    folder: Path
    policy: LostFacePolicy = DEFAULT_POLICY

    def require_ready(self) -> None:
        """Raises LandmarkError when the folder does not exist."""
        if not self.folder.is_dir():
            raise LandmarkError(
                f"--landmarks must be a folder of CSV files or 'insightface', got {self.folder}, which is no folder. "
                "Write one OpenFace-style CSV per recording there, or use --landmarks insightface."
            )

    def fingerprint(self, recording: Recording) -> str:
        """A digest of the recording's CSV, and the policy for lost faces."""
        path = landmark_path(self.folder, recording=recording.name)
        try:
            require_regular(path)
            # Block by block: the file of an hour has a hundred megabytes.
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        except OSError as error:
            raise LandmarkError(
                f"every recording must have its landmarks, but {path} gives: {error.strerror}. "
                "Write them there in OpenFace's format, or use --landmarks insightface."
            ) from error
        return f"file:{digest}, lost faces: {self.policy}"

    def chunks_to_detect(self, recording: Recording) -> tuple[range, ...]:
        """None: somebody else has looked for the faces."""
        del recording
        return ()

    def detect_chunk(self, recording: Recording, chunk: range, walk: VideoWalk | None = None) -> None:
        """Does nothing, as there is nothing to detect."""

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """The landmarks that the recording's CSV holds, lost faces completed."""
        return completed(read_landmarks(self.folder, recording), recording, self.policy)

    def num_lost(self, recording: Recording) -> int:
        """How many rows of the CSV say that the face was lost."""
        return int(lost_frames(read_landmarks(self.folder, recording)).sum())
