"""Landmarks by insightface: SCRFD finds the face, `1k3d68` its 68 landmarks, of which x and y are used.

Differs from [Deng2024] Sec. 3.1: the paper uses a MobileFaceNet landmark detector; the 68 points mean the same.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.shapes import Float32

MODEL_PACK = "buffalo_l"
_DETECTOR = "det_10g.onnx"
_LANDMARKER = "1k3d68.onnx"
_DETECTION_SIZE = (640, 640)


def default_model_folder() -> Path:
    """Where insightface itself looks for its model pack."""
    return Path.home() / ".insightface" / "models" / MODEL_PACK


@dataclass(frozen=True, slots=True)
class InsightfaceDetector:
    """Landmarks detected frame by frame with the models in `folder`."""

    folder: Path

    def require_ready(self) -> None:
        """Raises LandmarkError, saying what to download and where to put it, unless both models are there."""
        missing = [name for name in (_DETECTOR, _LANDMARKER) if not (self.folder / name).is_file()]
        if missing:
            raise LandmarkError(
                f"insightface needs {_DETECTOR} and {_LANDMARKER}, but {', '.join(missing)} not in {self.folder}.\n"
                f"Download the model pack {MODEL_PACK}.zip from the releases of insightface "
                "(github.com/deepinsight/insightface, tag v0.7; for non-commercial research only)\n"
                f"and unpack it there, or give landmarks as files: --landmarks FOLDER."
            )

    def fingerprint(self, recording: Recording) -> str:
        """Names the models; the frames themselves are fingerprinted by the flow store."""
        del recording
        sizes = [(self.folder / name).stat().st_size for name in (_DETECTOR, _LANDMARKER)]
        return f"insightface:{MODEL_PACK}:{sizes[0]}:{sizes[1]}"

    def landmarks(self, recording: Recording) -> Float32[np.ndarray, "frames 68 2"]:
        """Landmarks of the largest face of every frame.

        Raises:
            LandmarkError: when a frame shows no face.
        """
        analysis = self._load()
        found = np.empty((recording.num_frames, 68, 2), np.float32)
        for position, path in enumerate(recording.frame_paths):
            frame = cv2.imread(str(path), cv2.IMREAD_COLOR)
            faces = [] if frame is None else analysis.get(frame)
            if not faces:
                raise LandmarkError(
                    f"every frame must show a face, but insightface finds none in {path} of {recording.name}. "
                    "Give the landmarks of this recording as a file, or leave the recording out with --recordings."
                )
            largest = max(faces, key=lambda face: float(np.ptp(face.bbox[::2]) * np.ptp(face.bbox[1::2])))
            found[position] = largest.landmark_3d_68[:, :2]
        return found

    def _load(self) -> Any:
        from insightface.app import FaceAnalysis

        self.require_ready()
        analysis = FaceAnalysis(
            name=str(self.folder),
            allowed_modules=["detection", "landmark_3d_68"],
            providers=["CPUExecutionProvider"],
        )
        analysis.prepare(ctx_id=-1, det_size=_DETECTION_SIZE)
        return analysis
