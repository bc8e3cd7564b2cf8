"""A network that is always right must score F1 1: labels, decoding and matching agree on what a frame is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import decode
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.matching import count, match

# Shortest and longest expression in frames, and how far the paper's durations let its apex be from either end.
LENGTHS = {ExpressionKind.MACRO: (17, 58), ExpressionKind.MICRO: (5, 14)}
REACH = {ExpressionKind.MACRO: (8, 30), ExpressionKind.MICRO: (2, 8)}


@st.composite
def expressions_in_a_row(draw) -> tuple[list[Expression], int]:
    """Expressions of both kinds one after the other, some touching, and the length of their recording."""
    expressions, frame = [], draw(st.integers(0, 40))
    for kind in draw(st.lists(st.sampled_from(ExpressionKind), max_size=8)):
        shortest, longest = LENGTHS[kind]
        nearest, farthest = REACH[kind]
        onset, offset = frame, frame + draw(st.integers(shortest, longest)) - 1
        earliest = max(onset + nearest, offset - farthest)
        latest = min(onset + farthest, offset - nearest)
        apex = draw(st.integers(earliest, latest))
        expressions.append(Expression(onset=onset, apex=apex, offset=offset, kind=kind))
        frame = offset + draw(st.integers(1, 60))
    return expressions, frame + draw(st.integers(1, 40))


@given(expressions_in_a_row())
@settings(deadline=None, max_examples=150)
def test_perfect_scores_decode_to_the_truth(drawn):
    truths, num_frames = drawn

    proposals = decode(label_scores(truths, num_frames), DecodingConfig())

    found = sorted((proposal.onset, proposal.apex, proposal.offset, proposal.kind) for proposal in proposals)
    assert found == sorted((truth.onset, truth.apex, truth.offset, truth.kind) for truth in truths)
    assert count(proposals, truths) == Counts(len(truths), 0, 0)
    assert all(iou == 1.0 for _, iou in match(proposals, truths).values())
    assert count(proposals, truths).f1 == (1.0 if truths else 0.0)
