"""Rules of matching where they differ; that each does what it says is a property test."""

from dataclasses import replace

import numpy as np
import pytest

from spotformer_core.choices import IntervalLength
from spotformer_core.metrics.conventions import (
    MEGC2020,
    OPTIMAL,
    SL_SWIN,
    SPOTFORMER,
    STRICT,
    Enough,
    Matching,
)
from spotformer_core.metrics.matching import find_truths
from spotformer_core.metrics.pairing import NOBODY, RULES, enough_overlap


def ends(*intervals: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([first for first, _ in intervals], np.int64), np.array([last for _, last in intervals], np.int64)


def finders(detections, truths, convention) -> list[int]:
    return find_truths(*ends(*detections), *ends(*truths), convention)[0].tolist()


def test_every_rule_is_known():
    assert set(RULES) == set(Matching)


def test_greedy_takes_the_best_pair_and_optimal_the_most_pairs():
    # IoU: the first detection 9/10 with the first truth and 8/15 with the second, the other one 7/10 and 6/15.
    detections, truths = [(0, 8), (0, 6)], [(0, 9), (1, 14)]
    assert finders(detections, truths, STRICT) == [0, NOBODY]
    assert finders(detections, truths, OPTIMAL) == [1, 0]


def test_truths_in_order_leave_less_than_falling_overlap():
    # The detection has 12 of 20 frames with the first truth and 16 of 20 with the second.
    detections, truths = [(4, 19)], [(0, 15), (0, 19)]

    assert finders(detections, truths, STRICT) == [NOBODY, 0]
    assert finders(detections, truths, replace(STRICT, matching=Matching.TRUTH_ORDER)) == [0, NOBODY]


def test_one_detection_finds_several_truths_only_where_any_counts():
    detections, truths = [(0, 19)], [(0, 9), (10, 19)]

    assert finders(detections, truths, MEGC2020) == [0, 0]
    assert finders(detections, truths, STRICT) == [0, NOBODY]


def test_lengths_decide_at_the_edge():
    # 10 of 20 frames with both ends, 9 of 19 without.
    assert finders([(10, 19)], [(10, 29)], STRICT) == [0]
    assert finders([(10, 19)], [(10, 29)], replace(STRICT, length=IntervalLength.EXCLUSIVE)) == [NOBODY]


def test_exactly_the_threshold_is_enough_unless_more_is_asked():
    assert finders([(10, 19)], [(10, 29)], replace(STRICT, enough=Enough.ABOVE)) == [NOBODY]
    assert finders([(10, 20)], [(10, 29)], replace(STRICT, enough=Enough.ABOVE)) == [0]


def test_single_frames_find_nothing_in_megc2020():
    assert finders([(5, 5)], [(5, 5)], STRICT) == [0]
    assert finders([(5, 5)], [(5, 5)], MEGC2020) == [NOBODY]
    assert finders([(5, 6)], [(5, 5)], MEGC2020) == [NOBODY]


def test_a_truth_that_ends_before_it_begins_is_never_found():
    assert finders([(90, 110), (0, 100)], [(100, 0)], SPOTFORMER) == [NOBODY]


def test_many_pairs_are_all_kept():
    detections, truths = [(0, 9)] * 30, [(0, 9)] * 20

    pairs = enough_overlap(*ends(*detections), *ends(*truths), STRICT)

    assert [len(one) for one in pairs] == [600, 600, 600]
    assert finders(detections, truths, STRICT) == finders(detections, truths, OPTIMAL) == list(range(20))


@pytest.mark.parametrize("convention", [STRICT, OPTIMAL, MEGC2020, SPOTFORMER], ids=lambda one: one.name)
def test_nothing_finds_nothing(convention):
    assert finders([], [], convention) == []
    assert finders([(0, 9)], [], convention) == []
    assert finders([], [(0, 9)], convention) == [NOBODY]


def test_a_detection_counts_for_the_truth_that_it_overlaps_most_or_for_none():
    # Both detections overlap the first truth most: 10/10 and 10/11. The second truth would be left for the other one.
    detections, truths = [(0, 9), (0, 10)], [(0, 9), (4, 12)]
    own_best = replace(STRICT, matching=Matching.OWN_BEST)

    assert finders(detections, truths, own_best) == [0, NOBODY]
    # 7/9 of the last one with the second truth, 6/11 with the first.
    assert finders([(0, 9), (4, 10)], [(0, 9), (4, 12)], own_best) == [0, 1]


def test_of_two_truths_that_a_detection_overlaps_equally_it_takes_the_first():
    assert finders([(0, 19)], [(0, 13), (6, 19)], replace(STRICT, matching=Matching.OWN_BEST)) == [0, NOBODY]


def test_an_overlap_of_a_half_is_not_enough_for_sl_swin():
    # 5 of 10 frames, and 6 of 10.
    assert finders([(0, 4)], [(0, 9)], SL_SWIN) == [NOBODY]
    assert finders([(0, 5)], [(0, 9)], SL_SWIN) == [0]
