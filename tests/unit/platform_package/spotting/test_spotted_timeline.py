"""The picture of a video without annotations."""

import cv2
import numpy as np
import pytest

from platform.figures import spotted_timeline
from platform.figures.spotted_timeline import draw_spotted_timeline
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.spotting.spotter import Spotted

BLUE, VERMILION = (178, 114, 0), (0, 94, 213)


def draw(make_order, path, *, proposals=(), peak: int | None = None) -> np.ndarray:
    scores = np.zeros((20, 2, 5), np.float32)
    if peak is not None:
        scores[peak, :, 1] = 1.0
    draw_spotted_timeline(make_order().video, Spotted(scores=scores, proposals=proposals), path, title="anna")
    return cv2.imread(str(path))


def pixels_of(picture: np.ndarray, color) -> int:
    return int((np.abs(picture.astype(int) - color).max(axis=2) < 12).sum())


@pytest.mark.parametrize(("kind", "color"), [(ExpressionKind.MACRO, BLUE), (ExpressionKind.MICRO, VERMILION)])
def test_a_proposal_is_a_bar_in_the_colour_of_its_kind(make_order, tmp_path, kind, color):
    proposal = Proposal(kind=kind, onset=4, apex=8, offset=12, score=0.5)

    without = draw(make_order, tmp_path / "without.png")
    with_it = draw(make_order, tmp_path / "with.png", proposals=(proposal,))

    assert pixels_of(with_it, color) > pixels_of(without, color) + 5000


def test_peaks_of_a_long_video_stay_visible(make_order, tmp_path, monkeypatch):
    monkeypatch.setattr(spotted_timeline, "_MOST_POINTS", 4)

    flat = draw(make_order, tmp_path / "flat.png")
    peaked = draw(make_order, tmp_path / "peaked.png", peak=7)

    # Frame 7 lies inside a stretch of five frames, whose highest value is drawn.
    assert pixels_of(peaked, BLUE) != pixels_of(flat, BLUE)
    assert not np.array_equal(peaked, flat)
