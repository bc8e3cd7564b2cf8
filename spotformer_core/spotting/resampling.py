"""Which frames of a video stand for those that a network was made for, whatever the frame rate of the video."""

import math

from spotformer_core.errors import require

WHOLE_STEP_TOLERANCE = 0.06
"""A whole step is taken when it comes so near to the frame rate asked for. Even steps keep motion even; and the field
itself takes 200 frames per second in steps of 7, 28.6 per second, for 30."""


def resampled_positions(num_frames: int, *, frames_per_second: float, wanted: float) -> tuple[int, ...]:
    """Positions of the frames of a video that make up a recording of `wanted` frames per second.

    Every n-th frame where some n comes within 6 % of it, otherwise for each wanted moment the frame nearest to it; a
    video slower than that repeats frames.

    Raises:
        InvalidValueError: for a frame rate that is not positive and finite.
    """
    for name, rate in (("frames_per_second", frames_per_second), ("the wanted frame rate", wanted)):
        require(0 < rate < math.inf, name, "a number greater than 0", rate, "Give it with --frames-per-second.")
    step = frames_per_second / wanted
    whole = max(1, round(step))
    if abs(step / whole - 1) <= WHOLE_STEP_TOLERANCE:
        return tuple(range(0, num_frames, whole))
    num_wanted = math.ceil(num_frames / step)
    return tuple(min(math.floor(index * step + 0.5), num_frames - 1) for index in range(num_wanted))


def resampled_rate(*, frames_per_second: float, wanted: float) -> float:
    """Frames per second of what `resampled_positions` takes."""
    step = frames_per_second / wanted
    whole = max(1, round(step))
    return frames_per_second / whole if abs(step / whole - 1) <= WHOLE_STEP_TOLERANCE else wanted
