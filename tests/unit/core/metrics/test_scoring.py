from dataclasses import replace

import pytest

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError, InvalidValueError
from spotformer_core.metrics.conventions import (
    ANY_KIND,
    CONVENTIONS,
    MEGC2020,
    SL_SWIN,
    SPOTFORMER,
    STRICT,
    STRS,
    MissingOffset,
)
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.scoring import Score, Span, annotated_span, counted_spans, pooled_scores, score_recordings

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO
ROW = AnnotationRow(subject="s15", recording="s15_0101", kind=MACRO, onset=20, apex=50, offset=0, row_number=7)


def span(onset: int, offset: int, *, recording: str = "a", kind: ExpressionKind = MACRO) -> Span:
    return Span(recording=recording, kind=kind, onset=onset, offset=offset)


def test_recordings_and_kinds_are_scored_apart():
    detections = [span(0, 9), span(0, 9, recording="b"), span(0, 9, kind=MICRO), span(40, 49)]
    truths = [span(0, 9), span(0, 9, recording="c"), span(20, 29, kind=MICRO)]

    scores = score_recordings(detections, truths, STRICT)

    assert scores["a"] == {
        MACRO: Score(predictions=2, truths=1, found=1, needless=1),
        MICRO: Score(predictions=1, truths=1, found=0, needless=1),
    }
    assert scores["b"][MACRO] == Score(predictions=1, truths=0, found=0, needless=1)
    assert scores["c"][MACRO] == Score(predictions=0, truths=1, found=0, needless=0)


def test_scores_are_pooled_before_they_are_divided():
    scores = {
        "a": {MACRO: Score(predictions=4, truths=2, found=2, needless=2), MICRO: Score()},
        "b": {MACRO: Score(predictions=1, truths=4, found=0, needless=1), MICRO: Score(truths=3)},
    }

    pooled = pooled_scores(scores)

    assert list(pooled) == ["macro", "micro", "overall"]
    assert pooled["macro"].as_dict() == {
        "predictions": 5,
        "truths": 6,
        "found": 2,
        "precision": 2 / 5,
        "recall": 2 / 6,
        "f1": 4 / 11,
        "tp": 2,
        "fp": 3,
        "fn": 4,
    }
    assert pooled["overall"].counts == Counts(2, 3, 7)


def test_every_pair_is_a_true_positive_of_strs_whichever_detection_came_first():
    # The first truth is found twice; the second detection is no false positive although its truth is taken.
    detections, truths = [span(0, 9), span(1, 10), span(80, 89)], [span(0, 9), span(40, 49)]

    score = score_recordings(detections, truths, STRS)["a"][MACRO]

    assert (score.found, score.counts) == (1, Counts(2, 1, 1))


def subject_of(recording: str) -> str:
    return recording[0]


@pytest.mark.parametrize("have_kinds", [True, False])
def test_strs_leaves_out_recordings_without_truths_and_subjects_without_detections(have_kinds):
    # Subject a has a recording with truths and one without, b has no detection, c no truth.
    detections = [span(0, 9, recording="a1"), span(0, 9, recording="a2"), span(0, 9, recording="c1")]
    truths = [span(0, 9, recording="a1"), span(0, 9, recording="a3"), span(0, 9, recording="b1")]
    convention = STRS.for_detections(have_kinds=have_kinds)

    counted = counted_spans(detections, truths, convention, subject=subject_of)

    assert counted == ([detections[0]], truths[:2])
    assert pooled_scores(score_recordings(*counted, convention))["overall"].counts == Counts(1, 0, 1)


def test_strs_leaves_out_for_each_kind_by_itself():
    # a1 has a truth of each kind, but its subject has micro-detections alone: the macro-truth does not count.
    detections = [span(0, 9, recording="a1", kind=MICRO), span(0, 9, recording="a2", kind=MICRO)]
    truths = [span(0, 9, recording="a1", kind=MICRO), span(20, 90, recording="a1"), span(0, 90, recording="a2")]

    apart = counted_spans(detections, truths, STRS.for_detections(have_kinds=True), subject=subject_of)
    together = counted_spans(detections, truths, STRS.for_detections(have_kinds=False), subject=subject_of)

    assert apart == (detections[:1], truths[:1])
    assert together == (detections, truths)


def test_other_conventions_leave_nothing_out():
    detections, truths = [span(0, 9, recording="a1")], [span(0, 9, recording="b1")]

    assert counted_spans(detections, truths, STRICT, subject=subject_of) == (detections, truths)


def test_any_kind_lets_a_detection_find_a_truth_of_the_other_kind():
    detections = [replace(span(0, 9), kind=None), span(20, 29, kind=MICRO)]
    truths = [span(0, 9, kind=MICRO), span(20, 29), span(40, 49)]

    scores = score_recordings(detections, truths, ANY_KIND)

    assert scores == {"a": {None: Score(predictions=2, truths=3, found=2, needless=0)}}
    assert pooled_scores(scores) == {"overall": scores["a"][None]}


def test_conventions_that_count_kinds_apart_need_them():
    message = r"must say of which kind they are where strict counts them, got no kind\. .*--convention any-kind"

    with pytest.raises(InvalidValueError, match=message):
        STRICT.for_detections(have_kinds=False)
    assert STRICT.for_detections(have_kinds=True) is STRICT
    assert ANY_KIND.for_detections(have_kinds=False) is ANY_KIND


def test_a_detection_with_two_truths_is_one_detection_for_megc2020_and_two_for_strs():
    detections, truths = [span(0, 19), span(50, 59)], [span(0, 9), span(10, 19)]

    megc2020, strs = (score_recordings(detections, truths, convention)["a"][MACRO] for convention in (MEGC2020, STRS))

    assert (megc2020.found, megc2020.counts.precision) == (2, 1.0)
    assert (strs.found, strs.counts.precision) == (2, 2 / 3)


@pytest.mark.parametrize(
    ("convention", "offset"), [(STRICT, 80), (MEGC2020, 50), (STRS, 80), (SPOTFORMER, 0), (ANY_KIND, 80)]
)
def test_an_offset_that_was_not_annotated_is_completed_as_the_convention_says(convention, offset):
    truth = annotated_span(ROW, convention)

    assert (truth.recording, truth.kind, truth.onset, truth.offset) == ("s15_0101", MACRO, 20, offset)


@pytest.mark.parametrize(
    ("policy", "offset"),
    [
        (MissingOffset.SYMMETRIC, 80),
        (MissingOffset.APEX, 50),
        (MissingOffset.APEX_PLUS_20, 70),
        (MissingOffset.KEPT, 0),
    ],
)
def test_any_convention_may_read_an_offset_0_otherwise(policy, offset):
    for convention in CONVENTIONS.values():
        assert annotated_span(ROW, replace(convention, missing_offset=policy)).offset == offset


def test_nothing_finds_a_truth_whose_offset_0_is_kept():
    for convention in CONVENTIONS.values():
        kept = replace(convention.for_detections(have_kinds=True), missing_offset=MissingOffset.KEPT)
        truth = annotated_span(ROW, kept)
        detections = [span(0, 100, recording=truth.recording), span(20, 20, recording=truth.recording)]

        score = pooled_scores(score_recordings(detections, [truth], kept))["overall"]

        assert (score.truths, score.found) == (1, 0)


def test_numbers_are_rounded_half_up():
    # A row of SAMM-LV, and halves.
    first = annotated_span(replace(ROW, onset=566.4000000000001, offset=743.2), STRICT)
    halves = annotated_span(replace(ROW, onset=566.5, offset=567.5), STRICT)

    assert (first.onset, first.offset) == (566, 743)
    assert (halves.onset, halves.offset) == (567, 568)


def test_an_onset_0_stays():
    truth = annotated_span(replace(ROW, onset=0, offset=90), STRICT)

    assert (truth.onset, truth.offset) == (0, 90)


def test_a_row_without_apex_and_offset_is_an_error():
    message = r"must have an apex, got offset 0 and no apex in row 7 of the annotation table \(s15_0101\)\. Correct"

    with pytest.raises(AnnotationError, match=message):
        annotated_span(replace(ROW, apex=None), STRICT)


def test_a_reversed_row_is_an_error():
    message = r"offset must not be before the onset, got onset 20 and offset 10 in row 7 .*\. Correct the row"

    with pytest.raises(AnnotationError, match=message):
        annotated_span(replace(ROW, offset=10), STRICT)


def test_sl_swin_adds_a_false_positive_where_nothing_is_detected_and_leaves_out_what_has_no_truth():
    detections, truths = [span(0, 9), span(0, 9, kind=MICRO)], [span(0, 9), span(0, 9, recording="b")]

    scores = score_recordings(*counted_spans(detections, truths, SL_SWIN, subject=str), SL_SWIN)

    assert scores["a"][MACRO].counts == Counts(1, 0, 0)
    assert scores["a"][MICRO] == Score()
    assert scores["b"][MACRO].counts == Counts(0, 1, 1)
    assert scores["b"][MACRO].predictions == 0
