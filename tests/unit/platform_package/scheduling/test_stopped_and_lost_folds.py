"""Folds that are stopped, lost or refused, called as Tune calls the searcher; no cluster is started."""

import pytest
from ray.tune.search import Searcher

from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.fold_trial import DISK_FULL, FAILURE
from platform.scheduling.reasons import NO_OUTCOME, PREEMPTED, RETRIED, UNKNOWN_FAILURE
from platform.scheduling.retries import FOLD_RETRIES
from platform.study.budget import Budget
from platform.study.records import LostRecord, StoppedRecord
from platform.study.run_log import RunLog
from tests.unit.platform_package.scheduling.conftest import HALF_A_GPU, SUBJECTS, finished, scored


@pytest.fixture
def all_running(raced, heard, make_searcher):
    """A search whose second configuration has just been dropped while its last folds run as "t18" and "t19"."""
    plan = raced("free-running")
    searcher = make_searcher(plan, heard.append, HALF_A_GPU)
    # Nothing is complete yet, so that both configurations are given all their folds at once.
    configs = {f"t{number}": searcher.suggest(f"t{number}") for number in range(2 * len(SUBJECTS))}
    for trial in configs:
        searcher.attempt_started(trial)
    for trial in list(configs)[:18]:
        assert not searcher.is_dropped("t19")
        searcher.on_trial_complete(trial, scored(configs[trial], good=configs[trial]["configuration"] == "c0000"))
    return searcher, plan


def test_a_fold_of_a_dropped_configuration_is_not_needed_any_more(all_running):
    searcher, _ = all_running

    assert searcher.is_dropped("t19")
    assert not searcher.is_dropped("t0")


def test_a_stopped_fold_is_noted_with_what_it_took_and_never_run_again(all_running, journal):
    searcher, plan = all_running

    searcher.on_trial_complete("t18", None)
    searcher.on_trial_complete("t19", {PROGRESS: 4, "done": True})

    stopped = journal.records[-1]
    assert isinstance(stopped, StoppedRecord)
    assert (stopped.configuration, stopped.subject, stopped.num_epochs) == ("c0001", "s9", 4)
    assert (stopped.usage["num_cpus"], stopped.usage["num_gpus"]) == (1.0, 0.5)
    assert plan.state.spending.stopped.count == 1
    assert searcher.suggest("t20") == Searcher.FINISHED
    assert "s9" not in plan.state.configurations["c0001"].folds


def test_a_fold_that_ended_after_a_report_of_progress_without_outcome_or_drop_has_failed(searcher, plan):
    searcher.suggest("t0")

    searcher.on_trial_complete("t0", {PROGRESS: 4, "done": True})

    assert plan.state.configurations["c0000"].failure == f"b: {NO_OUTCOME}"


def test_a_finished_fold_is_written_with_what_it_took(plan, heard, make_searcher):
    searcher = make_searcher(plan, heard.append, HALF_A_GPU)
    config = searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.on_trial_complete("t0", finished(config))

    usage = plan.state.configurations["c0000"].folds["b"].usage
    assert (usage["num_cpus"], usage["num_gpus"]) == (1.0, 0.5)
    assert usage["seconds"] >= 0


def test_an_attempt_that_lost_its_worker_is_noted_and_its_fold_goes_on(searcher, plan, journal):
    config = searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.attempt_lost("t0")
    searcher.attempt_started("t0")
    searcher.on_trial_complete("t0", finished(config))

    assert reasons(journal) == [RETRIED]
    assert (plan.state.spending.lost.count, plan.state.spending.all_finished.count) == (1, 1)


@pytest.mark.parametrize(
    ("result", "error", "reason"),
    [
        ({FAILURE: "loss is NaN"}, False, "loss is NaN"),
        (None, True, UNKNOWN_FAILURE),
        ({DISK_FULL: "full"}, False, "full"),
    ],
)
def test_what_a_fold_took_that_came_to_nothing_is_lost(searcher, plan, journal, result, error, reason):
    searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.on_trial_complete("t0", result, error=error)

    (lost,) = (one for one in journal.records if isinstance(one, LostRecord))
    assert lost.reason.startswith(reason)
    assert plan.state.spending.lost.count == 1


def reasons(journal):
    return [one.reason for one in journal.records if isinstance(one, LostRecord)]


def test_a_fold_is_preempted_as_often_as_it_pleases_and_none_of_it_counts_as_a_fault(plan, journal, make_searcher):
    searcher = make_searcher(plan, lambda _record: None, preempted=lambda trial_id: trial_id == "t0")
    searcher.suggest("t0")
    for _ in range(3 * FOLD_RETRIES):
        searcher.attempt_started("t0")
        searcher.attempt_lost("t0", preempted=True)
    searcher.attempt_started("t0")
    searcher.on_trial_complete("t0", None, error=True)

    again = searcher.suggest("t1")
    searcher.attempt_started("t1")
    searcher.on_trial_complete("t1", finished(again))

    assert (again["configuration"], again["subject"]) == ("c0000", "b")
    assert reasons(journal) == [PREEMPTED] * (3 * FOLD_RETRIES + 1)
    assert (plan.state.spending.preempted.count, plan.state.spending.lost.count) == (3 * FOLD_RETRIES + 1, 0)
    assert plan.state.configurations["c0000"].failure == ""


def test_a_trial_whose_waiting_worker_had_died_gives_its_fold_back(plan, searcher):
    # Tune hears of such a worker twice: it gives the trial another one, and then gives the trial up.
    searcher.suggest("t0")
    searcher.attempt_lost("t0")
    searcher.on_trial_complete("t0", None, error=True)

    assert searcher.suggest("t1")["subject"] == "b"
    assert plan.state.configurations["c0000"].failure == ""


def test_a_fold_for_which_no_worker_can_be_started_fails_in_the_end(plan, searcher):
    for number in range(FOLD_RETRIES + 1):
        assert plan.state.configurations.get("c0000") is None or not plan.state.configurations["c0000"].failure
        assert searcher.suggest(f"t{number}")["subject"] == "b"
        searcher.on_trial_complete(f"t{number}", None, error=True)

    assert plan.state.configurations["c0000"].failure.startswith(f"b: {UNKNOWN_FAILURE}")


def test_workers_that_had_died_count_anew_once_a_fold_has_had_one(plan, searcher):
    for number in range(2 * FOLD_RETRIES):
        searcher.suggest(f"t{number}")
        if number == FOLD_RETRIES:
            searcher.attempt_started(f"t{number}")
            searcher.attempt_lost(f"t{number}")
        searcher.on_trial_complete(f"t{number}", None, error=True)

    assert plan.state.configurations["c0000"].failure == ""


def test_a_fold_on_a_node_that_leaves_may_end_when_as_long_as_the_longest_of_its_configuration_is_left(
    plan, heard, make_searcher, clock
):
    searcher = make_searcher(plan, heard.append, log=RunLog(plan.record, run=1, num_workers=1, clock=clock))
    first = searcher.suggest("t0")
    searcher.attempt_started("t0")
    assert searcher.may_end_within("t0", 1.0), "nothing is expected before the first fold"
    clock.now = 50
    searcher.on_trial_complete("t0", finished(first))
    searcher.suggest("t1")
    searcher.attempt_started("t1")
    clock.now = 60

    assert searcher.may_end_within("t1", 40)
    assert not searcher.may_end_within("t1", 39)
    assert searcher.may_end_within("t1", None)
    clock.now = 200
    assert searcher.may_end_within("t1", 1), "what takes longer than expected may end at any moment"
    assert not searcher.may_end_within("t1", 0)


def test_a_search_at_its_limit_waits_for_what_runs_and_then_ends_with_folds_left(plan, heard, make_searcher, clock):
    log = RunLog(plan.record, run=1, num_workers=1, clock=clock)
    searcher = make_searcher(plan, heard.append, log=log, budget=Budget(max_hours=1))
    config = searcher.suggest("t0")
    assert not searcher.is_overdue("t0")
    clock.now = 3601

    assert searcher.suggest("t1") is None
    assert searcher.limit is None
    assert searcher.is_overdue("t0")
    searcher.on_trial_complete("t0", finished(config))

    assert searcher.suggest("t1") == Searcher.FINISHED
    assert searcher.limit.option == "--max-hours"
    assert [one.subject for one in heard] == ["b"]
    assert plan.next().subject == "a"


def test_a_search_whose_last_fold_ends_beyond_the_limit_is_finished(plan, heard, make_searcher, clock):
    log = RunLog(plan.record, run=1, num_workers=1, clock=clock)
    searcher = make_searcher(plan, heard.append, log=log, budget=Budget(max_hours=1))
    for number in range(4):
        config = searcher.suggest(f"t{number}")
        clock.now += 3601 if number == 3 else 0
        searcher.on_trial_complete(f"t{number}", finished(config))

    assert searcher.suggest("t4") == Searcher.FINISHED
    assert searcher.limit is None


def test_how_far_a_run_is_gets_noted_now_and_then(plan, heard, journal, make_searcher, clock):
    searcher = make_searcher(
        plan, heard.append, log=RunLog(plan.record, run=1, num_workers=1, clock=clock), budget=Budget()
    )
    searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.time_passes()
    clock.now = 61
    searcher.time_passes()
    searcher.time_passes()

    assert [one.running[0]["subject"] for one in journal.records if hasattr(one, "running")] == ["b"]
