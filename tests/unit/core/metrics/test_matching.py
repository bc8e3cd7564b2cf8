import pytest

from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.matching import count, match

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO


def proposed(onset: int, offset: int, *, kind: ExpressionKind = MACRO, score: float = 1.0) -> Proposal:
    return Proposal(kind=kind, onset=onset, apex=onset, offset=offset, score=score)


def truth(onset: int, offset: int, *, kind: ExpressionKind = MACRO) -> Expression:
    return Expression(kind=kind, onset=onset, apex=onset, offset=offset)


def test_a_proposal_that_equals_a_truth_finds_it():
    assert match([proposed(10, 20)], [truth(10, 20)]) == {0: (0, 1.0)}


def test_an_iou_of_exactly_one_half_is_enough():
    # Frames 10..19 in common, 10..29 together: 10 of 20.
    assert match([proposed(10, 19)], [truth(10, 29)]) == {0: (0, 0.5)}


def test_an_iou_below_one_half_is_not_enough():
    # 10 of 21.
    assert match([proposed(10, 19)], [truth(10, 30)]) == {}


def test_both_ends_belong_to_an_interval():
    # Frames 3 and 4 in common, 2..4 together. Without the last frames it would be 1 of 2.
    assert match([proposed(2, 4)], [truth(3, 4)]) == {0: (0, pytest.approx(2 / 3))}
    assert match([proposed(5, 5)], [truth(5, 5)]) == {0: (0, 1.0)}


def test_kinds_never_find_each_other():
    assert match([proposed(10, 20, kind=MICRO)], [truth(10, 20, kind=MACRO)]) == {}
    assert match([proposed(10, 20, kind=MACRO)], [truth(10, 20, kind=MICRO)]) == {}


def test_kinds_that_overlap_are_matched_each_with_its_own():
    proposals = [proposed(10, 20, kind=MICRO), proposed(10, 20, kind=MACRO)]
    truths = [truth(10, 20, kind=MACRO), truth(10, 21, kind=MICRO)]

    assert {index: found for index, (found, _) in match(proposals, truths).items()} == {0: 1, 1: 0}


def test_a_truth_is_found_once_by_the_best_overlap_and_not_the_best_score():
    proposals = [proposed(10, 24, score=0.9), proposed(10, 20, score=0.1)]

    assert match(proposals, [truth(10, 20)]) == {1: (0, 1.0)}


def test_a_proposal_finds_one_truth_only():
    # 10 of 16 with either.
    proposals, truths = [proposed(3, 18)], [truth(0, 12), truth(9, 21)]

    assert {index: found for index, (found, _) in match(proposals, truths).items()} == {0: 0}
    assert count(proposals, truths) == Counts(1, 0, 1)


def test_who_loses_the_best_truth_takes_the_next():
    proposals = [proposed(0, 9), proposed(0, 8)]
    truths = [truth(0, 9), truth(0, 7)]

    # IoU: 1 and 0.8 for the first proposal, 0.9 and 8/9 for the second.
    assert match(proposals, truths) == {0: (0, 1.0), 1: (1, pytest.approx(8 / 9))}


def test_of_equal_overlaps_the_first_given_wins():
    assert list(match([proposed(0, 9), proposed(0, 9)], [truth(0, 9)])) == [0]


def test_a_truth_beyond_the_recording_still_counts_as_missed():
    assert count([proposed(10, 20)], [truth(10, 20), truth(900, 950)]) == Counts(1, 0, 1)


@pytest.mark.parametrize(
    ("proposals", "truths", "expected"),
    [
        ([], [], Counts(0, 0, 0)),
        ([], [truth(0, 9)], Counts(0, 0, 1)),
        ([proposed(0, 9)], [], Counts(0, 1, 0)),
        ([proposed(0, 9), proposed(50, 59)], [truth(0, 9), truth(80, 89), truth(100, 109)], Counts(1, 1, 2)),
    ],
)
def test_found_invented_and_missed_are_counted(proposals, truths, expected):
    assert count(proposals, truths) == expected
