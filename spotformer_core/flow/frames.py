"""The frames of a recording, decoded one after the other, and digests that say whether they have changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import RecordingError, require
from spotformer_core.flow.video_frames import VideoWalk
from spotformer_core.limited_files import read_limited
from spotformer_core.shapes import UInt8

_BLOCK_BYTES = 1 << 20
_MOST_IMAGE_BYTES = 256 << 20
"""A hundred times a frame of SAMM-LV as it comes from the camera."""


def read_frames(
    recording: Recording, frames: range | None = None, *, color: bool = False, walk: VideoWalk | None = None
) -> Iterator[UInt8[np.ndarray, "height width *channels"]]:
    """Yields frames of `recording` in order, each decoded once: grey, or with three channels, blue first.

    Args:
        frames: positions in the recording, in steps of 1; None takes all.
        color: whether frames keep their colours.
        walk: through the video, kept by whoever asks for one stretch after the other. Without it the frames of a video
            cost the decoding of all frames before them too.

    Raises:
        InvalidValueError: when `frames` are not positions of the recording.
        RecordingError: when a file cannot be read, is no image or video, differs in size from the first frame, or the
            recording has no frames on disk; when a video is not as long as it was when it was listed.
    """
    frames = range(recording.num_frames) if frames is None else frames
    require(
        frames.step == 1 and frames.start >= 0 and frames.stop <= recording.num_frames,
        "frames",
        f"positions among the {recording.num_frames} of {recording.name} in steps of 1",
        frames,
        "Cut them to the recording.",
    )
    _require_files(recording)
    if recording.video_path is None:
        decoded = _image_frames(recording, frames, color)
    else:
        decoded = _video_frames(recording, frames, color, walk or VideoWalk())
    shape: tuple[int, ...] | None = None
    for position, frame in zip(frames, decoded, strict=True):
        if shape is not None and frame.shape[:2] != shape:
            raise RecordingError(
                f"all frames of a recording must have one size; {recording.name} begins with {_size(shape)} but "
                f"{_place(recording, position)} has {_size(frame.shape)}. Remove or re-export that frame."
            )
        shape = frame.shape[:2]
        yield frame


def listing_digest(recording: Recording) -> str:
    """A digest of the names, sizes and modification times of the files of a recording; cheap, reads no frame.

    Raises:
        RecordingError: when a file is missing or the recording has no frames on disk.
    """
    digest = _begun_digest(recording)
    for path in _files(recording):
        try:
            state = path.stat()
        except OSError as error:
            raise _unreadable(path, recording, error) from error
        digest.update(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def content_digest(recording: Recording) -> str:
    """A digest of the bytes of all files of a recording; holds 1 MiB at a time.

    Raises:
        RecordingError: when a file cannot be read or the recording has no frames on disk.
    """
    digest = _begun_digest(recording)
    for path in _files(recording):
        try:
            with path.open("rb") as file:
                digest.update(path.stat().st_size.to_bytes(8, "little"))
                while block := file.read(_BLOCK_BYTES):
                    digest.update(block)
        except OSError as error:
            raise _unreadable(path, recording, error) from error
    return digest.hexdigest()


def _begun_digest(recording: Recording) -> "hashlib.blake2b":
    """Image files stand for themselves; of a video it matters which frames are used."""
    _require_files(recording)
    digest = hashlib.blake2b(digest_size=16)
    if recording.video_path is not None:
        digest.update(repr(recording.frame_numbers).encode())
    return digest


def _files(recording: Recording) -> tuple[Path, ...]:
    return recording.frame_paths if recording.video_path is None else (recording.video_path,)


def _require_files(recording: Recording) -> None:
    if not recording.frame_paths and recording.video_path is None:
        raise RecordingError(
            f"frames are read from image files or a video, but recording {recording.name} has neither. "
            "Name the folder of its frames, or use the features that were imported for it."
        )


def _video_frames(
    recording: Recording,
    frames: range,
    color: bool,  # noqa: FBT001  read_frames names it
    walk: VideoWalk,
) -> Iterator[UInt8[np.ndarray, "height width *channels"]]:
    path, numbers = recording.video_path, recording.frame_numbers
    if path is not None and frames:
        is_end = frames.stop == recording.num_frames
        positions = numbers[frames.start : frames.stop]
        yield from walk.frames(path, positions, color=color, is_end=is_end, name=recording.name)


def _image_frames(
    recording: Recording,
    frames: range,
    color: bool,  # noqa: FBT001  read_frames names it
) -> Iterator[UInt8[np.ndarray, "height width *channels"]]:
    for path in recording.frame_paths[frames.start : frames.stop]:
        data = _read_bytes(path, recording)
        mode = cv2.IMREAD_COLOR if color else cv2.IMREAD_GRAYSCALE
        frame = _decoded(data, mode)
        if frame is None:
            raise RecordingError(
                f"every frame must be an image, but {path} of recording {recording.name} ({len(data)} bytes) is none. "
                "Restore the file from the release."
            )
        yield frame


def _decoded(data: bytes, mode: int) -> UInt8[np.ndarray, "height width *channels"] | None:
    """The image, or None when the bytes are none, or one of more pixels (2^30) than OpenCV decodes."""
    try:
        frame = cv2.imdecode(np.frombuffer(data, np.uint8), mode) if data else None
    except cv2.error:
        return None
    return None if frame is None else np.asarray(frame, np.uint8)


def _read_bytes(path: Path, recording: Recording) -> bytes:
    try:
        return read_limited(path, most_bytes=_MOST_IMAGE_BYTES)
    except OSError as error:
        raise _unreadable(path, recording, error) from error


def _unreadable(path: Path, recording: Recording, error: OSError) -> RecordingError:
    return RecordingError(
        f"every frame must be readable, but {path} of recording {recording.name} gives: {error.strerror}. "
        "Check that the file exists and may be read."
    )


def _place(recording: Recording, position: int) -> str:
    """The file or the frame at `position`, for messages."""
    return recording.frame_paths[position].name if recording.frame_paths else f"frame {position}"


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"
