"""The timeline is a picture whatever there is to show."""

import cv2
import numpy as np
import pytest

from platform.figures.timeline import draw_timeline
from platform.study.proposals import SpottedRecording
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from tests.recordings import listed_recording

MACRO = Expression(onset=30, apex=50, offset=80, kind=ExpressionKind.MACRO)
MICRO = Expression(onset=140, apex=146, offset=152, kind=ExpressionKind.MICRO)
FOUND = Proposal(kind=ExpressionKind.MACRO, onset=32, apex=51, offset=82, score=0.6)
WRONG = Proposal(kind=ExpressionKind.MICRO, onset=100, apex=104, offset=110, score=0.2)
# Blue and vermilion of the two kinds, as red, green and blue.
MACRO_COLOR, MICRO_COLOR = (0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)


def spotted(*, expressions=(), proposals=(), found=None, num_frames=200):
    recording = listed_recording("s15", *expressions, num_frames=num_frames, name="s15_0101")
    scores = np.random.default_rng(0).uniform(0, 0.15, (num_frames, 2, 5)).astype(np.float32)
    return SpottedRecording(recording=recording, scores=scores, proposals=proposals, found=found or {})


def drawn(shown, path):
    """The picture as an array (height, width, 3): red, green, blue."""
    draw_timeline(shown, path, title="c0003 on s15_0101 (rendered), subject s15 held out")
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def num_pixels(picture, color):
    return int((picture == np.array(color, np.uint8)).all(axis=2).sum())


def test_found_expressions_are_strong_bars_and_missed_ones_pale(tmp_path):
    found = drawn(spotted(expressions=(MACRO,), proposals=(FOUND,), found={0: (0, 0.9)}), tmp_path / "found.png")
    missed = drawn(spotted(expressions=(MACRO,), proposals=(FOUND,)), tmp_path / "missed.png")

    assert found.shape == missed.shape
    assert num_pixels(found, MACRO_COLOR) > num_pixels(missed, MACRO_COLOR) + 2000


def test_the_two_kinds_have_colours_of_their_own(tmp_path):
    shown = {"proposals": (WRONG,), "found": {0: (0, 0.5)}}

    both = drawn(spotted(expressions=(MICRO,), **shown), tmp_path / "micro.png")

    nothing = drawn(spotted(), tmp_path / "nothing.png")
    assert num_pixels(both, MICRO_COLOR) > num_pixels(nothing, MICRO_COLOR) + 200
    assert abs(num_pixels(both, MACRO_COLOR) - num_pixels(nothing, MACRO_COLOR)) < 200


@pytest.mark.parametrize(
    "shown",
    [
        spotted(),
        spotted(num_frames=1),
        spotted(expressions=(Expression(onset=190, apex=260, offset=300, kind=ExpressionKind.MACRO),)),
    ],
    ids=["neither expressions nor proposals", "one frame", "an expression past the end"],
)
def test_every_recording_has_a_picture_of_the_same_size(tmp_path, shown):
    picture = drawn(shown, tmp_path / "timeline.png")

    assert picture.shape == (572, 1320, 3)
    assert picture.min() < 64
