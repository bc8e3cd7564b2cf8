"""Short recordings of a rendered face that moves by known amounts, for measuring flow estimators.

rigid      one rendered frame, shifted as a whole, with new sensor noise in every frame
rendered   consecutive frames of a demo recording: sway, restlessness, expressions and blinks
disturbed  rendered frames to which something happens that no flow can follow; their motion is not known
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import cv2
import numpy as np

from platform.rendering.dataset import DemoSettings, demo_plan
from platform.rendering.frames import RenderedFrame, render_frames
from spotformer_core.flow.areas import Areas, face_areas
from spotformer_core.flow.face_box import FaceBox
from spotformer_core.shapes import Float, UInt8

NUM_FRAMES = 25
"""A frame and the S = 24 that follow it."""
SPEEDS = (0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Pixels per frame of a frame of 400 pixels a side."""
CALM, STRONG = SPEEDS[0], SPEEDS[5]
_NOISE_GREY_LEVELS = 1.5
_SIDE = 400
_SWAY_PIXELS = 9.0


@dataclass(frozen=True, kw_only=True, slots=True)
class MovingRecording:
    """Frames, and where the 68 landmarks of the first one are in each.

    Attributes:
        landmarks: x before y; None where they are not known.
    """

    name: str
    frames: UInt8[np.ndarray, "frames 400 400"]
    first_landmarks: Float[np.ndarray, "68 2"]
    landmarks: Float[np.ndarray, "frames 68 2"] | None

    def faces(self, face_size: int) -> list[UInt8[np.ndarray, "size size"]]:
        """The face of every frame, all cropped by the box of the first."""
        return [self._box.crop(frame, face_size) for frame in self.frames]

    def areas(self, face_size: int, radius: int) -> Areas:
        """The regions and the nose tip of the first frame."""
        points = self._box.to_crop(self.first_landmarks.astype(np.float32), face_size)
        return face_areas(points, radius=radius, face_size=face_size)

    def crop_scale(self, face_size: int) -> float:
        """Pixels of the face crop per pixel of the frame."""
        return face_size / self._box.side

    @property
    def _box(self) -> FaceBox:
        return FaceBox.around(self.first_landmarks.astype(np.float32))


@cache
def rendered_frames(number: int) -> tuple[RenderedFrame, ...]:
    """The first two seconds of demo recording `number`."""
    return tuple(islice(render_frames(demo_plan(DemoSettings())[number]), 60))


def rigid(pixels_per_frame: float, *, number: int = 0) -> MovingRecording:
    """A head that moves back and forth as a whole, at most so fast."""
    frame = rendered_frames(number)[0]
    phases = np.arange(NUM_FRAMES) * pixels_per_frame / _SWAY_PIXELS
    shifts = _SWAY_PIXELS * np.stack([0.8 * np.sin(phases), 0.6 * np.sin(phases)], axis=1)
    random = np.random.default_rng(number)
    frames = [_noisy(_shifted(frame.image, shift), random) for shift in shifts]
    return MovingRecording(
        name=f"rigid, {pixels_per_frame} px a frame",
        frames=np.stack(frames),
        first_landmarks=frame.landmarks,
        landmarks=frame.landmarks + shifts[:, None],
    )


def rendered(*, number: int, first: int) -> MovingRecording:
    """Frames of a demo recording as they are."""
    frames = rendered_frames(number)[first : first + NUM_FRAMES]
    landmarks = np.stack([frame.landmarks for frame in frames])
    return MovingRecording(
        name=f"rendered recording {number} from frame {first}",
        frames=np.stack([frame.image for frame in frames]),
        first_landmarks=landmarks[0],
        landmarks=landmarks,
    )


def disturbed(number: int) -> Iterator[MovingRecording]:
    """Jumps, shaking, noise, cuts, occlusion, flicker, and loss of focus and contrast."""
    calm = rendered(number=number, first=30)
    random, steps = np.random.default_rng(number), np.arange(NUM_FRAMES)
    jump = (steps >= NUM_FRAMES // 2)[:, None]
    for name, shifts in {
        "jump of 2 px": jump * np.array([[1.8, -0.9]]),
        "jump of 9 px": jump * np.array([[8.0, 5.0]]),
        "shaking by 1 px": random.normal(size=(NUM_FRAMES, 2)),
        "shaking by 3 px": random.normal(scale=3, size=(NUM_FRAMES, 2)),
    }.items():
        moved = [_shifted(frame, shift) for frame, shift in zip(calm.frames, shifts, strict=True)]
        yield _changed(calm, name, np.stack(moved))
    noise = random.integers(0, 256, (_SIDE, _SIDE)).astype(np.uint8)
    cut = np.stack([frame.image for frame in rendered_frames((number + 4) % 12)[:NUM_FRAMES]])
    flicker = 1 + 0.15 * np.sin(1.3 * steps)
    blurs = 0.5 + 3 * np.abs(np.sin(steps / 3))
    out_of_focus = [cv2.GaussianBlur(frame, (0, 0), blur) for frame, blur in zip(calm.frames, blurs, strict=True)]
    yield _changed(calm, "frames of noise", np.where(np.isin(steps, (7, 15))[:, None, None], noise, calm.frames))
    yield _changed(calm, "cut", np.where(jump[:, None], cut, calm.frames))
    yield _changed(calm, "occlusion", _occluded(calm.frames))
    yield _changed(calm, "flicker", np.clip(calm.frames * flicker[:, None, None], 0, 255))
    yield _changed(calm, "loss of focus", np.stack(out_of_focus))
    yield _changed(calm, "faint", 110 + calm.frames * 0.1)
    yield _changed(calm, "noisy", np.clip(calm.frames + random.normal(scale=20, size=calm.frames.shape), 0, 255))


def _changed(recording: MovingRecording, name: str, frames: np.ndarray) -> MovingRecording:
    return MovingRecording(
        name=name, frames=frames.astype(np.uint8), first_landmarks=recording.first_landmarks, landmarks=None
    )


def _shifted(image: np.ndarray, shift: np.ndarray) -> np.ndarray:
    transform = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    return cv2.warpAffine(image, transform, (_SIDE, _SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def _noisy(image: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.clip(image + random.normal(scale=_NOISE_GREY_LEVELS, size=image.shape) + 0.5, 0, 255).astype(np.uint8)


def _occluded(frames: np.ndarray) -> np.ndarray:
    """A hand's width of textured grey passes over the face."""
    hidden = frames.copy()
    for step, frame in enumerate(hidden):
        columns = slice(max(0, 20 * step - 80), 20 * step)
        frame[:, columns] = frame[::-1, columns]
    return hidden
