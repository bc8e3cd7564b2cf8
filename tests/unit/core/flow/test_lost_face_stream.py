"""Completing landmarks in a stream is completing them at once."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.errors import LandmarkError
from spotformer_core.flow.lost_face_stream import completed_stream
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces, completed
from tests.unit.core.flow.test_lost_faces import FAIL, HOLD, INTERPOLATE, LOST, landmarks, recording_of


@given(
    values=st.lists(st.one_of(st.just(LOST), st.floats(-500, 500, width=32)), min_size=1, max_size=12),
    policy=st.sampled_from((HOLD, INTERPOLATE, FAIL)),
)
def test_a_stream_gives_what_completing_at_once_gives(values, policy):
    raw, recording = landmarks(*values), recording_of(len(values))

    try:
        at_once = completed(raw, recording, policy)
    except LandmarkError:
        with pytest.raises(LandmarkError):
            list(completed_stream(iter(raw), recording, policy))
    else:
        np.testing.assert_array_equal(np.stack(list(completed_stream(iter(raw), recording, policy))), at_once)


def test_no_more_frames_are_held_back_than_the_gap_is_long():
    taken = []
    rows = (taken.append(1) or points for points in landmarks(1, LOST, LOST, 4, 5, 6))

    list(islice(completed_stream(rows, recording_of(6), INTERPOLATE), 4))

    assert len(taken) == 4


def test_a_face_that_is_lost_for_too_long_is_an_error_as_soon_as_it_is():
    def rows():
        yield from landmarks(1, LOST, LOST, LOST)
        pytest.fail("more was taken than was needed to know")

    policy = LostFacePolicy(lost_faces=LostFaces.INTERPOLATE, longest_gap_seconds=0.25)

    with pytest.raises(LandmarkError, match=r"at most 0.25 s, got more in a_1, from frame 101 on\. Give"):
        list(completed_stream(rows(), recording_of(9), policy))


def test_the_first_lost_face_is_an_error_when_none_may_be_lost():
    with pytest.raises(LandmarkError, match=r"got none in frame 101 of a_1. Give the landmarks of this frame"):
        list(completed_stream(iter(landmarks(1, LOST, 3)), recording_of(3), FAIL))


def test_a_recording_without_a_face_is_an_error():
    with pytest.raises(LandmarkError, match=r"got none in all 2 frames of a_1. Check its frames"):
        list(completed_stream(iter(landmarks(LOST, LOST)), recording_of(2), HOLD))
