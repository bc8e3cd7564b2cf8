"""Faces by insightface: SCRFD finds them, `1k3d68` their 68 landmarks, of which x and y are used.

Differs from [Deng2024] Sec. 3.1: the paper uses a MobileFaceNet landmark detector; the 68 points mean the same.

Frames go through the models one by one. insightface's SCRFD takes no batches. The landmark network could (1k3d68 has a
free batch axis), but on the one thread that a worker has batches gain nothing: a network of a third of its operations
took 21.9 ms per face one by one, 21.7 ms in batches of 4 and 22.8 ms in batches of 8. Many frames at a time come from
many workers, each with a chunk of its own.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from spotformer_core.errors import LandmarkError
from spotformer_core.flow.face_choice import DetectedFaces, candidates
from spotformer_core.shapes import Float32, UInt8

MODEL_PACK = "buffalo_l"
_DETECTOR = "det_10g.onnx"
_LANDMARKER = "1k3d68.onnx"
_LANDMARK_TASK = "landmark_3d_68"
_DETECTION_SIZE = 640
"""Frames are shrunk or padded to a square of as many pixels for SCRFD; landmarks are found in the whole frame."""
_DETECTION_THRESHOLD = 0.5


class DetectionDevice(StrEnum):
    """Where the networks run."""

    CPU = "cpu"
    CUDA = "cuda"


_PROVIDERS = {
    DetectionDevice.CPU: ["CPUExecutionProvider"],
    DetectionDevice.CUDA: ["CUDAExecutionProvider", "CPUExecutionProvider"],
}


def default_model_folder() -> Path:
    """Where insightface itself looks for its model pack."""
    return Path.home() / ".insightface" / "models" / MODEL_PACK


@dataclass(frozen=True, slots=True)
class InsightfaceDetector:
    """Faces found with the models in `folder`, which every process loads once, when it needs them."""

    folder: Path
    device: DetectionDevice = DetectionDevice.CPU

    def require_ready(self) -> None:
        """Raises LandmarkError, saying what to do, unless both models are there and the device can be used."""
        missing = [name for name in (_DETECTOR, _LANDMARKER) if not (self.folder / name).is_file()]
        if missing:
            raise LandmarkError(
                f"insightface needs {_DETECTOR} and {_LANDMARKER}, but {', '.join(missing)} not in {self.folder}.\n"
                f"Download the model pack {MODEL_PACK}.zip from the releases of insightface "
                "(github.com/deepinsight/insightface, tag v0.7; for non-commercial research only)\n"
                f"and unpack it there, or give landmarks as files: --landmarks FOLDER."
            )
        if self.device is DetectionDevice.CUDA:
            _require_cuda()

    def fingerprint(self) -> str:
        """The models by the digests of their files, and what was asked of them; the device rounds, no more."""
        digests = ":".join(_digest_of(self.folder / name) for name in (_DETECTOR, _LANDMARKER))
        return f"insightface:{MODEL_PACK}:{digests}, size {_DETECTION_SIZE}, threshold {_DETECTION_THRESHOLD}"

    def detect(self, frames: Iterable[UInt8[np.ndarray, "height width 3"]]) -> DetectedFaces:
        """The faces of each frame that may be the subject's; holds one frame at a time."""
        self.require_ready()
        analysis = _loaded(self.folder, self.device, self.fingerprint())
        positions: list[int] = []
        boxes: list[Float32[np.ndarray, " 4"]] = []
        landmarks: list[Float32[np.ndarray, "68 2"]] = []
        for position, frame in enumerate(frames):
            for box in _boxes_of_candidates(analysis, frame):
                positions.append(position)
                boxes.append(box)
                landmarks.append(_landmarks(analysis, frame, box))
        return DetectedFaces(
            frames=np.array(positions, np.int64),
            boxes=np.array(boxes, np.float32).reshape(-1, 4),
            landmarks=np.array(landmarks, np.float32).reshape(-1, 68, 2),
        )


def _boxes_of_candidates(analysis: Any, frame: UInt8[np.ndarray, "height width 3"]) -> Float32[np.ndarray, "faces 4"]:
    found, _ = analysis.det_model.detect(frame)
    boxes = np.asarray(found[:, :4], np.float32)
    return np.asarray(boxes[candidates(boxes)])


def _landmarks(
    analysis: Any, frame: UInt8[np.ndarray, "height width 3"], box: Float32[np.ndarray, " 4"]
) -> Float32[np.ndarray, "68 2"]:
    from insightface.app.common import Face

    return np.asarray(analysis.models[_LANDMARK_TASK].get(frame, Face(bbox=box))[:, :2], np.float32)


@lru_cache(maxsize=1)
def _loaded(folder: Path, device: DetectionDevice, fingerprint: str) -> Any:
    """The FaceAnalysis of insightface with both models; `fingerprint` makes replaced files load anew."""
    del fingerprint
    import onnxruntime  # type: ignore[import-untyped]
    from insightface.app import FaceAnalysis

    # One thread: Ray runs one worker per core.
    one_thread = onnxruntime.SessionOptions()
    one_thread.intra_op_num_threads = one_thread.inter_op_num_threads = 1
    try:
        analysis = FaceAnalysis(
            name=str(folder),
            allowed_modules=["detection", _LANDMARK_TASK],
            providers=_PROVIDERS[device],
            sess_options=one_thread,
        )
        analysis.prepare(
            ctx_id=-1 if device is DetectionDevice.CPU else 0,
            det_thresh=_DETECTION_THRESHOLD,
            det_size=(_DETECTION_SIZE, _DETECTION_SIZE),
        )
    except Exception as error:
        # onnxruntime and insightface have no base class for what a damaged model makes them raise.
        raise LandmarkError(
            f"insightface must be able to load the models in {folder}, got {type(error).__name__}: {error}. "
            f"Unpack the model pack {MODEL_PACK}.zip there again."
        ) from error
    _require_models(analysis, folder, device)
    return analysis


def _require_models(analysis: Any, folder: Path, device: DetectionDevice) -> None:
    if _LANDMARK_TASK not in analysis.models:
        raise LandmarkError(
            f"{_LANDMARKER} must be the network that finds 68 landmarks, got another one in {folder}. "
            f"Unpack the model pack {MODEL_PACK}.zip there again."
        )
    used = analysis.models[_LANDMARK_TASK].session.get_providers()
    if used[0] != _PROVIDERS[device][0]:
        raise LandmarkError(
            f"detection on {device} was asked for, but onnxruntime uses {used[0]} only. "
            "Check CUDA and cuDNN of this machine, or detect on the CPU."
        )


def _require_cuda() -> None:
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        raise LandmarkError(
            "detection on cuda needs an onnxruntime that offers CUDA, but the installed one does not. "
            "Install onnxruntime-gpu in the place of onnxruntime, or detect on the CPU."
        )


def _digest_of(path: Path) -> str:
    try:
        state = path.stat()
        return _digest(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise LandmarkError(
            f"the models of insightface must be readable, but {path} gives: {error.strerror}. Unpack {MODEL_PACK}.zip "
            "there again."
        ) from error


@lru_cache(maxsize=8)
def _digest(path: Path, size: int, modified: int) -> str:
    """Of the bytes of a file, read once in a process as long as its size and time stay the same."""
    del size, modified
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8)).hexdigest()
