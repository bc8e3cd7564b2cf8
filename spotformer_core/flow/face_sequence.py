"""The faces of the frames after each frame, cropped by one box and prepared once for all of their pairs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic

import numpy as np

from spotformer_core.flow.estimator import FlowEstimator, Prepared
from spotformer_core.flow.face_box import FaceBox
from spotformer_core.shapes import UInt8


class FaceSequence(Generic[Prepared]):
    """Walks through frames; holds at most `reach` + 1 of them, and as many prepared faces.

    Args:
        frames: the decoded frames, grey, from the first frame that will be asked for.
        first: number of that frame.
        face_size: side of the crop in pixels.
    """

    def __init__(
        self,
        frames: Iterable[UInt8[np.ndarray, "height width"]],
        *,
        first: int,
        face_size: int,
        estimator: FlowEstimator[Prepared],
    ) -> None:
        self._frames: Iterator[UInt8[np.ndarray, "height width"]] = iter(frames)
        self._face_size = face_size
        self.estimator = estimator
        self._position = first
        self._ahead: deque[UInt8[np.ndarray, "height width"]] = deque()
        self._faces: deque[Prepared] = deque()
        self._box: FaceBox | None = None

    def faces(self, position: int, *, reach: int, box: FaceBox) -> Sequence[Prepared]:
        """The face of frame `position` and of the `reach` frames after it, all cropped by `box`; fewer at the end.

        Positions must not fall. A face is cropped and prepared anew only when the box changes.
        """
        while self._position < position:
            self._step()
        while len(self._ahead) <= reach and (frame := next(self._frames, None)) is not None:
            self._ahead.append(frame)
        if box != self._box:
            self._faces.clear()
            self._box = box
        while len(self._faces) < min(len(self._ahead), reach + 1):
            self._faces.append(self._prepare(self._ahead[len(self._faces)], box))
        return list(self._faces)

    def crop(self, ahead: int, *, box: FaceBox) -> UInt8[np.ndarray, "size size"]:
        """The face of the frame `ahead` frames after the position, cropped by another box."""
        return box.crop(self._ahead[ahead], self._face_size)

    def _prepare(self, frame: UInt8[np.ndarray, "height width"], box: FaceBox) -> Prepared:
        return self.estimator.prepare(box.crop(frame, self._face_size))

    def _step(self) -> None:
        if self._ahead:
            self._ahead.popleft()
        else:
            next(self._frames, None)
        if self._faces:
            self._faces.popleft()
        self._position += 1
