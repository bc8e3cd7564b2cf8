"""Frames of a video file, by their position in it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from spotformer_core.datasets.video_files import opened_video
from spotformer_core.errors import RecordingError
from spotformer_core.shapes import UInt8


def read_video_frames(
    path: Path, positions: Sequence[int], *, is_end: bool, name: str
) -> Iterator[UInt8[np.ndarray, "height width 3"]]:
    """Yields the frames at rising `positions` (from 0) in colour, blue first, each decoded once.

    A position may stand there several times, one after the other; its frame is given as often.

    The video is always walked through from its beginning, because seeking in it is not exact: a container knows times,
    not frames. What lies before the first position is decoded but not converted, which costs 0.4 ms a frame of 640x480
    in MPEG-4, 0.9 ms in Motion JPEG and 20 ms in FFV1 (one thread): little beside flow, except for long FFV1 videos.

    Args:
        is_end: whether the last of `positions` is also the last frame of the recording; then the video must end
            before another whole step.
        name: of the recording, for messages.

    Raises:
        RecordingError: when the video cannot be opened, or is shorter or longer than it was when it was listed.
    """
    with opened_video(path) as video:
        next_position = 0
        for position in positions:
            while next_position <= position:
                if not video.grab():
                    raise _changing(path, name, rule=f"frame {position}", received=f"only {next_position} frames")
                next_position += 1
            is_read, frame = video.retrieve()
            if not is_read:
                raise _changing(path, name, rule=f"frame {position}", received="one that cannot be decoded")
            yield np.asarray(frame, np.uint8)
        if is_end and len(positions) > 1:
            # Steps differ where a video was resampled; the last one may be shorter than what is left behind it.
            step = max(1, *(later - earlier for earlier, later in pairwise(positions)))
            _require_end(video, path, name, step=step, num_read=next_position)


def _require_end(video: cv2.VideoCapture, path: Path, name: str, *, step: int, num_read: int) -> None:
    if all(video.grab() for _ in range(step)):
        raise _changing(path, name, rule=f"{num_read} frames", received=f"at least {num_read + step}")


def _changing(path: Path, name: str, *, rule: str, received: str) -> RecordingError:
    return RecordingError(
        f"a changing or damaged video cannot be used: {path} of {name} was listed with {rule}, got {received} "
        "when it was decoded. Wait until it is copied whole or copy it again; if its codec hides frames, convert it."
    )
