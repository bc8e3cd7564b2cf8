"""The frames of a recording, decoded one after the other."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import RecordingError
from spotformer_core.shapes import UInt8


def read_frames(recording: Recording) -> Iterator[UInt8[np.ndarray, "height width"]]:
    """Yields every frame in grey, in order, each decoded once.

    Raises:
        RecordingError: when a file cannot be read, is no image, or differs in size from the first frame.
    """
    shape: tuple[int, ...] | None = None
    for path in recording.frame_paths:
        frame = _decode(path, recording)
        if shape is not None and frame.shape != shape:
            raise RecordingError(
                f"all frames of a recording must have one size; {recording.name} begins with {_size(shape)} but "
                f"{path.name} has {_size(frame.shape)}. Remove or re-export that frame."
            )
        shape = frame.shape
        yield frame


def listing_digest(recording: Recording) -> str:
    """A digest of the names, sizes and modification times of the frame files; cheap, reads no frame."""
    digest = hashlib.blake2b(digest_size=16)
    for path in recording.frame_paths:
        try:
            state = path.stat()
        except OSError as error:
            raise _unreadable(path, recording, error) from error
        digest.update(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def content_digest(recording: Recording) -> str:
    """A digest of the bytes of all frame files."""
    digest = hashlib.blake2b(digest_size=16)
    for path in recording.frame_paths:
        data = _read_bytes(path, recording)
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def _decode(path: Path, recording: Recording) -> UInt8[np.ndarray, "height width"]:
    data = _read_bytes(path, recording)
    frame = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE) if data else None
    if frame is None:
        raise RecordingError(
            f"every frame must be an image, but {path} of recording {recording.name} ({len(data)} bytes) is none. "
            "Restore the file from the release."
        )
    return np.asarray(frame, np.uint8)


def _read_bytes(path: Path, recording: Recording) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, recording, error) from error


def _unreadable(path: Path, recording: Recording, error: OSError) -> RecordingError:
    return RecordingError(
        f"every frame must be readable, but {path} of recording {recording.name} gives: {error.strerror}. "
        "Check that the file exists and may be read."
    )


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"
