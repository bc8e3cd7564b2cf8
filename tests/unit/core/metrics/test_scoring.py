from dataclasses import replace

import pytest

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError
from spotformer_core.metrics.conventions import MEGC2020, SL_SWIN, SPOTFORMER, STRICT, STRS
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.scoring import Score, Span, annotated_span, pooled_scores, score_recordings

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
    }
    assert pooled["overall"].counts == Counts(2, 3, 7)


def test_a_detection_with_two_truths_is_one_detection_for_megc2020_and_two_for_strs():
    detections, truths = [span(0, 19), span(50, 59)], [span(0, 9), span(10, 19)]

    megc2020, strs = (score_recordings(detections, truths, convention)["a"][MACRO] for convention in (MEGC2020, STRS))

    assert (megc2020.found, megc2020.counts.precision) == (2, 1.0)
    assert (strs.found, strs.counts.precision) == (2, 2 / 3)


@pytest.mark.parametrize(("convention", "offset"), [(STRICT, 80), (MEGC2020, 50), (STRS, 80), (SPOTFORMER, 0)])
def test_an_offset_that_was_not_annotated_is_completed_as_the_convention_says(convention, offset):
    truth = annotated_span(ROW, convention)

    assert (truth.recording, truth.kind, truth.onset, truth.offset) == ("s15_0101", MACRO, 20, offset)


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

    scores = score_recordings(detections, truths, SL_SWIN)

    assert scores["a"][MACRO].counts == Counts(1, 0, 0)
    assert scores["a"][MICRO] == Score()
    assert scores["b"][MACRO].counts == Counts(0, 1, 1)
    assert scores["b"][MACRO].predictions == 0
