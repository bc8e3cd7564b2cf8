"""Which frames of a video are looked at."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.errors import InvalidValueError
from spotformer_core.spotting.resampling import resampled_positions, resampled_rate


@pytest.mark.parametrize(
    ("rate", "wanted", "expected"),
    [
        (30.0, 30.0, (0, 1, 2, 3, 4, 5, 6, 7)),
        (29.97, 30.0, (0, 1, 2, 3, 4, 5, 6, 7)),
        (30.0, 200 / 7, (0, 1, 2, 3, 4, 5, 6, 7)),
        (200.0, 200 / 7, (0, 7)),
        (60.0, 30.0, (0, 2, 4, 6)),
        (25.0, 30.0, (0, 1, 2, 3, 3, 4, 5, 6, 7, 7)),
        (15.0, 30.0, (0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 7)),
        (50.0, 30.0, (0, 2, 3, 5, 7)),
    ],
)
def test_frames_are_taken_in_even_steps_where_that_is_near_enough(rate, wanted, expected):
    assert resampled_positions(8, frames_per_second=rate, wanted=wanted) == expected


@given(num_frames=st.integers(0, 300), rate=st.floats(1, 500), wanted=st.floats(5, 100))
def test_a_resampled_recording_covers_the_video_at_nearly_the_wanted_rate(num_frames, rate, wanted):
    positions = resampled_positions(num_frames, frames_per_second=rate, wanted=wanted)

    got = resampled_rate(frames_per_second=rate, wanted=wanted)
    assert abs(got / wanted - 1) <= 0.06 / 0.94 + 1e-9
    assert len(positions) == pytest.approx(num_frames * got / rate, abs=1)
    moments = np.arange(len(positions)) / got
    assert np.abs(np.array(positions) / rate - moments).max(initial=0) <= 0.5 / rate + 1e-9 + (
        1 / rate if positions and positions[-1] == num_frames - 1 else 0
    )


@given(num_frames=st.integers(2, 300), rate=st.floats(1, 500), wanted=st.floats(5, 100))
def test_less_than_the_longest_step_is_left_behind_the_last_frame(num_frames, rate, wanted):
    positions = resampled_positions(num_frames, frames_per_second=rate, wanted=wanted)

    if len(positions) > 1:
        steps = [later - earlier for earlier, later in pairwise(positions)]
        assert min(steps) >= 0
        assert num_frames - 1 - positions[-1] < max(1, *steps)


@pytest.mark.parametrize("rate", [0.0, -5.0, float("nan"), float("inf")])
def test_a_frame_rate_must_be_a_number(rate):
    with pytest.raises(InvalidValueError, match=r"frames_per_second must be a number greater than 0, got"):
        resampled_positions(8, frames_per_second=rate, wanted=30.0)
    with pytest.raises(InvalidValueError, match=r"the wanted frame rate must be a number greater than 0, got"):
        resampled_positions(8, frames_per_second=30.0, wanted=rate)
