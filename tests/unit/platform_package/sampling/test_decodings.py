"""Candidates for decoding: spread evenly, drawn without looking at any score."""

import numpy as np

from platform.sampling.decodings import draw_decodings
from search_spaces.vocabulary import Choice, Float, Integer, LogFloat
from spotformer_core.config import Configuration

DIMENSIONS = {
    "overlap_threshold": Float(0.1, 0.8),
    "macro_duration": Integer(40, 80),
    "boundary_consistency": Choice((False, True)),
}


def test_the_first_candidate_changes_nothing_and_the_others_lie_in_their_dimensions():
    own, *drawn = draw_decodings(DIMENSIONS, count=32, seed=5)

    assert own == {}
    assert len(drawn) == 32
    for candidate in drawn:
        assert set(candidate) == set(DIMENSIONS)
        assert 0.1 <= candidate["overlap_threshold"] <= 0.8
        assert 40 <= candidate["macro_duration"] <= 80
        Configuration().with_parameters(candidate)
    assert {candidate["boundary_consistency"] for candidate in drawn} == {False, True}


def test_numbers_spread_more_evenly_than_random_ones():
    drawn = [one["overlap_threshold"] for one in draw_decodings(DIMENSIONS, count=64, seed=1)[1:]]

    per_eighth, _ = np.histogram(drawn, bins=8, range=(0.1, 0.8))
    assert per_eighth.min() >= 6


def test_equal_seeds_give_equal_candidates_and_other_seeds_others():
    first = draw_decodings(DIMENSIONS, count=16, seed=2)

    assert draw_decodings(DIMENSIONS, count=16, seed=2) == first
    assert draw_decodings(DIMENSIONS, count=16, seed=3) != first


def test_more_candidates_begin_with_the_fewer_ones():
    assert draw_decodings(DIMENSIONS, count=40, seed=2)[:17] == draw_decodings(DIMENSIONS, count=16, seed=2)


def test_nothing_is_drawn_twice():
    drawn = draw_decodings({"boundary_consistency": Choice((False, True))}, count=20, seed=0)

    assert drawn[0] == {}
    assert sorted(one["boundary_consistency"] for one in drawn[1:]) == [False, True]


def test_without_dimensions_there_is_only_the_own_decoding():
    assert draw_decodings({}, count=20, seed=0) == [{}]


def test_the_ends_of_a_logarithm_are_inside():
    drawn = draw_decodings({"overlap_threshold": LogFloat(0.1, 0.9)}, count=32, seed=0)[1:]

    assert all(0.1 <= one["overlap_threshold"] <= 0.9 for one in drawn)
