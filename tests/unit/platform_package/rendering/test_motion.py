from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform.rendering.actions import Action
from platform.rendering.motion import action_displacements, expression_profile, motion_of


@given(st.integers(3, 400), st.data())
def test_a_profile_is_zero_at_both_ends_and_one_at_the_apex_only(num_frames, data):
    apex = data.draw(st.integers(1, num_frames - 2))

    profile = expression_profile(num_frames, apex=apex)

    assert profile[0] == 0
    assert profile[-1] == 0
    assert profile[apex] == 1
    assert np.delete(profile, apex).max() < 1


def test_a_profile_is_half_way_up_in_the_middle_of_the_way_to_the_apex():
    profile = expression_profile(13, apex=4)

    np.testing.assert_allclose(profile[[2, 8]], 0.5)


@pytest.mark.parametrize(("num_frames", "apex", "expected"), [(1, 0, [1]), (2, 0, [1, 0]), (3, 2, [0, 0.5, 1])])
def test_an_apex_at_an_end_keeps_its_one(num_frames, apex, expected):
    profile = expression_profile(num_frames, apex=apex)

    np.testing.assert_allclose(profile, expected, atol=1e-12)


def test_a_companion_moves_half_as_far_at_the_same_time(smile):
    event = replace(smile, companion=Action.BROWS_RAISED)

    displacements = action_displacements([event], num_frames=20)

    columns = list(Action)
    np.testing.assert_allclose(displacements[10, columns.index(Action.SMILE)], 6.0)
    np.testing.assert_allclose(displacements[10, columns.index(Action.BROWS_RAISED)], 3.0)
    assert not displacements[[0, 1, 2, 18, 19]].any()


def test_what_lies_beyond_the_recording_is_not_drawn(smile):
    whole = action_displacements([smile], num_frames=20)

    cut = action_displacements([smile, replace(smile, onset=300, apex=305, offset=310)], num_frames=12)

    np.testing.assert_array_equal(cut, whole[:12])


def test_the_eyes_open_and_shut_at_rates_of_seconds_whatever_the_frame_rate(make_plan):
    slow = motion_of(make_plan(num_frames=30 * 60))
    fast = motion_of(make_plan(num_frames=200 * 60, frames_per_second=200.0))

    shut_shares = [(motion.blinks > 0.5).mean() for motion in (slow, fast)]
    assert shut_shares[0] == pytest.approx(shut_shares[1], rel=0.3)
    assert 0.02 < shut_shares[0] < 0.08


@pytest.mark.parametrize("frames_per_second", [30.0, 200.0])
def test_restlessness_is_as_strong_at_every_frame_rate_and_twice_as_strong_at_the_mouth(make_plan, frames_per_second):
    motion = motion_of(make_plan(num_frames=int(60 * frames_per_second), frames_per_second=frames_per_second))

    strength = motion.restlessness.std(axis=0)
    np.testing.assert_allclose(strength, [0.15] * 6 + [0.075] * 2, rtol=0.2)


def test_the_head_stays_within_the_margin_of_the_face_image(make_plan):
    for seed in range(50):
        motion = motion_of(make_plan(num_frames=300, seed=seed))

        assert np.abs(motion.shifts).max() <= 3 * 2 / 1.4
        assert np.abs(motion.turns).max() <= 0.010 * 2 / 1.4
        assert np.abs(motion.scales - 1).max() <= 0.004 * 2 / 1.4
