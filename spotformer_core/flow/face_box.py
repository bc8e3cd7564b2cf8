"""The square of a frame that holds the face, constant over stretches of a recording.

Constant geometry is what lets many pairs of frames share the crop of one frame. Differs from [Deng2024] Sec. 3.1: the
paper takes a new box for every window; here the box stays until the face has moved or grown too far, and the pairs
of frame a use the box of frame a.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from spotformer_core.shapes import Float32, UInt8

BOX_PER_LANDMARKS = 1.24
"""Side of the box per longer side of the landmarks' bounding box, so that flow near the jaw has support."""
LARGEST_DRIFT = 0.05
"""The box is taken anew when its centre has moved by more than this share of its side."""
LARGEST_GROWTH = 0.05
"""The box is taken anew when the face has grown or shrunk by more than this share."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceBox:
    """A square in pixels of the frame; it may reach beyond the frame's border."""

    left: int
    top: int
    side: int

    @classmethod
    def around(cls, landmarks: Float32[np.ndarray, "68 2"]) -> "FaceBox":
        """The box of these landmarks (x before y, pixels of the frame)."""
        low, high = landmarks.min(axis=0), landmarks.max(axis=0)
        side = max(8, round(float((high - low).max()) * BOX_PER_LANDMARKS))
        center = (low + high) / 2
        return cls(left=round(float(center[0]) - side / 2), top=round(float(center[1]) - side / 2), side=side)

    def is_near(self, other: "FaceBox") -> bool:
        """Whether the face has neither moved nor grown too far between the two boxes."""
        drift = max(
            abs(self.left + self.side / 2 - other.left - other.side / 2),
            abs(self.top + self.side / 2 - other.top - other.side / 2),
        )
        return drift <= LARGEST_DRIFT * self.side and abs(other.side - self.side) <= LARGEST_GROWTH * self.side

    def crop(self, frame: UInt8[np.ndarray, "height width"], face_size: int) -> UInt8[np.ndarray, "size size"]:
        """The face in `face_size` pixels a side; beyond the frame its border pixels repeat."""
        height, width = frame.shape
        rows = np.clip(np.arange(self.top, self.top + self.side), 0, height - 1)
        columns = np.clip(np.arange(self.left, self.left + self.side), 0, width - 1)
        inside = self.top >= 0 and self.left >= 0 and self.top + self.side <= height and self.left + self.side <= width
        face = (
            frame[self.top : self.top + self.side, self.left : self.left + self.side]
            if inside
            else frame[np.ix_(rows, columns)]
        )
        shrinks = self.side > face_size
        resized = cv2.resize(
            face, (face_size, face_size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        )
        return np.asarray(resized, np.uint8)

    def to_crop(self, landmarks: Float32[np.ndarray, "68 2"], face_size: int) -> Float32[np.ndarray, "68 2"]:
        """Landmarks of the frame in pixels of the face crop."""
        origin = np.array([self.left, self.top], np.float32)
        return ((landmarks - origin + 0.5) * (face_size / self.side) - 0.5).astype(np.float32)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BoxedFace:
    """The face of one frame: its landmarks (x before y, pixels of the frame) and the box that it is cropped by."""

    box: FaceBox
    landmarks: Float32[np.ndarray, "68 2"]


def boxed_faces(landmarks: Iterable[Float32[np.ndarray, "68 2"]]) -> Iterator[BoxedFace]:
    """Yields the face of every frame, in order; neighbours share a box until the face has moved or grown too far."""
    box: FaceBox | None = None
    for points in landmarks:
        own = FaceBox.around(points)
        box = box if box is not None and box.is_near(own) else own
        yield BoxedFace(box=box, landmarks=points)


def face_boxes(landmarks: Float32[np.ndarray, "frames 68 2"]) -> tuple[FaceBox, ...]:
    """The box of every frame."""
    return tuple(face.box for face in boxed_faces(landmarks))
