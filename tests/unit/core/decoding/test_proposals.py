import numpy as np
import pytest

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.decoding.proposals import Proposal, decode, durations, find_candidates, select_proposals

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
# The onset of a micro-expression is 2 to 8 frames before its apex, the offset 2 to 8 after.
DECODING = DecodingConfig(micro_duration=16, micro_min_duration=4)
OVERLAPPING = DecodingConfig(overlap_threshold=1.0)


def scores_of(num_frames: int, **values: dict[int, float]) -> np.ndarray:
    """Scores of micro-expressions: zero but for the frames named, by channel."""
    scores = np.zeros((num_frames, 2, 5), np.float32)
    for channel, by_frame in values.items():
        for frame, value in by_frame.items():
            scores[frame, KINDS.index(MICRO), Channel[channel.upper()]] = value
    return scores


def candidates_of(scores: np.ndarray):
    return find_candidates(scores, MICRO, DECODING)


def test_onset_and_offset_are_the_most_probable_frames_in_reach_of_the_apex():
    scores = scores_of(40, onset={12: 0.9, 13: 0.5, 18: 0.7, 19: 0.8}, offset={21: 0.9, 23: 0.4, 28: 0.6, 29: 1.0})

    candidates = candidates_of(scores)

    # Of apex 20 onsets may lie from 12 to 18, offsets from 22 to 28.
    assert (candidates.onset[20], candidates.offset[20]) == (12, 28)
    # Of apex 21: 13 to 19 and 23 to 29.
    assert (candidates.onset[21], candidates.offset[21]) == (19, 29)


def test_of_equally_probable_frames_the_nearest_to_the_apex_is_taken():
    scores = scores_of(40, onset={14: 0.5, 16: 0.5}, offset={25: 0.5, 27: 0.5})

    candidates = candidates_of(scores)

    assert (candidates.onset[20], candidates.offset[20]) == (16, 25)
    assert (candidates.onset[35], candidates.offset[5]) == (33, 7)


def test_reach_is_cut_at_both_ends_of_the_recording():
    scores = scores_of(12, onset={0: 0.3, 1: 0.2}, offset={11: 0.3, 10: 0.2})

    candidates = candidates_of(scores)

    assert candidates.onset[:5].tolist() == [0, 0, 0, 0, 0]
    assert candidates.offset[-5:].tolist() == [11, 11, 11, 11, 11]


def test_the_score_is_the_product_of_onset_apex_and_offset():
    scores = scores_of(40, onset={14: 0.5}, apex={20: 0.25}, offset={26: 0.75})

    candidates = candidates_of(scores)

    assert candidates.score[20] == 0.5 * 0.25 * 0.75
    assert candidates.most == 0.25
    assert np.count_nonzero(candidates.score) == 1


def test_candidates_stand_by_falling_score_and_equal_ones_by_frame():
    scores = scores_of(30, apex=dict.fromkeys(range(30), 0.5))
    scores[:, :, [Channel.ONSET, Channel.OFFSET]] = 1.0
    scores[[7, 21], KINDS.index(MICRO), Channel.APEX] = (0.8, 0.9)

    order = candidates_of(scores).order

    assert order.tolist() == [21, 7, *(frame for frame in range(30) if frame not in (7, 21))]


def test_a_recording_without_frames_has_no_candidates():
    candidates = candidates_of(scores_of(0))

    assert candidates.most == 0
    assert select_proposals(candidates, apex_threshold=0.0, decoding=DECODING) == ()


def test_a_recording_of_one_frame_has_one_candidate():
    candidates = candidates_of(scores_of(1, onset={0: 0.5}, apex={0: 0.5}, offset={0: 0.5}))

    proposals = select_proposals(candidates, apex_threshold=0.4, decoding=DECODING)

    assert proposals == (Proposal(kind=MICRO, onset=0, apex=0, offset=0, score=0.125),)


def test_only_frames_above_the_apex_threshold_are_proposed():
    scores = scores_of(60, apex={10: 0.5, 30: 0.625, 50: 0.75})
    candidates = candidates_of(scores)

    def apexes(threshold: float) -> list[int]:
        selected = select_proposals(candidates, apex_threshold=threshold, decoding=OVERLAPPING)
        return sorted(proposal.apex for proposal in selected)

    assert apexes(0.49) == [10, 30, 50]
    assert apexes(0.5) == [30, 50]
    assert apexes(0.75) == []


def test_of_proposals_that_overlap_the_best_score_stays():
    scores = scores_of(40, onset={14: 0.9}, apex={19: 0.8, 20: 0.9, 21: 0.7}, offset={26: 0.9})

    proposals = select_proposals(candidates_of(scores), apex_threshold=0.5, decoding=DECODING)

    assert [(proposal.onset, proposal.apex, proposal.offset) for proposal in proposals] == [(14, 20, 26)]
    assert proposals[0].score == pytest.approx(0.9**3)


def test_each_kind_is_decoded_by_its_own_scores_threshold_and_durations():
    scores = np.zeros((100, 2, 5), np.float32)
    scores[40, KINDS.index(MACRO), [Channel.ONSET, Channel.OFFSET]] = 1
    scores[[15, 65], KINDS.index(MACRO), Channel.APEX] = 0.6
    scores[[75, 85], KINDS.index(MICRO), Channel.APEX] = (0.3, 0.6)
    decoding = DecodingConfig(macro_apex_threshold=0.5, micro_apex_threshold=0.2)

    proposals = decode(scores, decoding)

    # Macro: the nearest 8 frames, or the frame 40 where it is in reach; micro: the nearest 2 frames.
    assert [(found.kind, found.onset, found.apex, found.offset) for found in proposals] == [
        (MACRO, 7, 15, 40),
        (MACRO, 40, 65, 73),
        (MICRO, 73, 75, 77),
        (MICRO, 83, 85, 87),
    ]
    assert decode(scores, DecodingConfig(micro_apex_threshold=0.5))[2:] == proposals[3:]


def test_durations_are_those_of_the_kind():
    decoding = DecodingConfig(macro_duration=70, macro_min_duration=20, micro_duration=14, micro_min_duration=6)

    assert durations(MACRO, decoding) == (70, 20)
    assert durations(MICRO, decoding) == (14, 6)


def test_boundary_consistency_drops_candidates_whose_boundaries_are_likelier_the_other_way_round():
    scores = np.zeros((60, 2, 5), np.float32)
    scores[[20, 40], 1, Channel.APEX] = 0.9
    scores[[16, 36], 1, Channel.ONSET] = 0.6
    scores[[24, 44], 1, Channel.OFFSET] = 0.6
    scores[36, 1, Channel.OFFSET] = 0.7

    plain = decode(scores, DecodingConfig())
    consistent = decode(scores, DecodingConfig(boundary_consistency=True))

    assert [proposal.apex for proposal in plain] == [20, 40]
    assert [proposal.apex for proposal in consistent] == [20]


def test_no_more_proposals_of_a_kind_than_the_limit_are_kept():
    scores = np.zeros((100, 2, 5), np.float32)
    scores[[10, 30, 50, 70], :, Channel.APEX] = np.array([0.6, 0.9, 0.7, 0.8])[:, None]
    scores[:, :, [Channel.ONSET, Channel.OFFSET]] = 1.0

    limited = decode(scores, DecodingConfig(max_proposals_per_recording=3))

    assert [(found.kind, found.apex) for found in limited] == [(kind, apex) for kind in KINDS for apex in (30, 70, 50)]
    assert len(decode(scores, DecodingConfig())) == 8
