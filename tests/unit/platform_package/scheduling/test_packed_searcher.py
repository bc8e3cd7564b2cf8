"""What the searcher suggests while folds are measured, and after they have run out of memory; no cluster is started."""

import json
from dataclasses import asdict

import pytest

from platform.scheduling.fold_trial import FINISHED, OUT_OF_MEMORY
from platform.scheduling.measuring import MEASURED, MeasuredShares
from platform.scheduling.packing import Packing
from platform.scheduling.peak_memory_store import PeakMemoryStore
from platform.scheduling.reasons import NODE_TOO_SMALL
from platform.scheduling.resources import FoldResources, Reservations
from platform.scheduling.trials import IS_MEASUREMENT
from platform.study.journal import Journal, read_journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.records import ConfigurationRecord, FoldRecord, InfeasibleRecord
from platform.study.state import ConfigurationStatus
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from tests.unit.platform_package.scheduling.conftest import toy_study

SHORTAGE = {OUT_OF_MEMORY: "too large", "done": True}


@pytest.fixture
def plan(tmp_path):
    """Two configurations of different width over three subjects, which do not wait for each other."""
    study = toy_study(["c", "b", "a"], scheduling="free-running")
    with Journal(tmp_path / "journal.jsonl") as journal:
        state = open_study(journal, study)
        yield Plan(state, journal, lambda outcomes: {"width": 8 + len(outcomes)}, num_configurations=2)


def fixed(num_gpus):
    return Packing(reservations=Reservations(lambda _order: FoldResources(num_gpus=num_gpus), node_cpus=lambda: 4))


@pytest.fixture
def shared(plan, make_searcher):
    """Folds that get a quarter of a GPU."""
    return make_searcher(plan, lambda _record: None, fixed(0.25))


@pytest.fixture
def measured(plan, make_searcher, tmp_path):
    """Folds that get what they are measured to need."""
    store = PeakMemoryStore(
        folder=tmp_path / "peak-memory", dataset_digest="00ff", accelerator="", gpu_steps=GpuSteps.EAGER
    )
    shares = MeasuredShares(
        store,
        lambda order: Configuration.from_parameters(plan.state.configurations[order.configuration].params),
        num_frames=1000,
        notice=print,
    )
    packing = Packing(reservations=Reservations(shares, node_cpus=lambda: 4), measured=shares)
    return make_searcher(plan, lambda _record: None, packing)


def finished(trial):
    record = FoldRecord(
        configuration=trial["configuration"],
        subject=trial["subject"],
        seed=3,
        counts={"macro": [[1, 0, 0]], "micro": [[0, 0, 1]]},
        final_loss=0.5,
        seconds={},
    )
    return {FINISHED: json.dumps(asdict(record)), "done": True}


def holding(gigabytes):
    found = {"gpu": "H100", "total_bytes": 80, "context_bytes": 0, "peak_bytes": gigabytes}
    return {MEASURED: json.dumps(found), "done": True}


def test_a_fold_that_ran_out_of_memory_is_suggested_again_with_a_whole_gpu(shared, plan):
    first = shared.suggest("t0")
    assert first["num_gpus"] == 0.25

    shared.on_trial_complete("t0", SHORTAGE)

    assert shared.suggest("t1") == first | {"num_gpus": 1}
    assert plan.state.configurations["c0000"].status is ConfigurationStatus.OPEN


def test_a_fold_that_runs_out_of_a_whole_gpu_too_decides_its_configuration(shared, plan):
    for trial_id in ("t0", "t1"):
        shared.suggest(trial_id)
        shared.on_trial_complete(trial_id, SHORTAGE)

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert plan.state.configurations["c0000"].failure == "c: too large"
    assert shared.suggest("t2")["configuration"] == "c0001"


def test_small_folds_wait_until_a_large_one_has_its_gpu(shared):
    shared.suggest("t0")
    shared.on_trial_complete("t0", SHORTAGE)
    for trial_id in ("t1", "t2", "t3"):
        assert shared.suggest(trial_id)["num_gpus"] == 1
    assert shared.suggest("t4") is None

    for trial_id in ("t1", "t2", "t3"):
        shared.attempt_started(trial_id)

    assert shared.suggest("t5")["num_gpus"] == 0.25


def test_a_large_fold_that_was_stopped_before_it_had_its_gpu_holds_nobody_up(shared):
    shared.suggest("t0")
    shared.on_trial_complete("t0", SHORTAGE)
    shared.suggest("t1")
    shared.on_trial_complete("t1", None)
    for number in range(2, 5):
        shared.suggest(f"t{number}")
        shared.attempt_started(f"t{number}")

    assert shared.suggest("t5")["configuration"] == "c0001"


def test_folds_that_end_after_their_configuration_was_found_not_to_fit_are_kept_and_change_nothing(shared, plan):
    trials = {trial_id: shared.suggest(trial_id) for trial_id in ("t0", "t1", "t2")}
    for trial_id in ("t0", "t3"):
        shared.on_trial_complete(trial_id, SHORTAGE)
        shared.suggest("t3")
    status = plan.state.configurations["c0000"]
    assert status.status is ConfigurationStatus.INFEASIBLE

    shared.on_trial_complete("t1", finished(trials["t1"]))
    shared.on_trial_complete("t2", None, error=True)

    assert (status.status, status.failure) == (ConfigurationStatus.INFEASIBLE, "c: too large")
    assert list(status.folds) == ["b"]


def test_a_worker_that_ray_killed_for_memory_gets_a_node_and_decides_its_configuration_the_second_time(
    plan, make_searcher
):
    searcher = make_searcher(plan, lambda _record: None, fixed(0), killed={"t0", "t1"})
    assert searcher.suggest("t0")["num_cpus"] == 1
    searcher.on_trial_complete("t0", None, error=True)
    assert searcher.suggest("t1")["num_cpus"] == 4

    searcher.on_trial_complete("t1", None, error=True)

    assert plan.state.configurations["c0000"].status is ConfigurationStatus.INFEASIBLE
    assert plan.state.configurations["c0000"].failure == f"c: {NODE_TOO_SMALL}"


def test_a_configuration_is_measured_before_its_first_fold_and_others_wait_meanwhile(measured, plan):
    measurement = measured.suggest("t0")
    assert measurement[IS_MEASUREMENT]
    assert (measurement["params"], measurement["num_gpus"]) == ({"width": 8}, 1)
    assert measured.suggest("t1") is None

    measured.on_trial_complete("t0", holding(30))

    folds = [measured.suggest("t2"), measured.suggest("t3")]
    assert [(one["subject"], one[IS_MEASUREMENT], one["num_gpus"]) for one in folds] == [
        ("c", False, 0.5),
        ("b", False, 0.5),
    ]
    assert list(plan.state.configurations) == ["c0000"]


def test_every_configuration_is_measured_once_and_all_folds_run(measured, plan):
    kinds = []
    number = 0
    while isinstance(trial := measured.suggest(f"t{number}"), dict):
        kinds.append((trial["configuration"], trial[IS_MEASUREMENT]))
        outcome = holding(10) if trial[IS_MEASUREMENT] else finished(trial)
        measured.on_trial_complete(f"t{number}", outcome)
        number += 1

    assert plan.finished
    assert kinds == [("c0000", True), *[("c0000", False)] * 3, ("c0001", True), *[("c0001", False)] * 3]


@pytest.mark.parametrize(("result", "error"), [(None, True), (SHORTAGE, False)], ids=["died", "too large"])
def test_after_a_measurement_that_failed_folds_get_whole_gpus_and_speak_for_themselves(measured, plan, result, error):
    measured.suggest("t0")

    measured.on_trial_complete("t0", result, error=error)

    fold = measured.suggest("t1")
    assert (fold[IS_MEASUREMENT], fold["num_gpus"]) == (False, 1)
    assert plan.state.configurations["c0000"].status is ConfigurationStatus.OPEN


def test_a_measurement_that_was_stopped_is_made_again(measured):
    measured.suggest("t0")

    measured.on_trial_complete("t0", None)

    assert measured.suggest("t1")[IS_MEASUREMENT]


def test_what_fits_nowhere_is_in_the_journal_as_such(shared, tmp_path):
    for trial_id in ("t0", "t1"):
        shared.suggest(trial_id)
        shared.on_trial_complete(trial_id, SHORTAGE)

    assert read_journal(tmp_path / "journal.jsonl")[1:] == [
        ConfigurationRecord(configuration="c0000", params={"width": 8}),
        InfeasibleRecord(configuration="c0000", subject="c", reason="too large"),
    ]
