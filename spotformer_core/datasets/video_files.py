"""Video files: opening one, and how many frames it holds."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2

from spotformer_core.errors import RecordingError
from spotformer_core.limited_files import require_regular

VIDEO_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v", ".mpg", ".mpeg")
"""Whatever their case."""

_EXACT_SUFFIXES = (".mp4", ".avi", ".mov", ".m4v")
"""Containers that list their frames; the others only know how long they last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoLength:
    """How long a video is.

    Attributes:
        num_frames: those that the file holds, counted.
        declared_frames: those that its header speaks of, which is often a guess from the duration.
        frames_per_second: as the header says; 0 when it says nothing.
    """

    num_frames: int
    declared_frames: int
    frames_per_second: float


def measure_video(path: Path) -> VideoLength:
    """The length of a video: every frame of the file is counted, none is decoded.

    This reads the file once. What is counted are packets, one for each frame in the codecs that cameras use; where a
    codec hides frames in packets of their own (VP8 does), decoding says so and the number has to be given.

    Raises:
        RecordingError: when the file cannot be read, is no video, holds no frame, or fewer than a container that
            lists its frames speaks of: it was cut off.
    """
    with opened_video(path, parameters=(cv2.CAP_PROP_FORMAT, -1)) as video:
        declared = max(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
        frames_per_second = float(video.get(cv2.CAP_PROP_FPS))
        num_frames = 0
        while video.grab():
            num_frames += 1
    if num_frames == 0 or (num_frames < declared and path.suffix.lower() in _EXACT_SUFFIXES):
        raise RecordingError(
            f"a video must hold the frames that it lists, got {num_frames} of {declared} in {path}, which seems to be "
            "cut off. Copy it again, or cut it cleanly with a video program."
        )
    return VideoLength(num_frames=num_frames, declared_frames=declared, frames_per_second=frames_per_second)


def open_video(path: Path, *, parameters: tuple[int, ...] = ()) -> cv2.VideoCapture:
    """The video, opened by FFmpeg with one thread: more would compete with the other workers of the machine.

    Raises:
        RecordingError: when the file cannot be read or is no video.
    """
    _require_readable(path)
    # An absolute path, since FFmpeg takes what stands before a colon for a protocol.
    video = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1, *parameters])
    if not video.isOpened():
        video.release()
        raise RecordingError(
            f"a recording must be a video that FFmpeg can open, got {path} ({path.stat().st_size} bytes), which it "
            "cannot. Copy it again, or convert it, for instance to .mp4."
        )
    return video


@contextmanager
def opened_video(path: Path, *, parameters: tuple[int, ...] = ()) -> Iterator[cv2.VideoCapture]:
    """`open_video`, closed at the end."""
    video = open_video(path, parameters=parameters)
    try:
        yield video
    finally:
        video.release()


def _require_readable(path: Path) -> None:
    try:
        require_regular(path)
        with path.open("rb"):
            return
    except OSError as error:
        reason = error.strerror or os.strerror(error.errno or errno.EIO)
        raise RecordingError(
            f"a video must be readable, but {path} gives: {reason}. Check that the file exists and may be read."
        ) from error
