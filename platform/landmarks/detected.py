"""Landmarks found by a detector: looked for once, kept in a landmark store, completed when they are read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import RecordingError
from spotformer_core.flow.face_choice import DetectedFaces, landmarks_of_subject
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.landmark_store import ChunkSource, LandmarkStore
from spotformer_core.flow.lost_faces import LostFacePolicy, completed, lost_frames
from spotformer_core.flow.video_frames import VideoWalk
from spotformer_core.shapes import Float32, UInt8


class FaceDetector(Protocol):
    """Finds faces and their landmarks in single frames; what it finds in a frame depends on that frame alone."""

    def require_ready(self) -> None:
        """Raises LandmarkError when its models cannot be used."""
        ...

    def fingerprint(self) -> str:
        """Text that differs whenever it could find something else."""
        ...

    def detect(self, frames: Iterable[UInt8[np.ndarray, "height width 3"]]) -> DetectedFaces:
        """The faces in `frames` that may be the subject's, by the position of their frame among these.

        Raises:
            LandmarkError: when the models cannot be used.
        """
        ...


@dataclass(frozen=True, slots=True)
class DetectedLandmarks:
    """Landmarks by `detector`; what it finds is kept in `folder`, one file per chunk of a recording.

    A second extraction detects nothing, whatever the policy is then: only frames that have changed, and models that
    have, are looked at again.
    """

    detector: FaceDetector
    folder: Path
    policy: LostFacePolicy

    def require_ready(self) -> None:
        """Raises LandmarkError when the detector's models cannot be used."""
        self.detector.require_ready()

    def fingerprint(self, recording: Recording) -> str:
        """The detector and the policy; the frames themselves are fingerprinted by the flow store."""
        del recording
        return f"{self.detector.fingerprint()}, lost faces: {self.policy}"

    def chunks_to_detect(self, recording: Recording) -> tuple[range, ...]:
        """Chunks that the store lacks, or whose frames have changed."""
        return self._store().missing(recording)

    def detect_chunk(self, recording: Recording, chunk: range, walk: VideoWalk | None = None) -> None:
        """Looks for faces in every frame of the chunk and keeps what it finds."""
        source = ChunkSource.of(recording, chunk)
        faces = self.detector.detect(read_frames(recording, chunk, color=True, walk=walk))
        if not source.is_still(recording, chunk):
            raise RecordingError(
                f"frames must stay as they are while faces are looked for, got other bytes in frames {chunk.start} to "
                f"{chunk.stop - 1} of {recording.name}. Wait until they are copied whole and give the same command."
            )
        in_recording = replace(faces, frames=faces.frames + chunk.start)
        self._store().write(recording, chunk, in_recording, source)

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """The landmarks of the subject in every frame, lost faces completed; missing chunks are detected first."""
        return completed(self._raw(recording), recording, self.policy)

    def num_lost(self, recording: Recording) -> int:
        """How many frames show no face; missing chunks are detected first."""
        return int(lost_frames(self._raw(recording)).sum())

    def _raw(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        for chunk in self.chunks_to_detect(recording):
            self.detect_chunk(recording, chunk)
        return landmarks_of_subject(self._store().read(recording), recording.num_frames)

    def _store(self) -> LandmarkStore:
        return LandmarkStore(folder=self.folder, detector=self.detector.fingerprint())
