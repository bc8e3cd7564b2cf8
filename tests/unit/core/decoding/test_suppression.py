import numpy as np
import pytest

from spotformer_core.choices import IntervalLength
from spotformer_core.decoding.suppression import ends_of, interval_iou, pair_iou, suppress

INCLUSIVE, EXCLUSIVE = IntervalLength.INCLUSIVE, IntervalLength.EXCLUSIVE


def ends(*intervals: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([first for first, _ in intervals], np.int64), np.array([last for _, last in intervals], np.int64)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 9), (0, 9), 1.0),
        ((0, 9), (5, 14), 5 / 15),
        ((0, 9), (9, 18), 1 / 19),
        ((0, 9), (10, 19), 0.0),
        ((0, 9), (50, 59), 0.0),
        ((0, 9), (3, 6), 0.4),
        ((5, 5), (5, 5), 1.0),
        ((5, 5), (6, 6), 0.0),
    ],
)
def test_iou_counts_frames_with_both_ends(one, other, expected):
    assert interval_iou(*ends(one), *ends(other))[0, 0] == pytest.approx(expected)
    assert interval_iou(*ends(other), *ends(one))[0, 0] == pytest.approx(expected)


def test_iou_of_several_with_several_is_a_table():
    table = interval_iou(*ends((0, 9), (20, 29)), *ends((0, 9), (20, 24), (100, 109)))

    assert table.tolist() == [[1, 0, 0], [0, 0.5, 0]]


def test_the_first_of_two_that_overlap_too_much_stays():
    assert suppress(*ends((0, 9), (1, 10), (20, 29)), length=INCLUSIVE, overlap_threshold=0.5).tolist() == [0, 2]
    assert suppress(*ends((1, 10), (0, 9), (20, 29)), length=INCLUSIVE, overlap_threshold=0.5).tolist() == [0, 2]


def test_an_overlap_of_exactly_the_threshold_stays():
    # 5 of 10.
    assert suppress(*ends((0, 9), (0, 4)), length=INCLUSIVE, overlap_threshold=0.5).tolist() == [0, 1]
    assert suppress(*ends((0, 9), (0, 4)), length=INCLUSIVE, overlap_threshold=0.49).tolist() == [0]


def test_what_is_suppressed_does_not_suppress_others():
    # The second overlaps both others by more than a half, which overlap each other by 6 of 14.
    intervals = ends((0, 9), (2, 11), (4, 13))

    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=0.5).tolist() == [0, 2]


def test_at_threshold_one_all_stay_and_at_zero_only_those_apart():
    intervals = ends((0, 9), (0, 9), (9, 12), (13, 14))

    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=1.0).tolist() == [0, 1, 2, 3]
    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=0.0).tolist() == [0, 3]


def test_nothing_is_kept_of_nothing():
    assert suppress(*ends(), length=INCLUSIVE, overlap_threshold=0.5).tolist() == []


def test_no_more_than_the_limit_are_kept():
    intervals = ends((0, 9), (20, 29), (40, 49))

    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=0.5, most=2).tolist() == [0, 1]
    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=0.5, most=0).tolist() == [0, 1, 2]


def test_the_compiled_iou_equals_the_table_to_the_last_bit():
    intervals = [(first, last) for first in range(0, 40, 3) for last in range(first, 40, 7)]

    table = interval_iou(*ends(*intervals), *ends(*intervals))

    assert table.tolist() == [[pair_iou(*one, *other, 1) for other in intervals] for one in intervals]


def test_without_the_ends_lengths_are_differences():
    # 10..19 is 9 long and 10..29 is 19, together 19.
    assert pair_iou(10, 19, 10, 29, 0) == 9 / 19
    assert pair_iou(5, 5, 5, 5, 0) == 0.0
    assert pair_iou(10, 19, 19, 29, 0) == 0.0
    assert pair_iou(10, 19, 40, 0, 0) == 0.0


@pytest.mark.parametrize(("length", "expected"), [(INCLUSIVE, 10 / 20), (EXCLUSIVE, 9 / 19)])
def test_the_length_of_an_interval_decides_its_iou(length, expected):
    """Intervals 0 to 19 and 0 to 9: 20 and 10 frames with both ends, 19 and 9 without the last."""
    assert interval_iou(*ends((0, 19)), *ends((0, 9)), length=length)[0, 0] == expected
    assert pair_iou(0, 19, 0, 9, ends_of(length)) == expected


def test_the_length_decides_what_is_suppressed():
    intervals = ends((0, 19), (0, 9))

    assert suppress(*intervals, length=INCLUSIVE, overlap_threshold=0.49).tolist() == [0]
    assert suppress(*intervals, length=EXCLUSIVE, overlap_threshold=0.49).tolist() == [0, 1]


def test_intervals_of_a_single_frame_have_no_overlap_with_exclusive_lengths():
    one = ends((5, 5))

    assert interval_iou(*one, *one, length=EXCLUSIVE)[0, 0] == 0
    assert interval_iou(*one, *one, length=INCLUSIVE)[0, 0] == 1
