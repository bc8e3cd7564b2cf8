"""Recordings as a study noted them."""

import dataclasses

import pytest

from platform.study.noted_recordings import noted_recording, telling_recording
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import StudyError
from tests.reported_studies import study_record


def test_a_recording_has_its_subject_rate_and_expressions():
    recording = noted_recording(study_record(), "009_2", num_frames=90)

    assert (recording.subject, recording.num_frames, recording.frames_per_second) == ("009", 90, 28.57)
    assert [(one.kind, one.onset, one.apex, one.offset) for one in recording.expressions] == [
        (ExpressionKind.MACRO, 10, 25, 40),
        (ExpressionKind.MICRO, 60, 64, 68),
    ]


def test_a_rate_that_was_not_noted_is_zero():
    study = study_record(recordings={"a": {"subject": "s", "expressions": []}})

    assert noted_recording(study, "a", num_frames=3).frames_per_second == 0


@pytest.mark.parametrize(("recordings", "hint"), [(None, "Did you mean '006_1'"), ({}, "search again")])
def test_an_unknown_recording_is_an_error(recordings, hint):
    study = study_record() if recordings is None else study_record(recordings=recordings)

    with pytest.raises(StudyError, match=f"got '006_11'. .*{hint}"):
        noted_recording(study, "006_11", num_frames=3)


def test_the_most_telling_recording_shows_both_kinds_then_many_expressions():
    macro, micro = ["macro", 1, 2, 3], ["micro", 5, 6, 7]
    noted = {
        "a": {"subject": "s", "expressions": [macro] * 5},
        "b": {"subject": "s", "expressions": [macro, micro]},
        "c": {"subject": "s", "expressions": [macro, micro, micro]},
        "d": {"subject": "s", "expressions": [macro, micro, macro]},
    }

    assert telling_recording(study_record(recordings=noted)) == "c"
    assert telling_recording(dataclasses.replace(study_record(), recordings={})) == ""
