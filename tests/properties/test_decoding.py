"""Decoding against a literal transcription of [Deng2024] Sec. 3.4, and what must hold for any scores."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.config import DecodingConfig, IntervalLength
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.decoding.proposals import decode, durations, find_candidates, select_proposals

kinds = st.sampled_from(KINDS)
probabilities = st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])


@st.composite
def frame_scores(draw, *, min_frames: int = 0) -> np.ndarray:
    """Few different values, so that ties are common."""
    num_frames = draw(st.integers(min_frames, 90))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return (generator.integers(0, draw(st.integers(2, 9)), size=(num_frames, 2, 5)) / 8).astype(np.float32)


@st.composite
def decodings(draw) -> DecodingConfig:
    """Even durations, as in the paper, so that their halves are whole frames."""
    halves = {kind: sorted(draw(st.tuples(st.integers(1, 35), st.integers(1, 35)))) for kind in KINDS}
    return DecodingConfig(
        **{f"{kind}_min_duration": 2 * shortest for kind, (shortest, _) in halves.items()},
        **{f"{kind}_duration": 2 * longest for kind, (_, longest) in halves.items()},
        **{f"{kind}_apex_threshold": draw(probabilities) for kind in KINDS},
        overlap_threshold=draw(probabilities),
        suppression_length=draw(st.sampled_from(IntervalLength)),
    )


def literal_iou(one, other, length) -> float:
    beyond = 1 if length is IntervalLength.INCLUSIVE else 0
    frames, others = (set(range(item.onset, item.offset + beyond)) for item in (one, other))
    return len(frames & others) / len(frames | others) if frames | others else 0.0


def most_probable(probability: np.ndarray, first: int, last: int, apex: int) -> int:
    """The best frame of the range that is in the recording; the end of the recording when none is."""
    end = 0 if last < apex else len(probability) - 1
    inside = [frame for frame in range(first, last + 1) if 0 <= frame < len(probability)] or [end]
    return max(inside, key=lambda frame: (probability[frame], -abs(frame - apex)))


@given(frame_scores(), kinds, decodings())
@settings(deadline=None, max_examples=100)
def test_candidates_equal_the_search_of_the_paper_at_every_frame(scores, kind, decoding):
    k, j = durations(kind, decoding)
    onset, apex, offset = (
        scores[:, KINDS.index(kind), channel] for channel in (Channel.ONSET, Channel.APEX, Channel.OFFSET)
    )

    candidates = find_candidates(scores, kind, decoding)

    for frame in range(len(scores)):
        b = most_probable(onset, frame - k // 2, frame - j // 2, frame)
        d = most_probable(offset, frame + j // 2, frame + k // 2, frame)
        assert (candidates.onset[frame], candidates.offset[frame]) == (b, d)
        assert candidates.score[frame] == float(onset[b]) * float(apex[frame]) * float(offset[d])
    assert candidates.most == max(apex, default=0)


@given(frame_scores(), kinds, decodings(), probabilities)
@settings(deadline=None, max_examples=100)
def test_proposals_equal_pairwise_suppression_by_score(scores, kind, decoding, theta):
    candidates = find_candidates(scores, kind, decoding)
    everything = select_proposals(candidates, apex_threshold=theta, decoding=replace(decoding, overlap_threshold=1.0))

    proposals = select_proposals(candidates, apex_threshold=theta, decoding=decoding)

    kept = []
    for proposal in sorted(everything, key=lambda found: (-found.score, found.apex)):
        if all(
            literal_iou(proposal, better, decoding.suppression_length) <= decoding.overlap_threshold for better in kept
        ):
            kept.append(proposal)
    assert list(proposals) == kept
    assert {found.apex for found in everything} == set(np.flatnonzero(candidates.apex_probability > theta).tolist())


@given(frame_scores(), decodings())
@settings(deadline=None, max_examples=60)
def test_no_two_proposals_of_a_kind_overlap_by_more_than_the_threshold(scores, decoding):
    proposals = decode(scores, decoding)

    for number, proposal in enumerate(proposals):
        for other in proposals[:number]:
            overlap = literal_iou(proposal, other, decoding.suppression_length)
            assert other.kind != proposal.kind or overlap <= decoding.overlap_threshold


@given(frame_scores(), decodings())
@settings(deadline=None, max_examples=60)
def test_every_proposal_lies_in_the_recording_and_within_the_reach_of_its_apex(scores, decoding):
    for proposal in decode(scores, decoding):
        k, j = durations(proposal.kind, decoding)
        assert 0 <= proposal.onset <= proposal.apex <= proposal.offset < len(scores)
        assert max(proposal.apex - proposal.onset, proposal.offset - proposal.apex) <= k // 2
        assert proposal.apex - proposal.onset >= j // 2 or proposal.onset == 0
        assert proposal.offset - proposal.apex >= j // 2 or proposal.offset == len(scores) - 1
        assert 0 <= proposal.score <= 1


@given(frame_scores(), kinds, decodings(), probabilities, probabilities)
@settings(deadline=None, max_examples=60)
def test_a_higher_apex_threshold_never_adds_what_suppression_has_not_yet_seen(scores, kind, decoding, one, other):
    candidates = find_candidates(scores, kind, decoding)

    everything = replace(decoding, overlap_threshold=1.0)
    low, high = (
        set(select_proposals(candidates, apex_threshold=theta, decoding=everything)) for theta in sorted((one, other))
    )

    assert high <= low


@given(frame_scores(min_frames=1), kinds, decodings())
@settings(deadline=None, max_examples=60)
def test_the_best_candidate_above_the_threshold_is_always_proposed_first(scores, kind, decoding):
    candidates = find_candidates(scores, kind, decoding)

    proposals = select_proposals(candidates, apex_threshold=0.25, decoding=decoding)

    above = candidates.score[candidates.apex_probability > 0.25]
    assert [found.score for found in proposals[:1]] == ([above.max()] if len(above) else [])
    assert [found.score for found in proposals] == sorted((found.score for found in proposals), reverse=True)
