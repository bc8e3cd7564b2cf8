"""Searches in virtual time: the platform's own plan, race and records, but folds that only look up their counts.

No Ray, no disk, no training: what a study decides, how many folds it runs and how long its workers are busy is known in
milliseconds. A replay can be killed after any record, and goes on from its journal as a restarted search would.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from platform.study.journal import Journal
from platform.study.outcomes import Outcome
from platform.study.planning import FoldOrder, Plan, Scheduling
from platform.study.racing import Racing
from platform.study.records import FoldRecord, Record, StudyRecord
from platform.study.state import StudyState
from spotformer_core.shapes import Float, Int


class Killed(BaseException):
    """The process has died."""


class RecallingJournal(Journal):
    """A journal in memory that dies right after the records whose numbers, counted from 1, are in `deaths`."""

    def __init__(self, records: Sequence[Record] = (), deaths: set[int] | None = None) -> None:
        super().__init__(Path("journal-in-memory"))
        self.records = list(records)
        self._deaths = set() if deaths is None else deaths

    def append(self, record: Record) -> None:
        """Takes the record, and dies if it is time to."""
        self.records.append(record)
        if len(self.records) in self._deaths:
            self._deaths.discard(len(self.records))
            raise Killed


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """What a replayed search came to.

    Attributes:
        num_folds: folds that were run, those of dropped configurations included.
        seconds: virtual ones, from the start to the end.
        best: the configuration with the highest F1, by its number.
    """

    state: StudyState
    records: list[Record]
    num_folds: int
    seconds: float
    best: int


@dataclass(kw_only=True)
class Replay:
    """A search over configurations whose counts are known.

    Attributes:
        counts: TP, FP and FN of configuration `params["row"]` on every subject, in the order of the study.
        stack_folds: folds that are trained side by side, at most.
        seconds: of every fold; a stack takes those of its folds together.
        ask: of the next configuration; by default the rows come in order.
        deaths: after which records the process dies, counted from 1.
        enough: ends the search early when it holds.
    """

    counts: Int[np.ndarray, "configurations subjects 3"]
    num_configurations: int
    num_workers: int = 1
    scheduling: Scheduling = Scheduling.REPRODUCIBLE
    lag: int = 3
    racing: Racing = Racing.CAREFUL
    stack_folds: int = 1
    seconds: Float[np.ndarray, "configurations subjects"] | None = None
    ask: Callable[[Sequence[Outcome]], dict[str, Any]] = lambda outcomes: {"row": len(outcomes)}
    row: Callable[[dict[str, Any]], int] = lambda params: int(params["row"])
    deaths: set[int] = field(default_factory=set)
    enough: Callable[[StudyState], bool] = lambda state: False  # noqa: ARG005  asked after every fold

    def run(self) -> Replayed:
        """Starts the search anew after every death, until it is finished."""
        records: list[Record] = [self._study()]
        elapsed = 0.0
        while True:
            journal = RecallingJournal(records, self.deaths)
            state = StudyState(self._study(), records)
            plan = Plan(state, journal, self.ask, num_configurations=self.num_configurations)
            try:
                elapsed += self._work(plan)
            except Killed:
                records = journal.records
                continue
            best = list(state.configurations).index(state.ranking()[0])
            return Replayed(
                state=state, records=journal.records, num_folds=plan.num_folds()[0], seconds=elapsed, best=best
            )

    def _work(self, plan: Plan) -> float:
        numbers = count()
        running: list[tuple[float, int, FoldOrder]] = []
        now = 0.0
        while True:
            while len(running) < self.num_workers and (order := plan.next()) is not None:
                heapq.heappush(running, (now + self._seconds_of(plan, order), next(numbers), order))
            if self.enough(plan.state):
                return now
            if not running:
                if plan.finished:
                    return now
                raise AssertionError("nothing runs and nothing can start, but the plan is not finished")
            now, _, order = heapq.heappop(running)
            for subject in plan.missing(order):
                plan.complete(self._fold(plan, order, subject))
            plan.give_back(order)

    def _place(self, plan: Plan, order: FoldOrder, subject: str) -> tuple[int, int]:
        return self.row(plan.state.configurations[order.configuration].params), int(subject)

    def _seconds_of(self, plan: Plan, order: FoldOrder) -> float:
        if self.seconds is None:
            return float(len(order.subjects))
        return sum(float(self.seconds[self._place(plan, order, subject)]) for subject in order.subjects)

    def _fold(self, plan: Plan, order: FoldOrder, subject: str) -> FoldRecord:
        counts = self.counts[self._place(plan, order, subject)].tolist()
        return FoldRecord(
            configuration=order.configuration,
            subject=subject,
            seed=0,
            counts={"macro": [counts], "micro": [[0, 0, 0]]},
            final_loss=0.0,
            seconds={},
        )

    def _study(self) -> StudyRecord:
        return StudyRecord(
            dataset="synthetic",
            dataset_digest="",
            space={"apex_thresholds": [0.5]},
            seed=0,
            scheduling=str(self.scheduling),
            lag=self.lag,
            subjects=[str(subject) for subject in range(self.counts.shape[1])],
            extraction={},
            versions={},
            racing=str(self.racing),
            stack_folds=self.stack_folds,
        )
