"""Landmarks of videos that may be hours long, frame after frame: from CSV files, or looked for as the video is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from platform.landmarks.choice import INSIGHTFACE
from platform.landmarks.detected import FaceDetector
from platform.landmarks.insightface_detector import DetectionDevice, InsightfaceDetector, default_model_folder
from platform.landmarks.source import LandmarkFiles
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.face_choice import SubjectChoice
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.landmark_stream import stream_landmarks
from spotformer_core.flow.lost_face_stream import completed_stream
from spotformer_core.flow.lost_faces import LostFacePolicy
from spotformer_core.shapes import Float32


class LandmarkStream(Protocol):
    """Gives the landmarks of a recording in one pass; travels to workers, so it holds no model."""

    def require_ready(self) -> None:
        """Raises LandmarkError, before any expensive work, when it cannot give landmarks at all."""
        ...

    def fingerprint(self, recording: Recording) -> str:
        """Text that differs whenever the landmarks of the same frames could differ.

        Raises:
            LandmarkError: when the recording has no landmarks here.
        """
        ...

    def rows(self, recording: Recording) -> Iterator[Float32[np.ndarray, "68 2"]]:
        """Yields the landmarks of every frame, x before y, in pixels of the frame; lost faces are completed.

        Raises:
            LandmarkError: when they are missing, damaged or do not fit the recording, or too many faces were lost.
        """
        ...


@dataclass(frozen=True, slots=True)
class FileStream:
    """Landmarks in `<folder>/<name of the video>.csv`, in OpenFace's format."""

    folder: Path
    policy: LostFacePolicy

    def require_ready(self) -> None:
        """Raises LandmarkError when the folder does not exist."""
        LandmarkFiles(self.folder, self.policy).require_ready()

    def fingerprint(self, recording: Recording) -> str:
        """A digest of the CSV, and the policy for lost faces."""
        return LandmarkFiles(self.folder, self.policy).fingerprint(recording)

    def rows(self, recording: Recording) -> Iterator[Float32[np.ndarray, "68 2"]]:
        """Yields what the CSV holds, a block of rows at a time."""
        return completed_stream(stream_landmarks(self.folder, recording), recording, self.policy)


@dataclass(frozen=True, slots=True)
class DetectedStream:
    """Landmarks by `detector`, looked for as the frames are read; nothing is kept."""

    detector: FaceDetector
    policy: LostFacePolicy

    def require_ready(self) -> None:
        """Raises LandmarkError when the detector's models cannot be used."""
        self.detector.require_ready()

    def fingerprint(self, recording: Recording) -> str:
        """The detector and the policy."""
        del recording
        return f"{self.detector.fingerprint()}, lost faces: {self.policy}"

    def rows(self, recording: Recording) -> Iterator[Float32[np.ndarray, "68 2"]]:
        """Yields the subject's landmarks; faces are looked for in one chunk of frames after the other."""
        return completed_stream(self._found(recording), recording, self.policy)

    def _found(self, recording: Recording) -> Iterator[Float32[np.ndarray, "68 2"]]:
        choice = SubjectChoice()
        frames = read_frames(recording, color=True)
        for chunk in chunks_of(recording.num_frames):
            yield from choice.landmarks(self.detector.detect(islice(frames, len(chunk))), len(chunk))


def landmark_stream(option: str, *, policy: LostFacePolicy, device: DetectionDevice) -> LandmarkStream:
    """The stream that `--landmarks` names, ready to be used: "insightface", or a folder of CSV files.

    Raises:
        LandmarkError: when it cannot give landmarks at all.
    """
    stream: LandmarkStream
    if option == INSIGHTFACE:
        stream = DetectedStream(InsightfaceDetector(default_model_folder(), device), policy)
    else:
        stream = FileStream(Path(option).expanduser().resolve(), policy)
    stream.require_ready()
    return stream
