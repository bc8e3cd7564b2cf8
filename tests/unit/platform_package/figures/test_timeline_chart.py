"""The timeline on a page shows truths, probabilities and proposals, and what found what."""

import numpy as np

from platform.figures.timeline_chart import timeline_chart
from platform.study.proposals import SpottedRecording
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from tests.recordings import listed_recording

MACRO = Expression(onset=30, apex=50, offset=80, kind=ExpressionKind.MACRO)
MICRO = Expression(onset=140, apex=146, offset=152, kind=ExpressionKind.MICRO)
FOUND = Proposal(kind=ExpressionKind.MACRO, onset=32, apex=51, offset=82, score=0.6)
WRONG = Proposal(kind=ExpressionKind.MICRO, onset=100, apex=104, offset=110, score=0.2)


def spotted():
    recording = listed_recording("s15", MACRO, MICRO, num_frames=200, name="s15_0101")
    scores = np.random.default_rng(0).uniform(0, 1, (200, 2, 5)).astype(np.float32)
    return SpottedRecording(recording=recording, scores=scores, proposals=(FOUND, WRONG), found={0: (0, 0.9)})


def test_bars_are_where_the_intervals_are_and_pale_without_a_counterpart():
    bars = [trace for trace in timeline_chart(spotted()).data if trace.type == "bar"]

    assert [(bar.base[0], bar.x[0], bar.y[0]) for bar in bars] == [
        (29.5, 51, 1),
        (139.5, 13, 0),
        (31.5, 51, 1),
        (99.5, 11, 0),
    ]
    assert [bar.marker.opacity for bar in bars] == [1, 0.35, 1, 0.35]
    assert len({bar.marker.color for bar in bars}) == 2


def test_curves_are_the_scores_told_apart_by_dashes_too():
    shown = spotted()
    curves = [trace for trace in timeline_chart(shown).data if trace.type == "scatter"]

    assert len(curves) == 8
    assert len({curve.line.dash for curve in curves}) == 4
    assert [curve.name for curve in curves if curve.showlegend] == ["apex", "expression", "onset", "offset"]
    np.testing.assert_allclose(curves[0].y, shown.scores[:, 0, Channel.APEX], atol=1e-4)
