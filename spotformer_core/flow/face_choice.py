"""Which of the faces in a frame is the subject's.

The largest face is, and when several are about as large, the one nearest to where the subject was in the frame
before: people behind the subject and false alarms are small, and two faces of nearly one size do not take turns.
"""

from dataclasses import dataclass

import numpy as np

from spotformer_core.shapes import Float32, Int64

SMALLEST_SHARE_OF_LARGEST = 0.5
"""Faces whose box has less than this share of the area of the frame's largest one are never chosen."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DetectedFaces:
    """Faces in the order of their frames; a frame may have several or none.

    Attributes:
        frames: position of the frame of each face, rising.
        boxes: left, top, right, bottom in pixels of the frame.
        landmarks: x before y, in pixels of the frame.
    """

    frames: Int64[np.ndarray, " faces"]
    boxes: Float32[np.ndarray, "faces 4"]
    landmarks: Float32[np.ndarray, "faces 68 2"]


def candidates(boxes: Float32[np.ndarray, "faces 4"]) -> Int64[np.ndarray, " candidates"]:
    """Indices of the faces of one frame that may be the subject's: the largest, and those nearly as large."""
    if not len(boxes):
        return np.empty(0, np.int64)
    areas = _areas(boxes)
    large = areas >= SMALLEST_SHARE_OF_LARGEST * areas.max()
    return np.flatnonzero(large & (areas > 0)).astype(np.int64)


class SubjectChoice:
    """Chooses the subject's face in one stretch of a recording after the other."""

    def __init__(self) -> None:
        self._last: Float32[np.ndarray, " 4"] | None = None

    def landmarks(self, faces: DetectedFaces, num_frames: int) -> Float32[np.ndarray, "frames 68 2"]:
        """Landmarks of the subject in the next `num_frames` frames, the first of which is frame 0 of `faces`.

        NaN where there is no face.
        """
        found = np.full((num_frames, 68, 2), np.nan, np.float32)
        ends = np.searchsorted(faces.frames, np.arange(num_frames + 1))
        for frame in np.unique(faces.frames).tolist():
            of_frame = np.arange(ends[frame], ends[frame + 1])
            chosen = int(of_frame[_subject(faces.boxes[of_frame], self._last)])
            self._last = faces.boxes[chosen]
            found[frame] = faces.landmarks[chosen]
        return found


def landmarks_of_subject(faces: DetectedFaces, num_frames: int) -> Float32[np.ndarray, "frames 68 2"]:
    """Landmarks of the subject in every frame of a recording; NaN where there is no face."""
    return SubjectChoice().landmarks(faces, num_frames)


def _subject(boxes: Float32[np.ndarray, "faces 4"], last: Float32[np.ndarray, " 4"] | None) -> int:
    """Index of the subject's face, of the first one when two are alike; `last` is the subject's latest box."""
    if last is None:
        return int(_areas(boxes).argmax())
    of_size = candidates(boxes)
    moved = _centers(boxes[of_size]) - _centers(last[None])
    return int(of_size[np.hypot(moved[:, 0], moved[:, 1]).argmin()])


def _areas(boxes: Float32[np.ndarray, "faces 4"]) -> Float32[np.ndarray, " faces"]:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _centers(boxes: Float32[np.ndarray, "faces 4"]) -> Float32[np.ndarray, "faces 2"]:
    return np.asarray((boxes[:, :2] + boxes[:, 2:]) / 2)
