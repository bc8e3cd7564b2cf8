"""What a plan hands out next, step by step."""

import pytest

from platform.study.journal import Journal, read_journal
from platform.study.opening import open_study
from platform.study.outcomes import OutcomeStatus
from platform.study.planning import FoldOrder, Plan
from platform.study.records import ConfigurationRecord, DecodingRecord
from platform.study.state import ConfigurationStatus


@pytest.fixture
def plan(tmp_path, make_study_record):
    """Two configurations, held-out subjects "b" and "a", everything known before a configuration is asked."""
    with Journal(tmp_path / "journal.jsonl") as journal:
        state = open_study(journal, make_study_record(lag=1))
        yield Plan(state, journal, lambda outcomes: {"x": len(outcomes)}, num_configurations=2)


def test_a_fold_that_was_given_back_waits_again(plan):
    first, second = plan.next(), plan.next()

    plan.give_back(first)

    assert (first, second) == (FoldOrder("c0000", "b"), FoldOrder("c0000", "a"))
    assert plan.next() == first
    assert plan.next() is None


def test_nothing_can_start_while_the_open_configuration_runs_and_its_successor_must_know_it(plan, make_fold_record):
    orders = [plan.next(), plan.next()]

    assert plan.next() is None
    assert not plan.finished
    assert len(plan.state.configurations) == 1

    for order in orders:
        plan.complete(make_fold_record(order.subject))
    assert plan.next() == FoldOrder("c0001", "b")


def test_the_number_of_folds_counts_configurations_that_are_still_to_be_asked(plan, make_fold_record):
    assert plan.num_folds() == (0, 4)

    plan.complete(make_fold_record(plan.next().subject))

    assert plan.num_folds() == (1, 4)


def test_a_plan_is_finished_when_as_many_configurations_as_asked_for_are_decided(plan, make_fold_record):
    for name in ("c0000", "c0001"):
        assert not plan.finished
        for _ in range(2):
            plan.complete(make_fold_record(plan.next().subject, configuration=name))

    assert plan.finished
    assert plan.next() is None


def test_the_decoding_is_chosen_once_when_the_last_fold_is_in(tmp_path, make_study_record, make_fold_record):
    asked = []

    def choose(state, name):
        asked.append((name, sorted(state.configurations[name].folds)))
        return DecodingRecord(configuration=name, choices={"honest": {}})

    with Journal(tmp_path / "journal.jsonl") as journal:
        state = open_study(journal, make_study_record(decodings=[{}, {"macro_duration": 50}]))
        plan = Plan(state, journal, lambda outcomes: {"x": 0}, num_configurations=1, choose=choose)
        plan.complete(make_fold_record(plan.next().subject))
        assert (asked, plan.finished) == ([], False)

        plan.complete(make_fold_record(plan.next().subject))

    assert asked == [("c0000", ["a", "b"])]
    assert plan.finished
    assert isinstance(read_journal(journal.path)[-1], DecodingRecord)


def test_a_choice_that_a_run_died_before_is_made_by_the_next(tmp_path, make_study_record, make_fold_record):
    study = make_study_record(decodings=[{}, {"macro_duration": 50}])
    with Journal(tmp_path / "journal.jsonl") as journal:
        for record in (study, ConfigurationRecord(configuration="c0000", params={"x": 0})):
            journal.append(record)
        for subject in "ab":
            journal.append(make_fold_record(subject))

    with Journal(journal.path) as again:
        plan = Plan(
            open_study(again, study),
            again,
            lambda outcomes: {"x": 0},
            num_configurations=1,
            choose=lambda state, name: DecodingRecord(configuration=name, choices={"honest": {}}),
        )
        assert not plan.finished
        plan.choose_decodings()
        plan.choose_decodings()

        assert plan.finished
    assert sum(isinstance(record, DecodingRecord) for record in read_journal(journal.path)) == 1


def test_a_configuration_that_does_not_fit_gets_no_more_folds_and_counts_as_decided(plan):
    before = plan.num_folds()[1]

    plan.refuse(plan.next(), "too large")

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert plan.next() == FoldOrder("c0001", "b")
    assert plan.num_folds()[1] == before - 2


def test_once_it_is_known_not_to_fit_neither_a_failure_nor_another_shortage_is_written(plan):
    first, second = plan.next(), plan.next()
    plan.refuse(first, "too large")

    plan.refuse(second, "too large as well")
    plan.fail(second, "loss is NaN")

    assert plan.state.configurations["c0000"].failure == f"{first.subject}: too large"


def test_the_sampler_hears_of_what_does_not_fit(tmp_path, make_study_record):
    heard = []
    with Journal(tmp_path / "journal.jsonl") as journal:
        state = open_study(journal, make_study_record(lag=1))
        plan = Plan(state, journal, lambda outcomes: heard.append(outcomes) or {"x": 0}, num_configurations=2)
        plan.refuse(plan.next(), "too large")
        plan.next()

    assert [[one.status for one in outcomes] for outcomes in heard] == [[], [OutcomeStatus.INFEASIBLE]]


def test_a_failed_configuration_gets_no_more_folds_and_counts_as_decided(plan):
    plan.fail(plan.next(), "loss is NaN")

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.FAILED
    assert plan.next() == FoldOrder("c0001", "b")
