"""Frames of a video file, by their position in it.

A video is always walked through from its beginning, because seeking in it is not exact: a container knows times, not
frames. What lies before a stretch is decoded but not converted, which costs 0.4 ms a frame of 640x480 in MPEG-4, 0.9 ms
in Motion JPEG and 20 ms in FFV1 (one thread). A walk therefore stays where it is, and the next stretch goes on there.
"""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from spotformer_core.datasets.video_files import open_video
from spotformer_core.errors import RecordingError
from spotformer_core.shapes import UInt8

Frame = UInt8[np.ndarray, "height width *channels"]


class VideoWalk:
    """A way through one video at a time: stretches that rise cost one pass, however many they are.

    Args:
        overlap: of the frames given last, so many are kept, for a stretch that begins before the end of the last one.
    """

    def __init__(self, *, overlap: int = 0) -> None:
        self._given: deque[tuple[int, Frame]] = deque(maxlen=overlap)
        self._video: cv2.VideoCapture | None = None
        self._key: tuple[object, ...] = ()
        self._next_position = 0

    def frames(
        self, path: Path, positions: Sequence[int], *, color: bool, is_end: bool, name: str
    ) -> Iterator[UInt8[np.ndarray, "height width *channels"]]:
        """Yields the frames at rising `positions` (from 0), each decoded once: grey, or in colour, blue first.

        A position may stand there several times, one after the other; its frame is given as often.

        Args:
            is_end: whether the last of `positions` is also the last frame of the recording; then the video must end
                before another whole step.
            name: of the recording, for messages.

        Raises:
            RecordingError: when the video cannot be opened, or is shorter or longer than it was when it was listed.
        """
        self._go_to(path, positions, color=color)
        kept = dict(self._given)
        try:
            for position in positions:
                if position not in kept:
                    kept = {position: self._decoded(path, position, color=color, name=name)}
                    self._given.append((position, kept[position]))
                yield kept[position]
            if is_end and len(positions) > 1:
                # Steps differ where a video was resampled; the last one may be shorter than what is left behind it.
                step = max(1, *(later - earlier for earlier, later in pairwise(positions)))
                self._require_end(path, name, step=step)
        except RecordingError:
            self.leave()
            raise

    def leave(self) -> None:
        """Closes the video; the next stretch begins anew."""
        if self._video is not None:
            self._video.release()
        self._video, self._key, self._next_position = None, (), 0
        self._given.clear()

    def _go_to(self, path: Path, positions: Sequence[int], *, color: bool) -> None:
        """Opens the video, unless it is open, unchanged, and all of `positions` are still to come or kept."""
        kept = {position for position, _ in self._given}
        can_go_on = all(position >= self._next_position or position in kept for position in positions)
        if self._video is None or not can_go_on or self._key != _key(path, color=color):
            self.leave()
            self._video, self._key = open_video(path), _key(path, color=color)

    def _decoded(self, path: Path, position: int, *, color: bool, name: str) -> Frame:
        while self._next_position <= position:
            if not self._grabbed():
                received = f"only {self._next_position} frames"
                raise _changing(path, name, rule=f"frame {position}", received=received)
        is_read, frame = self._video.retrieve() if self._video is not None else (False, None)
        if not is_read or frame is None:
            raise _changing(path, name, rule=f"frame {position}", received="one that cannot be decoded")
        return np.asarray(frame if color else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)

    def _grabbed(self) -> bool:
        if self._video is None or not self._video.grab():
            return False
        self._next_position += 1
        return True

    def _require_end(self, path: Path, name: str, *, step: int) -> None:
        num_read = self._next_position
        if all(self._grabbed() for _ in range(step)):
            raise _changing(path, name, rule=f"{num_read} frames", received=f"at least {num_read + step}")


def _key(path: Path, *, color: bool) -> tuple[object, ...]:
    """Differs when the file at `path` is another one, or has changed."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return os.fspath(path), state.st_ino, state.st_size, state.st_mtime_ns, color


def _changing(path: Path, name: str, *, rule: str, received: str) -> RecordingError:
    return RecordingError(
        f"a changing or damaged video cannot be used: {path} of {name} was listed with {rule}, got {received} "
        "when it was decoded. Wait until it is copied whole or copy it again; if its codec hides frames, convert it."
    )
