"""What takes the place of the landmarks of frames without a face."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import InvalidValueError, LandmarkError
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces, completed, lost_frames

LOST = float("nan")
HOLD = LostFacePolicy(lost_faces=LostFaces.HOLD)
INTERPOLATE = LostFacePolicy(lost_faces=LostFaces.INTERPOLATE)
FAIL = LostFacePolicy(lost_faces=LostFaces.FAIL)


def recording_of(num_frames: int, *, frames_per_second: float = 10.0) -> Recording:
    """Its release numbers frames 100, 101, ..."""
    return Recording(
        dataset="made",
        subject="a",
        name="a_1",
        frame_paths=tuple(Path(f"{number}.png") for number in range(num_frames)),
        frame_numbers=tuple(range(100, 100 + num_frames)),
        frames_per_second=frames_per_second,
        expressions=(),
    )


def landmarks(*values: float) -> np.ndarray:
    """All landmarks of a frame at x = value, y = -value."""
    raw = np.empty((len(values), 68, 2), np.float32)
    raw[..., 0] = np.array(values)[:, None]
    raw[..., 1] = -np.array(values)[:, None]
    return raw


def completed_values(*values: float, policy: LostFacePolicy) -> list[float]:
    found = completed(landmarks(*values), recording_of(len(values)), policy)
    np.testing.assert_array_equal(found[..., 1], -found[..., 0])
    assert (found == found[:, :1]).all()
    return found[:, 0, 0].tolist()


def test_interpolation_draws_a_line_across_a_gap_and_holds_at_both_ends():
    values = completed_values(LOST, LOST, 2, LOST, LOST, LOST, 10, LOST, policy=INTERPOLATE)

    assert values == [2, 2, 2, 4, 6, 8, 10, 10]


def test_holding_repeats_the_last_face_and_at_the_beginning_the_first():
    values = completed_values(LOST, 2, LOST, LOST, 10, LOST, policy=HOLD)

    assert values == [2, 2, 2, 2, 10, 10]


@pytest.mark.parametrize("policy", [HOLD, INTERPOLATE, FAIL])
def test_landmarks_without_a_gap_stay_as_they_are(policy):
    raw = landmarks(3, 1, 2)

    np.testing.assert_array_equal(completed(raw, recording_of(3), policy), raw)


@given(st.lists(st.booleans(), min_size=1, max_size=10), st.sampled_from([HOLD, INTERPOLATE]))
def test_found_landmarks_are_never_touched_and_repaired_ones_lie_between_them(is_found, policy):
    values = np.where(is_found, np.arange(len(is_found)), LOST)
    if not any(is_found):
        return

    repaired = np.array(completed_values(*values, policy=policy))

    np.testing.assert_array_equal(repaired[is_found], values[is_found])
    assert (repaired >= np.nanmin(values)).all()
    assert (repaired <= np.nanmax(values)).all()
    assert (np.diff(repaired) >= -1e-6).all()


def test_lost_frames_are_those_with_nan():
    raw = landmarks(1, LOST, 3)
    raw[2, 67, 1] = np.nan

    assert lost_frames(raw).tolist() == [False, True, True]


def test_a_lost_face_is_an_error_where_it_is_asked_to_be():
    with pytest.raises(
        LandmarkError, match=r"got none in 2 of 4 frames of a_1, first in frame 101. .*--lost-faces interpolate"
    ):
        completed(landmarks(0, LOST, 2, LOST), recording_of(4), FAIL)


@pytest.mark.parametrize("policy", [HOLD, INTERPOLATE, FAIL])
def test_a_recording_without_any_face_is_an_error(policy):
    with pytest.raises(LandmarkError, match=r"must show a face, got none in all 3 frames of a_1\. Check"):
        completed(landmarks(LOST, LOST, LOST), recording_of(3), policy)


@pytest.mark.parametrize("policy", [HOLD, INTERPOLATE])
def test_a_gap_as_long_as_the_limit_is_bridged_and_one_frame_more_is_an_error(policy):
    at_limit = landmarks(0, *[LOST] * 10, 11)
    beyond = landmarks(0, LOST, 2, *[LOST] * 11, 14)

    assert not lost_frames(completed(at_limit, recording_of(12), policy)).any()
    with pytest.raises(
        LandmarkError, match=r"for at most 1 s, got 1\.10 s in a_1, from frame 103 to frame 113\. .*--longest-lost-face"
    ):
        completed(beyond, recording_of(15), policy)


def test_the_limit_is_in_seconds_and_holds_at_the_ends_too():
    patient = LostFacePolicy(longest_gap_seconds=2.0)
    raw = landmarks(*[LOST] * 20, 1)

    assert completed(raw, recording_of(21), patient)[0, 0, 0] == 1
    with pytest.raises(LandmarkError, match=r"at most 2 s, got 2\.50 s in a_1, from frame 100 to frame 119"):
        completed(raw, recording_of(21, frames_per_second=8.0), patient)


def test_texts_of_policies_differ_when_landmarks_could():
    policies = [HOLD, INTERPOLATE, FAIL, LostFacePolicy(longest_gap_seconds=2.5)]

    assert len({str(policy) for policy in policies}) == len(policies)
    assert str(policies[-1]) == "interpolate up to 2.5 s"
    assert str(LostFacePolicy(lost_faces=LostFaces.FAIL, longest_gap_seconds=2.5)) == "fail"


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_no_duration_is_refused(seconds):
    with pytest.raises(InvalidValueError, match=r"--longest-lost-face must be a number of seconds greater than 0, got"):
        LostFacePolicy(longest_gap_seconds=seconds)
