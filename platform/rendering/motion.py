"""How a face moves over a recording: its expressions, and everything else that moves without being one.

Times are in seconds, so that a recording at 200 frames per second moves as fast as one at 30.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from platform.rendering.actions import Action
from platform.rendering.plan import PlannedEvent, RecordingPlan
from spotformer_core.shapes import Float

COMPANION_AMPLITUDE = 0.5
"""Of the second action of an expression, relative to the first."""
RESTLESS_POINTS = (
    *((48, 0), (48, 1), (54, 0), (54, 1), (51, 1), (57, 1)),
    *((19, 1), (24, 1)),
)
"""Landmarks of mouth and brows that never keep quite still, and the axis (0 x, 1 y) along which each moves."""
_RESTLESS_PIXELS = (*[0.15] * 6, *[0.075] * 2)
_RESTLESS_SECONDS = 0.1
_SWAY_SECONDS = (2.0, 6.0)
_SHIFT_PIXELS = 3.0
_TURN_RADIANS = 0.010
_SCALE = 0.004
_BLINK_SECONDS = (5 / 30, 8 / 30)
_SECONDS_BETWEEN_BLINKS = (2.0, 5.0)
_FIRST_BLINK_SECONDS = (0.5, 2.3)
_SLOW_FLICKER, _FAST_FLICKER = 0.006, 0.004
_FAST_FLICKER_SECONDS = (2.3 / 30, 4 / 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """The motion of one recording, one row per frame.

    Attributes:
        actions: displacement in pixels of every action, in the order of `Action`.
        restlessness: displacement in pixels of every entry of `RESTLESS_POINTS`.
        blinks: closure of the eyes, 0 open to 1 shut.
        shifts: of the head in pixels, (x, y).
        turns: of the head in its own plane, in radians, clockwise as seen.
        scales: of the head; 1 is its own size.
        brightness: factor on grey levels.
    """

    actions: Float[np.ndarray, "frames actions"]
    restlessness: Float[np.ndarray, "frames points"]
    blinks: Float[np.ndarray, " frames"]
    shifts: Float[np.ndarray, "frames 2"]
    turns: Float[np.ndarray, " frames"]
    scales: Float[np.ndarray, " frames"]
    brightness: Float[np.ndarray, " frames"]


def motion_of(plan: RecordingPlan) -> Motion:
    """The motion of the recording, fixed by its events and its seed."""
    random = np.random.default_rng(plan.seed)
    seconds = np.arange(plan.num_frames) / plan.frames_per_second
    shifts = _SHIFT_PIXELS * np.stack([_sway(seconds, random=random) for _ in range(2)], axis=1)
    turns, scales = _TURN_RADIANS * _sway(seconds, random=random), 1 + _SCALE * _sway(seconds, random=random)
    return Motion(
        actions=action_displacements(plan.events, num_frames=plan.num_frames),
        restlessness=_restlessness(plan, random=random),
        blinks=_blinks(seconds, random=random),
        shifts=shifts,
        turns=turns,
        scales=scales,
        brightness=_brightness(seconds, random=random),
    )


def expression_profile(num_frames: int, *, apex: int) -> Float[np.ndarray, " frames"]:
    """How far an expression has come in each of its frames: 0 at both ends, 1 at `apex`, half a cosine between.

    An apex at an end keeps its 1.
    """
    frames = np.arange(num_frames)
    rising = frames / max(apex, 1)
    falling = (num_frames - 1 - frames) / max(num_frames - 1 - apex, 1)
    progress = np.where(frames < apex, rising, falling)
    progress[apex] = 1.0
    return 0.5 - 0.5 * np.cos(np.pi * progress)


def action_displacements(events: Sequence[PlannedEvent], *, num_frames: int) -> Float[np.ndarray, "frames actions"]:
    """Displacement in pixels of every action in every frame. What lies beyond the recording is not drawn."""
    order = {action: column for column, action in enumerate(Action)}
    displacements = np.zeros((num_frames, len(order)))
    for event in events:
        profile = event.amplitude_pixels * expression_profile(event.num_frames, apex=event.apex - event.onset)
        seen = slice(event.onset, event.offset + 1)
        num_seen = len(displacements[seen])
        displacements[seen, order[event.action]] += profile[:num_seen]
        if event.companion is not None:
            displacements[seen, order[event.companion]] += COMPANION_AMPLITUDE * profile[:num_seen]
    return displacements


def _sway(seconds: Float[np.ndarray, " frames"], *, random: np.random.Generator) -> Float[np.ndarray, " frames"]:
    """A slow swing of about 1: two sines with periods of 2 to 6 seconds."""
    swing = np.zeros_like(seconds)
    for _ in range(2):
        period, phase = random.uniform(*_SWAY_SECONDS), random.uniform(0, 2 * np.pi)
        swing += random.uniform(0.4, 1.0) / 1.4 * np.sin(2 * np.pi * seconds / period + phase)
    return swing


def _restlessness(plan: RecordingPlan, *, random: np.random.Generator) -> Float[np.ndarray, "frames points"]:
    sigma_frames = _RESTLESS_SECONDS * plan.frames_per_second
    reach = int(np.ceil(4 * sigma_frames))
    kernel = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * sigma_frames**2))
    # Dividing by the root of the sum of squares gives filtered white noise a standard deviation of 1.
    kernel /= np.sqrt((kernel**2).sum())
    columns = [
        pixels * np.convolve(random.standard_normal(plan.num_frames + 2 * reach), kernel, mode="valid")
        for pixels in _RESTLESS_PIXELS
    ]
    return np.stack(columns, axis=1)


def _blinks(seconds: Float[np.ndarray, " frames"], *, random: np.random.Generator) -> Float[np.ndarray, " frames"]:
    """Closure of the eyes: half a sine of 0.17 to 0.27 s every 2 to 5 s."""
    closure = np.zeros_like(seconds)
    start = random.uniform(*_FIRST_BLINK_SECONDS)
    while start < seconds[-1]:
        duration = random.uniform(*_BLINK_SECONDS)
        progress = np.clip((seconds - start) / duration, 0, 1)
        closure = np.maximum(closure, np.sin(np.pi * progress))
        start += random.uniform(*_SECONDS_BETWEEN_BLINKS)
    return np.asarray(closure)


def _brightness(seconds: Float[np.ndarray, " frames"], *, random: np.random.Generator) -> Float[np.ndarray, " frames"]:
    slow = _SLOW_FLICKER * _sway(seconds, random=random)
    fast = _FAST_FLICKER * np.sin(2 * np.pi * seconds / random.uniform(*_FAST_FLICKER_SECONDS))
    return 1 + slow + fast
