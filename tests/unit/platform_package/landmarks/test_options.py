"""The options that say what is done about lost faces."""

import argparse

import pytest

from platform.landmarks.options import add_lost_face_options, lost_face_policy
from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser()
    add_lost_face_options(parser.add_argument_group("dataset"))
    return parser


def test_without_options_the_policy_is_the_default(parser):
    assert lost_face_policy(parser.parse_args([])) == LostFacePolicy()


@pytest.mark.parametrize("choice", list(LostFaces))
def test_the_options_name_the_policy(parser, choice):
    options = parser.parse_args(["--lost-faces", str(choice), "--longest-lost-face", "2.5"])

    assert lost_face_policy(options) == LostFacePolicy(lost_faces=choice, longest_gap_seconds=2.5)


def test_a_duration_below_zero_is_refused(parser):
    with pytest.raises(InvalidValueError, match="--longest-lost-face"):
        lost_face_policy(parser.parse_args(["--longest-lost-face", "-1"]))
