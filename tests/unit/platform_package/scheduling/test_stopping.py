"""Which folds are stopped, called as Tune calls it; no cluster is started."""

from types import SimpleNamespace

import cloudpickle
import pytest
from ray.tune.experiment import Trial
from ray.tune.schedulers import TrialScheduler

from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.fold_trial import FINISHED
from platform.scheduling.preemption import LeavingNodes
from platform.scheduling.stopping import Deaths, FoldScheduler

NOBODY_LEAVES = LeavingNodes(look=dict)


class Waiting:
    """A searcher that knows which folds are not needed."""

    def __init__(self, *, dropped=(), overdue=False):
        self.dropped = dropped
        self.overdue = overdue

    def is_dropped(self, trial_id):
        return trial_id in self.dropped

    def is_overdue(self, trial_id):
        assert trial_id
        return self.overdue


class OneTrial:
    def __init__(self, trial_id, status):
        self.trial_id = trial_id
        self.status = status
        self.error_file = None


class Controller:
    """As much of Tune's controller as schedulers see."""

    def __init__(self, *trials):
        self.trials = list(trials)
        self.stopped = []

    def get_trials(self):
        return self.trials

    def get_live_trials(self):
        return {one for one in self.trials if one.status != Trial.TERMINATED}

    def stop_trial(self, trial):
        trial.status = Trial.TERMINATED
        self.stopped.append(trial.trial_id)


@pytest.mark.parametrize(
    ("trial", "result", "decision"),
    [
        ("lost", {PROGRESS: 3}, TrialScheduler.STOP),
        ("lost", {FINISHED: "{}"}, TrialScheduler.CONTINUE),
        ("good", {PROGRESS: 3}, TrialScheduler.CONTINUE),
    ],
)
def test_a_fold_is_stopped_at_its_own_report_when_its_configuration_was_dropped(trial, result, decision):
    scheduler = FoldScheduler(Waiting(dropped=("lost",)), Deaths(), NOBODY_LEAVES)

    assert scheduler.on_trial_result(Controller(), OneTrial(trial, Trial.RUNNING), result) == decision


def scheduler_of(searcher, controller) -> FoldScheduler:
    """One that was told of the controller's trials, as Tune tells it."""
    scheduler = FoldScheduler(searcher, Deaths(), NOBODY_LEAVES)
    for trial in controller.trials:
        scheduler.on_trial_add(controller, trial)
    return scheduler


def test_folds_of_dropped_configurations_that_wait_are_taken_back_at_once_and_others_start():
    trials = [OneTrial("lost", Trial.PENDING), OneTrial("good", Trial.PENDING), OneTrial("runs", Trial.RUNNING)]
    controller = Controller(*trials)

    chosen = scheduler_of(Waiting(dropped=("lost", "runs")), controller).choose_trial_to_run(controller)

    assert chosen.trial_id == "good"
    assert controller.stopped == ["lost"]


def test_folds_that_wait_beyond_the_limit_are_taken_back_and_those_that_run_go_on():
    controller = Controller(OneTrial("waits", Trial.PENDING), OneTrial("runs", Trial.RUNNING))

    assert scheduler_of(Waiting(overdue=True), controller).choose_trial_to_run(controller) is None
    assert controller.stopped == ["waits"]


def test_folds_start_in_the_order_of_their_suggestion_and_those_that_have_ended_are_not_looked_at_again():
    controller = Controller(*(OneTrial(name, Trial.PENDING) for name in ("first", "second", "third", "fourth")))
    scheduler = scheduler_of(Waiting(), controller)

    for name, ends in (
        ("first", lambda trial: scheduler.on_trial_complete(controller, trial, {})),
        ("second", lambda trial: scheduler.on_trial_error(controller, trial)),
        ("third", lambda trial: scheduler.on_trial_remove(controller, trial)),
    ):
        chosen = scheduler.choose_trial_to_run(controller)
        assert chosen.trial_id == name
        ends(chosen)

    assert scheduler.choose_trial_to_run(controller).trial_id == "fourth"


def test_tune_may_pickle_it_without_the_searcher():
    assert vars(cloudpickle.loads(cloudpickle.dumps(FoldScheduler(Waiting(), Deaths(), NOBODY_LEAVES)))) == {}


KILLED = """Failure # 3 (occurred at 2026-11-25_19-12-38)
1 worker(s) were killed due to the node running low on memory. Memory on the node was 4.17GB used / 23.54GB
OOM kill reason: Memory usage 4481347584B exceeded threshold of 505530016B (2.0% of 25276502016B limit)
"""
"""Ray's own words, taken down from a worker that it had killed for memory."""


@pytest.mark.parametrize(("text", "expected"), [(KILLED, True), ("Failure # 1\nValueError: no", False), (None, False)])
def test_a_worker_that_was_killed_for_memory_is_told_from_others(tmp_path, text, expected):
    path = tmp_path / "error.txt"
    if text is not None:
        path.write_text(text)
    deaths = Deaths()

    FoldScheduler(Waiting(), deaths, NOBODY_LEAVES).on_trial_error(
        None, SimpleNamespace(trial_id="t0", error_file=str(path))
    )

    assert deaths.for_memory("t0") is expected
    assert not deaths.for_memory("t1")


def test_a_trial_without_a_place_for_errors_died_of_something_else():
    deaths = Deaths()

    deaths.note(SimpleNamespace(trial_id="t0", error_file=None))

    assert not deaths.for_memory("t0")
