"""The plan, driven by a simulated pool of workers in virtual time: no Ray, no clock, every crash point."""

import hashlib
import heapq
import json
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform.study.journal import Journal, read_journal
from platform.study.opening import open_study
from platform.study.outcomes import Outcome, OutcomeStatus
from platform.study.planning import FoldOrder, Plan, Scheduling
from platform.study.records import FailureRecord, FoldRecord, Record, StudyRecord
from platform.study.state import ConfigurationStatus, StudyState

SUBJECTS = ["s3", "s1", "s2"]
NUM_CONFIGURATIONS = 5
NUM_RECORDS = 1 + NUM_CONFIGURATIONS * (1 + len(SUBJECTS))
PENDING, COMPLETE, FAILED = OutcomeStatus.PENDING, OutcomeStatus.COMPLETE, OutcomeStatus.FAILED


@pytest.fixture(scope="module", autouse=True)
def _no_waiting_for_the_disk():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda descriptor: None)
        yield


class Killed(BaseException):
    """The process has died."""


class MortalJournal(Journal):
    """Dies right after writing the records whose numbers, counted from 1, are in `deaths`."""

    deaths: set[int]

    def append(self, record: Record) -> None:
        super().append(record)
        if len(self.records) in self.deaths:
            self.deaths.discard(len(self.records))
            raise Killed


@dataclass(kw_only=True)
class Laboratory:
    """A search whose folds take virtual seconds and have results that depend on their configuration only.

    `questions` are the outcomes that each configuration was asked with, the last time it was asked.
    """

    num_workers: int = 1
    scheduling: Scheduling = Scheduling.REPRODUCIBLE
    lag: int = 2
    seconds: Sequence[float] = (1.0,)
    failing: frozenset[tuple[str, str]] = frozenset()
    deaths: set[int] = field(default_factory=set)
    questions: dict[int, list[Outcome]] = field(default_factory=dict)

    def search(self, path: Path) -> StudyState:
        """Starts the search anew after every death, until it is finished."""
        while True:
            journal = MortalJournal(path)
            journal.deaths = self.deaths
            try:
                with journal:
                    plan = Plan(
                        open_study(journal, self._study()), journal, self._ask, num_configurations=NUM_CONFIGURATIONS
                    )
                    self._work(plan)
                    return plan.state
            except Killed:
                continue

    def _work(self, plan: Plan) -> None:
        numbers = count()
        running: list[tuple[float, int, FoldOrder]] = []
        now = 0.0
        while running or not plan.finished:
            while len(running) < self.num_workers and (order := plan.next()) is not None:
                assert order not in {other for _, _, other in running}
                number = next(numbers)
                heapq.heappush(running, (now + self.seconds[number % len(self.seconds)], number, order))
            assert running, "nothing runs and nothing can start, but the plan is not finished"
            now, _, order = heapq.heappop(running)
            if (order.configuration, order.subject) in self.failing:
                plan.fail(order, "loss is NaN")
            else:
                plan.complete(fold_of(plan, order))

    def _ask(self, outcomes: Sequence[Outcome]) -> dict[str, int]:
        self.questions[len(outcomes)] = list(outcomes)
        return {"x": digest([(outcome.params, outcome.status, outcome.value) for outcome in outcomes])}

    def _study(self) -> StudyRecord:
        return StudyRecord(
            dataset="toy",
            dataset_digest="00ff",
            space={"apex_thresholds": [0.5]},
            seed=1,
            scheduling=str(self.scheduling),
            lag=self.lag,
            subjects=SUBJECTS,
            extraction={},
            versions={},
        )


def fold_of(plan: Plan, order: FoldOrder) -> FoldRecord:
    """The fold's one possible result: counts that follow from its configuration and its subject."""
    number = digest([plan.state.configurations[order.configuration].params, order.subject])
    counts = {"macro": [[number % 5, number % 3, number % 2]], "micro": [[0, 0, 1]]}
    return FoldRecord(
        configuration=order.configuration, subject=order.subject, seed=0, counts=counts, final_loss=0.0, seconds={}
    )


def digest(values: object) -> int:
    return int.from_bytes(hashlib.blake2b(json.dumps(values).encode(), digest_size=6).digest(), "little")


def searched(laboratory: Laboratory) -> tuple[dict[str, object], list[Record]]:
    """What the search decided and found, and its journal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.jsonl"
        state = laboratory.search(path)
        return dict(state.configurations), read_journal(path)


def times_finished(records: list[Record]) -> Counter[tuple[str, str]]:
    return Counter((record.configuration, record.subject) for record in records if isinstance(record, FoldRecord))


EVERY_FOLD_ONCE = Counter(
    {(f"c{number:04d}", subject): 1 for number in range(NUM_CONFIGURATIONS) for subject in SUBJECTS}
)


def test_folds_are_handed_out_configuration_by_configuration_in_the_order_of_the_study():
    _, records = searched(Laboratory())

    assert list(times_finished(records)) == list(EVERY_FOLD_ONCE)
    assert len(records) == NUM_RECORDS


@pytest.mark.parametrize("lag", [1, 2, 4])
@pytest.mark.parametrize("num_workers", [2, 5])
def test_any_number_of_workers_makes_the_same_decisions(num_workers, lag):
    alone, _ = searched(Laboratory(lag=lag))

    together, records = searched(Laboratory(num_workers=num_workers, lag=lag, seconds=(1.0, 5.0, 2.0, 0.5)))

    assert together == alone
    assert times_finished(records) == EVERY_FOLD_ONCE


@pytest.mark.parametrize("death", range(1, NUM_RECORDS + 1))
def test_a_death_after_any_record_changes_no_decision(death):
    undisturbed, _ = searched(Laboratory())
    laboratory = Laboratory(num_workers=2, seconds=(1.0, 3.0), deaths={death})

    found, records = searched(laboratory)

    assert laboratory.deaths == set()
    assert found == undisturbed
    assert times_finished(records) == EVERY_FOLD_ONCE


@settings(max_examples=40, deadline=None)
@given(
    num_workers=st.integers(1, 6),
    lag=st.integers(1, 6),
    seconds=st.lists(st.floats(0.1, 9.0), min_size=1, max_size=8),
    deaths=st.sets(st.integers(1, NUM_RECORDS), max_size=6),
)
def test_speeds_workers_and_deaths_together_change_no_decision(num_workers, lag, seconds, deaths):
    undisturbed, _ = searched(Laboratory(lag=lag))

    found, records = searched(Laboratory(num_workers=num_workers, lag=lag, seconds=seconds, deaths=deaths))

    assert found == undisturbed
    assert times_finished(records) == EVERY_FOLD_ONCE


@settings(max_examples=20, deadline=None)
@given(
    num_workers=st.integers(1, 6),
    seconds=st.lists(st.floats(0.1, 9.0), min_size=1, max_size=8),
    deaths=st.sets(st.integers(1, NUM_RECORDS), max_size=6),
)
def test_free_running_finishes_every_fold_once_too(num_workers, seconds, deaths):
    laboratory = Laboratory(num_workers=num_workers, scheduling=Scheduling.FREE_RUNNING, seconds=seconds, deaths=deaths)

    _, records = searched(laboratory)

    assert times_finished(records) == EVERY_FOLD_ONCE


@pytest.mark.parametrize("lag", [1, 2, 3])
@pytest.mark.parametrize("num_workers", [1, 5])
def test_a_reproducible_question_knows_exactly_what_is_lag_configurations_ago(num_workers, lag):
    laboratory = Laboratory(num_workers=num_workers, lag=lag, seconds=(2.0, 1.0))

    found, _ = searched(laboratory)

    for number in range(NUM_CONFIGURATIONS):
        num_known = max(0, number - lag + 1)
        outcomes = laboratory.questions[number]
        assert [outcome.status for outcome in outcomes] == [COMPLETE] * num_known + [PENDING] * (number - num_known)
        assert [outcome.params for outcome in outcomes] == [state.params for state in list(found.values())[:number]]


def test_a_known_outcome_carries_the_honest_f1_of_its_configuration(tmp_path):
    laboratory = Laboratory(lag=1)

    state = laboratory.search(tmp_path / "journal.jsonl")

    values = [outcome.value for outcome in laboratory.questions[NUM_CONFIGURATIONS - 1]]
    assert values == [state.value(f"c{number:04d}") for number in range(NUM_CONFIGURATIONS - 1)]
    assert len(set(values)) > 1


def test_free_running_asks_whenever_a_worker_is_idle_and_knows_all_that_is_decided():
    patient = Laboratory(num_workers=9, scheduling=Scheduling.FREE_RUNNING)
    alone = Laboratory(num_workers=1, scheduling=Scheduling.FREE_RUNNING)

    searched(patient)
    searched(alone)

    assert [outcome.status for outcome in patient.questions[2]] == [PENDING, PENDING]
    assert [outcome.status for outcome in alone.questions[2]] == [COMPLETE, COMPLETE]


@pytest.mark.parametrize("scheduling", list(Scheduling))
def test_a_failing_fold_closes_its_configuration_and_the_search_goes_on(scheduling):
    laboratory = Laboratory(scheduling=scheduling, lag=1, failing=frozenset({("c0001", "s1")}))

    found, records = searched(laboratory)

    assert [state.status for state in found.values()].count(ConfigurationStatus.COMPLETE) == NUM_CONFIGURATIONS - 1
    assert found["c0001"].failure == "s1: loss is NaN"
    # s3 came before the failure; s2 would have come after it.
    assert set(found["c0001"].folds) == {"s3"}
    assert [type(record) for record in records].count(FailureRecord) == 1
    assert [outcome.status for outcome in laboratory.questions[2]] == [COMPLETE, FAILED]


def test_failures_too_are_the_same_decisions_with_any_number_of_workers():
    failing = frozenset({("c0000", "s1"), ("c0003", "s3"), ("c0003", "s2")})
    decided = [
        [(state.params, state.status) for state in searched(Laboratory(num_workers=num, failing=failing))[0].values()]
        for num in (1, 2, 5)
    ]

    assert decided[0] == decided[1] == decided[2]


def test_a_later_run_tries_a_failed_configuration_again_and_completes_it(tmp_path):
    path = tmp_path / "journal.jsonl"
    Laboratory(failing=frozenset({("c0001", "s1")})).search(path)

    state = Laboratory().search(path)

    assert len(state.with_status(ConfigurationStatus.COMPLETE)) == NUM_CONFIGURATIONS
    assert times_finished(read_journal(path)) == EVERY_FOLD_ONCE
