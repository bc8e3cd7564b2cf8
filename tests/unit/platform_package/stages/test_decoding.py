"""What may be tried on stored scores, as the command line names it."""

import pytest

from platform.stages.decoding import DecodeOptions, decoded_study, parse_decodings
from platform.study.state import StudyState
from search_spaces import Choice, Float, Integer
from spotformer_core.errors import InvalidValueError, StudyError
from spotformer_core.metrics.protocols import Protocol
from tests.scored_studies import PLAIN, SEARCHED, SUBJECTS, write_study


def options(**changes) -> DecodeOptions:
    return DecodeOptions(**{"decoding": dict(SEARCHED.decoding), "num_decodings": 6, "seed": 7} | changes)


def test_ranges_and_choices_become_dimensions():
    assert parse_decodings(
        [
            "overlap_threshold=0.2:0.8",
            "macro_duration=40:80",
            "micro_min_duration=2,4",
            "boundary_consistency=True,false",
        ]
    ) == {
        "overlap_threshold": Float(0.2, 0.8),
        "macro_duration": Integer(40, 80),
        "micro_min_duration": Choice((2, 4)),
        "boundary_consistency": Choice((True, False)),
    }


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["overlap_threshold"], r"--vary must be NAME=LOW:HIGH or NAME=VALUE,VALUE, got 'overlap_threshold'\. For"),
        (["overlap_threshold="], r"--vary must be NAME=LOW:HIGH or NAME=VALUE,VALUE, got 'overlap_threshold='"),
        (["overlap_tresh=0.1:0.2"], r"field of the decoding .*, got 'overlap_tresh'\. Did you mean 'overlap_"),
        (["macro_apex_threshold=0.1:0.2"], "other than apex thresholds, got 'macro_apex_threshold'"),
        (["macro_duration=40:80", "macro_duration=50"], "must be given once for each name, got 'macro_duration'"),
        (
            ["macro_duration=long"],
            "a value of --vary must be a number, true, false or inclusive or exclusive, got 'long'",
        ),
        (["macro_duration=80:40"], r"ends of a Integer must be finite and in order, got \(80, 40\)"),
        (["overlap_threshold=nan:1"], "ends of a Float must be finite and in order"),
        (["overlap_threshold=0.5,0.5"], "values of a Choice must be different and at least one"),
    ],
)
def test_what_is_no_range_is_refused(texts, message):
    with pytest.raises(InvalidValueError, match=message):
        parse_decodings(texts)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_decodings": 0}, "--candidates must be at least 1, got 0"),
        ({"seed": -1}, "--seed must be 0 or more, got -1"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, message):
    with pytest.raises(InvalidValueError, match=message):
        options(**changes)


@pytest.mark.parametrize("protocol", Protocol)
def test_the_same_candidates_choose_the_same_afterwards_as_during_the_search(tmp_path, protocol):
    state = write_study(tmp_path, num_configurations=2)
    counted = []

    decoded = decoded_study(state, options(), folder=tmp_path, on_fold=lambda: counted.append(1))

    for name in ("c0000", "c0001"):
        assert decoded.result(name, protocol) == state.result(name, protocol)
    assert len(counted) == 2 * len(SUBJECTS)


def test_a_study_that_searched_thresholds_alone_is_decoded_too(tmp_path):
    state = write_study(tmp_path, PLAIN)

    decoded = decoded_study(state, options(decoding={"macro_duration": Integer(40, 60)}), folder=tmp_path, on_fold=int)

    assert decoded.configurations["c0000"].decoding is not None
    assert state.configurations["c0000"].decoding is None
    assert decoded.study.recordings == state.study.recordings


def test_only_the_configurations_that_are_named_are_decoded(tmp_path):
    state = write_study(tmp_path, PLAIN, num_configurations=3)

    decoded = decoded_study(state, options(configurations=("c0001",)), folder=tmp_path, on_fold=int)

    assert list(decoded.configurations) == ["c0001"]


def test_a_configuration_that_is_not_complete_cannot_be_named(tmp_path):
    state = write_study(tmp_path, PLAIN)

    with pytest.raises(InvalidValueError, match=r"complete configurations .*, got 'c0009'\. Did you mean 'c0"):
        decoded_study(state, options(configurations=("c0009",)), folder=tmp_path, on_fold=int)


def test_a_range_that_breaks_a_rule_beside_a_configuration_is_refused_before_any_fold_is_counted(tmp_path):
    state = write_study(tmp_path, PLAIN)
    counted = []

    with pytest.raises(InvalidValueError, match=r"macro_min_duration must be from 2 to macro_duration \(60\), got 70"):
        decoded_study(
            state,
            options(decoding={"macro_min_duration": Integer(8, 70)}),
            folder=tmp_path,
            on_fold=lambda: counted.append(1),
        )
    assert counted == []


def test_a_study_that_noted_no_recordings_cannot_be_decoded(tmp_path):
    state = write_study(tmp_path, PLAIN)
    older = StudyState(state.study)
    older.configurations = state.configurations
    state.study.recordings.clear()

    with pytest.raises(StudyError, match=r"must have noted its recordings to be decoded, .*Begin it anew"):
        decoded_study(older, options(), folder=tmp_path, on_fold=int)
