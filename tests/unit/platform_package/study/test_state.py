"""The state of a study as a fold over its records."""

import pytest

from platform.study.records import ConfigurationRecord, FailureRecord, InfeasibleRecord, ReopenedRecord
from platform.study.state import ConfigurationStatus, StudyState
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import JournalError
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol


def asked(name="c0000"):
    return ConfigurationRecord(configuration=name, params={"window": 9})


def failed(subject="a"):
    return FailureRecord(configuration="c0000", subject=subject, reason="loss is NaN")


def test_missing_folds_come_in_the_order_of_the_study(make_study_record, make_fold_record):
    study = make_study_record(subjects=["d", "a", "c", "b"])

    state = StudyState(study, [study, asked(), make_fold_record("a")])

    assert state.missing_folds("c0000") == ("d", "c", "b")
    assert state.configurations["c0000"].status is ConfigurationStatus.OPEN
    assert state.with_status(ConfigurationStatus.COMPLETE) == ()


def test_a_configuration_is_complete_when_every_subject_was_held_out(make_study_record, make_fold_record):
    study = make_study_record()

    state = StudyState(study, [study, asked(), make_fold_record("a"), make_fold_record("b")])

    assert state.configurations["c0000"].status is ConfigurationStatus.COMPLETE
    assert state.missing_folds("c0000") == ()


def test_a_failed_fold_closes_its_configuration_even_when_another_ends_later(make_study_record, make_fold_record):
    state = StudyState(make_study_record(), [asked(), failed("a"), make_fold_record("b")])

    assert state.configurations["c0000"].status is ConfigurationStatus.FAILED
    assert state.configurations["c0000"].failure == "a: loss is NaN"
    assert set(state.configurations["c0000"].folds) == {"b"}


def test_a_reopened_configuration_keeps_its_folds_and_can_be_completed(make_study_record, make_fold_record):
    reopened = ReopenedRecord(configuration="c0000")

    state = StudyState(make_study_record(), [asked(), make_fold_record("b"), failed("a"), reopened])

    assert state.configurations["c0000"].status is ConfigurationStatus.OPEN
    assert state.configurations["c0000"].failure == ""
    assert state.missing_folds("c0000") == ("a",)
    state.apply(make_fold_record("a"))
    assert state.configurations["c0000"].status is ConfigurationStatus.COMPLETE


def test_a_configuration_that_does_not_fit_is_decided_and_a_later_run_may_open_it(make_study_record, make_fold_record):
    infeasible = InfeasibleRecord(configuration="c0000", subject="a", reason="too large")

    state = StudyState(make_study_record(), [asked(), infeasible, make_fold_record("b")])

    assert state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert state.configurations["c0000"].failure == "a: too large"
    assert state.open_ones == {}
    assert state.ranking() == ()
    state.apply(ReopenedRecord(configuration="c0000"))
    state.apply(make_fold_record("a"))
    assert state.configurations["c0000"].status is ConfigurationStatus.COMPLETE
    assert state.configurations["c0000"].failure == ""


def test_the_honest_result_chooses_on_the_other_subject_and_the_paper_result_on_all(
    make_study_record, make_fold_record
):
    state = StudyState(make_study_record(), [asked(), make_fold_record("a"), make_fold_record("b")])

    honest = state.result("c0000", Protocol.HONEST)
    paper = state.result("c0000", Protocol.POOLED)

    # What is best for "b" (0.6) finds nothing of "a", and the other way round.
    assert honest.thresholds["a"][ExpressionKind.MACRO] == 0.6
    assert honest.thresholds["b"][ExpressionKind.MACRO] == 0.3
    assert honest.overall == Counts(0, 2, 3)
    assert state.value("c0000") == 0.0
    # Pooled, 0.3 gives F1 4/7 and 0.6 gives 2/4.
    assert paper.overall == Counts(2, 2, 1)


def test_the_ranking_holds_complete_configurations_best_first_and_the_earlier_of_equal_ones_first(
    make_study_record, make_fold_record
):
    perfect = {"macro": [[1, 0, 0], [1, 0, 0]], "micro": [[0, 0, 0], [0, 0, 0]]}
    records = [asked(f"c000{number}") for number in range(5)]
    for name, counts in (("c0001", {}), ("c0002", {"counts": perfect}), ("c0003", {"counts": perfect})):
        records += [make_fold_record(subject, configuration=name, **counts) for subject in "ab"]

    state = StudyState(make_study_record(), [*records, make_fold_record("a", configuration="c0004")])

    assert state.ranking() == ("c0002", "c0003", "c0001")


def test_a_record_of_a_configuration_that_was_never_asked_is_refused(make_study_record, make_fold_record):
    with pytest.raises(JournalError, match="must name a configuration before its folds, got 'c0007'"):
        StudyState(make_study_record(), [asked(), make_fold_record(configuration="c0007")])
