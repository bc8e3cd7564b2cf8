"""The face of one subject: the portrait with another shape, other proportions, another tone and another light.

Every face comes from the same photograph, so what is measured across these subjects checks software; it says nothing
about how a method carries over from one person to another.
"""

import re
import zlib
from dataclasses import dataclass

import cv2
import numpy as np

from platform.rendering.displacement import BumpField, bump_field_through, carried_points
from platform.rendering.eyelids import Eyelid, eyelids
from platform.rendering.portrait import (
    FRAME_SIDE_PIXELS,
    PORTRAIT_MARGIN_PIXELS,
    mirrored_landmarks,
    portrait,
    portrait_landmarks,
)
from spotformer_core.shapes import Float, Float32

FACE_MARGIN_PIXELS = 24
"""What a face image shows on every side of the frame; head motion and expressions stay well below it."""
_SIDE_PIXELS = FRAME_SIDE_PIXELS + 2 * FACE_MARGIN_PIXELS
_FACE_CENTRE = (200.0, 205.0)
_WARP_SIGMA_PIXELS = 45.0
_WARP_LIMIT_PIXELS = 6.5
_PROPORTION_SIGMA_PIXELS = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Face:
    """A neutral face.

    Attributes:
        image: grey levels of 0 to 255; 400 x 400 pixels and a margin of `FACE_MARGIN_PIXELS` on every side.
        landmarks: in frame pixels.
        lids: in pixels of `image`.
    """

    image: Float32[np.ndarray, "rows columns"]
    landmarks: Float[np.ndarray, "68 2"]
    lids: tuple[Eyelid, Eyelid]


def stable_seed(*parts: object) -> int:
    """A seed that is the same in every process and on every machine, unlike that of Python's `hash`."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def face_of_subject(subject: str, *, seed: int) -> Face:
    """The face that `subject` has in everything rendered with `seed`. Odd subject numbers are mirrored."""
    random = np.random.default_rng(stable_seed(seed, "face", subject))
    source, landmarks = portrait(), portrait_landmarks()
    if _is_mirrored(subject):
        source, landmarks = np.ascontiguousarray(source[:, ::-1]), mirrored_landmarks(landmarks)
    warp = _shape_warp(random) + _proportions(random, landmarks=landmarks).on_grid(_pixel_coordinates())
    image = _toned(_warped(source, warp=warp), random=random)
    landmarks = carried_points(landmarks, displacement_at=lambda points: _sampled(warp, points=points))
    return Face(image=image, landmarks=landmarks, lids=eyelids(landmarks + FACE_MARGIN_PIXELS))


def _is_mirrored(subject: str) -> bool:
    digits = re.findall(r"\d+", subject)
    return bool(digits) and int(digits[-1]) % 2 == 1


def _pixel_coordinates() -> Float[np.ndarray, " side"]:
    return np.arange(_SIDE_PIXELS, dtype=float) - FACE_MARGIN_PIXELS


def _shape_warp(random: np.random.Generator) -> Float32[np.ndarray, "2 side side"]:
    """A smooth random displacement, and a stretch of up to 5 % across and along the face."""
    coordinates = _pixel_coordinates().astype(np.float32)
    warp = np.stack([_smooth_noise(random, sigma_pixels=_WARP_SIGMA_PIXELS) for _ in range(2)])
    warp *= np.float32(_WARP_LIMIT_PIXELS / np.abs(warp).max())
    across, along = random.uniform(-0.05, 0.05, 2).astype(np.float32)
    warp[0] += across * (coordinates - np.float32(_FACE_CENTRE[0]))[None, :]
    warp[1] += along * (coordinates - np.float32(_FACE_CENTRE[1]))[:, None]
    return warp


def _proportions(random: np.random.Generator, *, landmarks: Float[np.ndarray, "68 2"]) -> BumpField:
    """Eyes nearer or farther, higher or lower; mouth higher or lower; jaw wider or narrower; chin longer or shorter."""
    eyes_and_mouth = [landmarks[part].mean(axis=0) for part in (slice(36, 42), slice(42, 48), slice(48, 60))]
    centres = np.stack([*eyes_and_mouth, landmarks[4], landmarks[12], landmarks[8]])
    apart, eyes_down, mouth_down, jaw_out, chin_down = random.uniform(-1, 1, 5) * (3.0, 3.5, 4.0, 6.0, 7.0)
    values = np.array(
        [(-apart, eyes_down), (apart, eyes_down), (0, mouth_down), (-jaw_out, 0), (jaw_out, 0), (0, chin_down)]
    )
    return bump_field_through(centres, values=values, sigma_pixels=_PROPORTION_SIGMA_PIXELS)


def _warped(
    source: Float32[np.ndarray, "rows columns"], *, warp: Float32[np.ndarray, "2 side side"]
) -> Float32[np.ndarray, "side side"]:
    coordinates = (_pixel_coordinates() + PORTRAIT_MARGIN_PIXELS).astype(np.float32)
    image = cv2.remap(source, coordinates[None, :] - warp[0], coordinates[:, None] - warp[1], cv2.INTER_CUBIC)
    return image.astype(np.float32)


def _toned(image: Float32[np.ndarray, "side side"], *, random: np.random.Generator) -> Float32[np.ndarray, "side side"]:
    """Another skin and another camera: gamma, contrast, brightness, light from one side, and a texture of the skin."""
    tones = np.clip(image / 255, 0, 1) ** random.uniform(0.75, 1.3)
    tones = 255 * ((tones - 0.5) * random.uniform(0.75, 1.0) + 0.5) + random.uniform(-15, 15)
    tones = tones * _light(random)
    texture = _smooth_noise(random, sigma_pixels=random.uniform(1.0, 1.6))
    tones = tones + texture / texture.std() * random.uniform(1.5, 3.0)
    return np.asarray(np.clip(tones, 0, 255), dtype=np.float32)


def _light(random: np.random.Generator) -> Float[np.ndarray, "side side"]:
    """Brightness relative to even light: up to 15 % more at one side of the frame and as much less at the other."""
    strength, direction = random.uniform(0.0, 0.15), random.uniform(0.0, 2 * np.pi)
    from_centre = (_pixel_coordinates() - FRAME_SIDE_PIXELS / 2) / (FRAME_SIDE_PIXELS / 2)
    slope = np.cos(direction) * from_centre[None, :] + np.sin(direction) * from_centre[:, None]
    return np.asarray(1 + strength * slope)


def _smooth_noise(random: np.random.Generator, *, sigma_pixels: float) -> Float32[np.ndarray, "side side"]:
    noise = random.standard_normal((_SIDE_PIXELS, _SIDE_PIXELS), dtype=np.float32)
    return cv2.GaussianBlur(noise, (0, 0), sigma_pixels).astype(np.float32)


def _sampled(
    warp: Float32[np.ndarray, "2 side side"], *, points: Float[np.ndarray, "points 2"]
) -> Float[np.ndarray, "points 2"]:
    """The displacement at `points`, between pixels by linear interpolation."""
    columns, rows = (points + FACE_MARGIN_PIXELS).astype(np.float32).T[..., None]
    values = [cv2.remap(component, columns, rows, cv2.INTER_LINEAR) for component in warp]
    return np.hstack(values).astype(float)
