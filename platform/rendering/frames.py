"""Draws one recording frame by frame; only one frame is ever in memory.

    frame(q) = brightness * face(S^-1(q) - d(q)) + noise

S is the motion of the head (turn, scale, shift) and d the displacement by expressions and restlessness, whose bumps
travel with the head. A landmark p of the face is therefore seen at the q with q = S(p + d(q)).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from platform.rendering.actions import ACTIONS, Action
from platform.rendering.displacement import BumpField, bump_field_through, carried_points
from platform.rendering.eyelids import blinking_landmarks, draw_blink
from platform.rendering.motion import RESTLESS_POINTS, Motion, motion_of
from platform.rendering.plan import RecordingPlan
from platform.rendering.portrait import FRAME_SIDE_PIXELS
from platform.rendering.subject import FACE_MARGIN_PIXELS, Face, face_of_subject
from spotformer_core.shapes import Float, Float32, UInt8

BUMP_SIGMA_PIXELS = 22.0
_PIXELS = np.arange(FRAME_SIDE_PIXELS, dtype=float)
_PIVOT = np.array([200.0, 220.0])
"""What the head turns about, in frame pixels."""
_SENSOR_NOISE_GREY_LEVELS = 1.5
_NOISE_TABLE_SIDE = 720
_BLINK_BROW_PIXELS = 0.4
"""How far the brows follow a shut lid."""
_BLINK_BROW_LANDMARKS = (18, 19, 20, 23, 24, 25)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedFrame:
    """One grey frame and where its 68 landmarks are seen, in pixels (x, y)."""

    image: UInt8[np.ndarray, "400 400"]
    landmarks: Float[np.ndarray, "68 2"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _HeadPose:
    """S(p) = pivot + shift + matrix (p - pivot)."""

    matrix: Float[np.ndarray, "2 2"]
    shift: Float[np.ndarray, " 2"]

    def applied(self, points: Float[np.ndarray, "points 2"]) -> Float[np.ndarray, "points 2"]:
        return np.asarray((points - _PIVOT) @ self.matrix.T + _PIVOT + self.shift)


def render_frames(plan: RecordingPlan) -> Iterator[RenderedFrame]:
    """The frames of the recording in order; equal plans give equal bits."""
    face = face_of_subject(plan.subject, seed=plan.face_seed)
    motion = motion_of(plan)
    fields = _unit_fields(face)
    strengths = _strengths(motion)
    noise_random = np.random.default_rng([plan.seed, 1])
    noise_table = noise_random.standard_normal((_NOISE_TABLE_SIDE, _NOISE_TABLE_SIDE), dtype=np.float32)
    sketch = _Sketch(face)
    for frame in range(plan.num_frames):
        closure = float(motion.blinks[frame])
        pose = _pose(motion, frame=frame)
        field = BumpField(
            centres=pose.applied(fields.centres),
            weights=np.tensordot(strengths[frame], fields.weights, axes=1),
            sigma_pixels=BUMP_SIGMA_PIXELS,
        )
        drawn = sketch.drawn(pose=pose, field=field, closure=closure)
        noise = _noise_window(noise_table, random=noise_random)
        yield RenderedFrame(
            image=_exposed(drawn, brightness=float(motion.brightness[frame]), noise=noise),
            landmarks=_seen(blinking_landmarks(face.landmarks, closure=closure), pose=pose, field=field),
        )


class _Sketch:
    """Draws a face into memory that is kept from frame to frame: allocating it anew costs more than the drawing."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._canvas = face.image.copy()
        self._closure = 0.0
        self._source_x, self._source_y, self._drawn = (
            np.empty((FRAME_SIDE_PIXELS, FRAME_SIDE_PIXELS), dtype=np.float32) for _ in range(3)
        )

    def drawn(self, *, pose: _HeadPose, field: BumpField, closure: float) -> Float32[np.ndarray, "400 400"]:
        """The face in this pose; valid until the next call."""
        if closure != self._closure:
            draw_blink(self._canvas, open_eyes=self._face.image, lids=self._face.lids, closure=closure)
            self._closure = closure
        bumps = (field.factors(_PIXELS, axis=0), field.factors(_PIXELS, axis=1))
        for axis, source in enumerate((self._source_x, self._source_y)):
            _write_source(source, axis=axis, pose=pose, bumps=bumps, weights=field.weights[:, axis])
        # No frame looks beyond the margin of the face image, so that the mode of the border never shows.
        cv2.remap(
            self._canvas,
            self._source_x,
            self._source_y,
            cv2.INTER_CUBIC,
            dst=self._drawn,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return self._drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class _UnitFields:
    """Bump weights of every way in which a face is displaced, per pixel, over one set of bumps."""

    centres: Float[np.ndarray, "bumps 2"]
    weights: Float[np.ndarray, "ways bumps 2"]


def _unit_fields(face: Face) -> _UnitFields:
    """First the actions, then the restless points, then the brows in a blink: the order of `_strengths`."""
    ways: list[dict[int, tuple[float, float]]] = [dict(ACTIONS[action].moves) for action in Action]
    ways += [{landmark: (1.0, 0.0) if axis == 0 else (0.0, 1.0)} for landmark, axis in RESTLESS_POINTS]
    ways += [dict.fromkeys(_BLINK_BROW_LANDMARKS, (0.0, 1.0))]
    used = sorted({landmark for way in ways for landmark in way})
    weights = np.zeros((len(ways), len(used), 2))
    for index, way in enumerate(ways):
        field = bump_field_through(
            face.landmarks[list(way)], values=np.array(list(way.values())), sigma_pixels=BUMP_SIGMA_PIXELS
        )
        weights[index, [used.index(landmark) for landmark in way]] = field.weights
    return _UnitFields(centres=face.landmarks[used], weights=weights)


def _strengths(motion: Motion) -> Float[np.ndarray, "frames ways"]:
    return np.column_stack([motion.actions, motion.restlessness, _BLINK_BROW_PIXELS * motion.blinks])


def _pose(motion: Motion, *, frame: int) -> _HeadPose:
    cosine = motion.scales[frame] * np.cos(motion.turns[frame])
    sine = motion.scales[frame] * np.sin(motion.turns[frame])
    return _HeadPose(matrix=np.array([[cosine, -sine], [sine, cosine]]), shift=motion.shifts[frame])


def _write_source(
    source: Float32[np.ndarray, "400 400"],
    *,
    axis: int,
    pose: _HeadPose,
    bumps: tuple[Float[np.ndarray, "400 bumps"], Float[np.ndarray, "400 bumps"]],
    weights: Float[np.ndarray, " bumps"],
) -> None:
    """Writes one coordinate of S^-1(q) - d(q), in pixels of the face image, for every pixel q of the frame.

    The head's part is one term in x plus one term in y, so it joins the bumps as two more factors of one product.
    """
    inverse = np.linalg.inv(pose.matrix)
    head_x, head_y = (inverse[axis, other] * (_PIXELS - _PIVOT[other] - pose.shift[other]) for other in (0, 1))
    ones = np.ones_like(_PIXELS)
    along_x = np.column_stack([bumps[0], head_x + _PIVOT[axis] + FACE_MARGIN_PIXELS, ones])
    along_y = np.column_stack([-bumps[1] * weights, ones, head_y])
    np.matmul(along_y.astype(np.float32), along_x.T.astype(np.float32), out=source)


def _seen(landmarks: Float[np.ndarray, "68 2"], *, pose: _HeadPose, field: BumpField) -> Float[np.ndarray, "68 2"]:
    still = pose.applied(landmarks)
    return carried_points(still, displacement_at=lambda points: field.at(points) @ pose.matrix.T)


def _noise_window(
    table: Float32[np.ndarray, "side side"], *, random: np.random.Generator
) -> Float32[np.ndarray, "400 400"]:
    """A random window of one table: a hundred times as fast as drawing new noise for every frame."""
    top, left = random.integers(0, _NOISE_TABLE_SIDE - FRAME_SIDE_PIXELS, 2)
    return table[top : top + FRAME_SIDE_PIXELS, left : left + FRAME_SIDE_PIXELS]


def _exposed(
    image: Float32[np.ndarray, "400 400"], *, brightness: float, noise: Float32[np.ndarray, "400 400"]
) -> UInt8[np.ndarray, "400 400"]:
    exposed = cv2.addWeighted(image, brightness, noise, _SENSOR_NOISE_GREY_LEVELS, 0.0, dtype=cv2.CV_8U)
    return exposed.astype(np.uint8, copy=False)
