"""Stacks suggested, finished, lost and run out of memory, called as Tune calls the searcher; no cluster is started."""

import errno
import json
from dataclasses import asdict

import pytest

from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.fold_trial import DISK_FULL, FAILURE, OUT_OF_MEMORY
from platform.scheduling.measuring import MEASURED, MeasuredShares
from platform.scheduling.packing import Packing
from platform.scheduling.peak_memory_store import PeakMemoryStore
from platform.scheduling.reasons import MEASUREMENT, RETRIED, TRAINED_AGAIN
from platform.scheduling.resources import Reservations
from platform.scheduling.stack_trial import STACK
from platform.scheduling.trials import IS_MEASUREMENT
from platform.study.planning import Plan
from platform.study.records import FoldRecord, LostRecord, StoppedRecord
from platform.study.run_log import RunLog
from platform.study.state import ConfigurationStatus, StudyState
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from tests.unit.platform_package.scheduling.conftest import finished_stack, half_a_gpu, record


@pytest.fixture
def plan(stacked_plan):
    return stacked_plan


@pytest.fixture
def log(plan, clock):
    return RunLog(plan.record, run=1, num_workers=2, clock=clock)


@pytest.fixture
def searcher(plan, log, heard, make_searcher):
    return make_searcher(plan, heard.append, half_a_gpu(), log=log)


def kinds(journal, kind):
    return [one for one in journal.records if isinstance(one, kind)]


def lost(journal):
    return [(one.subject, one.reason, one.usage["seconds"]) for one in kinds(journal, LostRecord)]


def test_a_suggestion_names_the_whole_stack_and_a_last_fold_alone_is_a_fold(searcher):
    stack = searcher.suggest("t0")

    assert (stack["subject"], stack["others"], stack["missing"]) == ("a", ["b"], ["a", "b"])
    assert searcher.suggest("t1")["others"] == ["d"]
    last = searcher.suggest("t2")
    assert last["subject"] == "e"
    assert "others" not in last
    assert "missing" not in last


def test_all_folds_of_a_stack_are_noted_in_order_and_share_what_it_took(searcher, plan, clock, heard, journal):
    trial = searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 30.0

    searcher.on_trial_complete("t0", finished_stack(trial, "ab"))

    folds = kinds(journal, FoldRecord)
    assert [one.subject for one in folds] == ["a", "b"]
    assert folds == heard
    assert all(one.usage == {"seconds": 15.0, "num_cpus": 1.0, "num_gpus": 0.5, "ended": 30.0} for one in folds)
    finished_folds = plan.state.spending.all_finished
    assert (finished_folds.count, finished_folds.worker_seconds, finished_folds.gpu_seconds) == (2, 30.0, 15.0)


def test_after_a_death_between_two_notes_a_stack_is_run_whole_and_what_was_there_counts_as_lost(
    plan, journal, heard, make_searcher, clock
):
    before = make_searcher(plan, heard.append)
    plan.record(record(before.suggest("t0")))
    restarted = Plan(StudyState(plan.state.study, journal.records), journal, lambda _: {}, num_configurations=1)
    log = RunLog(restarted.record, run=1, num_workers=1, clock=clock)
    searcher = make_searcher(restarted, heard.append, log=log)

    trial = searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 8.0
    searcher.on_trial_complete("t0", finished_stack(trial, "b"))

    assert (trial["subject"], trial["others"], trial["missing"]) == ("a", ["b"], ["b"])
    assert [one.subject for one in kinds(journal, FoldRecord)] == ["a", "b"]
    assert lost(journal) == [("a", TRAINED_AGAIN, 4.0)]
    assert searcher.suggest("t1")["subject"] == "c"


def test_a_fold_of_a_stack_that_fails_closes_its_configuration_and_the_finished_one_is_kept(searcher, plan, journal):
    trial = searcher.suggest("t0")
    searcher.attempt_started("t0")

    searcher.on_trial_complete("t0", finished_stack(trial, "b", a="loss is NaN"))

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.FAILED
    assert plan.state.configurations["c0000"].failure == "a: loss is NaN"
    assert [one.subject for one in kinds(journal, FoldRecord)] == ["b"]
    assert [subject for subject, _, _ in lost(journal)] == ["a"]
    assert searcher.suggest("t1")["configuration"] == "c0001"


def test_a_stack_without_anything_to_train_on_closes_its_configuration(searcher, plan):
    searcher.suggest("t0")

    searcher.on_trial_complete("t0", {FAILURE: "nothing to train on"})

    assert plan.state.configurations["c0000"].failure == "a: nothing to train on"


def test_what_a_stack_took_is_lost_fold_by_fold_when_its_worker_dies(searcher, plan, clock, journal):
    searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 10.0

    searcher.attempt_lost("t0")

    assert lost(journal) == [("a", RETRIED, 5.0), ("b", RETRIED, 5.0)]
    assert plan.state.spending.lost.gpu_seconds == 5.0


def test_a_stack_that_runs_is_noted_fold_by_fold(searcher, log, journal, clock):
    searcher.suggest("t0")
    searcher.attempt_started("t0")
    clock.now = 61.0

    searcher.time_passes()

    running = journal.records[-1].running
    assert [(one["subject"], one["usage"]["seconds"]) for one in running] == [("a", 30.5), ("b", 30.5)]
    assert len(log.running) == 2


def test_a_stack_that_ran_out_of_memory_gets_a_whole_gpu_and_is_decided_the_second_time(searcher, plan, clock):
    first = searcher.suggest("t0")
    searcher.on_trial_complete("t0", {OUT_OF_MEMORY: "too large."})
    second = searcher.suggest("t1")
    assert second == first | {"num_gpus": 1}

    searcher.on_trial_complete("t1", {OUT_OF_MEMORY: "too large."})

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert plan.state.configurations["c0000"].failure.startswith("a: too large. 2 folds were trained side by side")
    assert "--stack-folds" in plan.state.configurations["c0000"].failure


def test_a_stack_whose_worker_ray_killed_for_memory_gets_a_node_and_then_decides_its_configuration(
    plan, heard, make_searcher
):
    searcher = make_searcher(plan, heard.append, killed={"t0", "t1"})
    assert searcher.suggest("t0")["num_cpus"] == 1
    searcher.on_trial_complete("t0", None, error=True)
    assert searcher.suggest("t1")["num_cpus"] == 2

    searcher.on_trial_complete("t1", None, error=True)

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert "2 folds were trained side by side" in plan.state.configurations["c0000"].failure


def test_a_full_disk_gives_the_whole_stack_back(searcher, plan):
    searcher.suggest("t0")

    searcher.on_trial_complete("t0", {DISK_FULL: "No space left on device: a.arrow"})

    assert searcher.stop_reason.errno == errno.ENOSPC
    assert plan.next().subjects == ("a", "b")


def test_a_stack_of_a_dropped_configuration_is_stopped_and_noted_fold_by_fold(
    make_stacked_plan, heard, journal, clock, make_searcher
):
    subjects = [f"s{number}" for number in range(10)]
    plan = make_stacked_plan(subjects=subjects, racing="careful", scheduling="free-running", stack_folds=4)
    searcher = make_searcher(plan, heard.append, log=RunLog(plan.record, run=1, num_workers=6, clock=clock))
    trials = {f"t{number}": searcher.suggest(f"t{number}") for number in range(6)}
    assert [len(trial["others"]) for trial in trials.values()] == [3, 3, 1] * 2
    for trial_id in trials:
        searcher.attempt_started(trial_id)
    clock.now = 12.0
    for trial_id, trial in list(trials.items())[:5]:
        good = trial["configuration"] == "c0000"
        counts = {"macro": [[3, 0, 0] if good else [0, 3, 3]], "micro": [[0, 0, 0]]}
        names = [trial["subject"], *trial["others"]]
        records = [asdict(record(trial | {"subject": name})) | {"counts": counts} for name in names]
        searcher.on_trial_complete(trial_id, {STACK: json.dumps({"records": records, "failures": {}})})
    assert searcher.is_dropped("t5")

    searcher.on_trial_complete("t5", {PROGRESS: 3})

    stopped = kinds(journal, StoppedRecord)
    assert [(one.subject, one.num_epochs, one.usage["seconds"]) for one in stopped] == [("s8", 3, 6.0), ("s9", 3, 6.0)]
    assert plan.finished


def test_stacks_are_measured_as_such_before_the_first_of_them(plan, heard, journal, clock, make_searcher, tmp_path):
    store = PeakMemoryStore(
        folder=tmp_path / "peak-memory",
        dataset_digest="00ff",
        accelerator="",
        gpu_steps=GpuSteps.EAGER,
        stack_folds=2,
    )
    shares = MeasuredShares(store, lambda _order: Configuration(), num_frames=1000, notice=print)
    packing = Packing(reservations=Reservations(shares, node_cpus=lambda: 4), measured=shares)
    log = RunLog(plan.record, run=1, num_workers=1, clock=clock)
    searcher = make_searcher(plan, heard.append, packing, log=log)
    assert searcher.suggest("t0")[IS_MEASUREMENT]
    searcher.attempt_started("t0")
    clock.now = 3.0
    found = {"gpu": "H100", "total_bytes": 80, "context_bytes": 0, "peak_bytes": 30}

    searcher.on_trial_complete("t0", {MEASURED: json.dumps(found)})

    assert lost(journal) == [("a", MEASUREMENT, 3.0)]
    stack = searcher.suggest("t1")
    assert (stack["others"], stack[IS_MEASUREMENT], stack["num_gpus"]) == (["b"], False, 0.5)
