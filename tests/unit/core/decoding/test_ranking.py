"""What decoding at many thresholds needs of a recording; that it decodes alike is a property test."""

import numpy as np
import pytest

from spotformer_core.config import DecodingConfig, IntervalLength
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.ranking import rank_candidates

MICRO = ExpressionKind.MICRO
ROW = KINDS.index(MICRO)


def flat_scores(num_frames: int, apex: dict[int, float]) -> np.ndarray:
    """One onset at frame 10 and one offset at 20, and apexes where asked."""
    scores = np.zeros((num_frames, 2, len(Channel)), np.float32)
    scores[10, ROW, Channel.ONSET] = scores[20, ROW, Channel.OFFSET] = 1
    for frame, value in apex.items():
        scores[frame, ROW, Channel.APEX] = value
    return scores


def test_of_frames_with_one_interval_only_the_likeliest_apex_is_a_candidate():
    ranked = rank_candidates(flat_scores(30, {13: 0.5, 15: 0.75, 17: 0.5}), MICRO, DecodingConfig())

    assert (ranked.onset[0], ranked.offset[0], ranked.apex_probability[0]) == (10, 20, 0.75)
    assert ((ranked.onset == 10) & (ranked.offset == 20)).sum() == 1


def test_when_nothing_is_suppressed_every_frame_is_a_candidate():
    decoding = DecodingConfig(overlap_threshold=1.0)

    ranked = rank_candidates(flat_scores(30, {13: 0.5, 15: 0.75, 17: 0.5}), MICRO, decoding)

    assert len(ranked.onset) == 30
    assert ranked.apex_probability[:3].tolist() == [0.75, 0.5, 0.5]
    assert len(ranked.better) == 0


def test_of_equal_scores_a_likelier_apex_that_comes_later_stays():
    # Without any onset all scores are 0, so the order is that of the frames, whatever their apex probability. The
    # first three frames share the interval from 0 to 20.
    scores = flat_scores(30, {0: 0.25, 1: 0.75, 2: 0.5})
    scores[:, ROW, Channel.ONSET] = 0

    ranked = rank_candidates(scores, MICRO, DecodingConfig(micro_duration=40, micro_min_duration=4))

    same = (ranked.onset == 0) & (ranked.offset == 20)
    assert ranked.apex_probability[same].tolist() == [0.25, 0.75]


@pytest.mark.parametrize(("length", "beyond"), [(IntervalLength.INCLUSIVE, 1), (IntervalLength.EXCLUSIVE, 0)])
def test_each_candidate_knows_the_better_ones_that_suppress_it(length, beyond):
    generator = np.random.default_rng(0)
    scores = generator.random((60, 2, len(Channel)), dtype=np.float32)

    ranked = rank_candidates(scores, MICRO, DecodingConfig(suppression_length=length))

    ends = list(zip(ranked.onset.tolist(), ranked.offset.tolist(), strict=True))
    for rank, (onset, offset) in enumerate(ends):
        own = set(range(onset, offset + beyond))
        expected = [
            better
            for better, (first, last) in enumerate(ends[:rank])
            if len(own & set(range(first, last + beyond))) / len(own | set(range(first, last + beyond))) > 0.5
        ]
        known = ranked.better[ranked.better_first[rank] : ranked.better_first[rank + 1]]
        assert sorted(known.tolist()) == expected
    assert len(ranked.better) > 20
