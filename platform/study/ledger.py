"""The efficiency ledger of a study: what was used, saved and lost, from the records of its journal alone.

Saved times are estimates where nothing ran: a fold that racing spared counts as long as the mean of the finished folds
of its configuration. Everything else was measured.
"""

from dataclasses import dataclass
from typing import Any

from platform.study.budget import Budget
from platform.study.state import ConfigurationState, StudyState
from platform.study.usage import Spent


@dataclass(frozen=True, kw_only=True, slots=True)
class WarmStart:
    """What other studies had spent on the configurations that a study began with."""

    num_configurations: int
    worker_seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class EfficiencyLedger:
    """What a study used, saved and lost over all its runs.

    Attributes:
        used: everything; the parts follow.
        finished: folds with a result.
        winner: trainings on all subjects.
        lost: attempts at folds that ended without a result and were tried again, or failed for good.
        preempted: attempts at folds whose node the provider took back; they were run again on another one.
        stopped: folds that were stopped because their configuration had been dropped.
        cut: folds that ran when a run was stopped or killed, as far as was noted.
        saved_by_racing: folds of dropped configurations that were not run, or not to their end.
        saved_by_resuming: folds that runs before this one had finished, which it did not run again.
        warm_start: from other studies, given with --from.
        busy: share of their time in which workers trained or scored a fold that was finished, or the winner; None when
            no run was noted.
        node_seconds: by type of node: for how long nodes were there.
        cost: in the prices' currency; None without prices.
        num_unmeasured: finished folds of older versions, which noted neither GPUs nor waiting.
    """

    used: Spent
    finished: Spent
    winner: Spent
    lost: Spent
    preempted: Spent
    stopped: Spent
    cut: Spent
    saved_by_racing: Spent
    saved_by_resuming: Spent
    warm_start: WarmStart
    busy: float | None
    node_seconds: dict[str, float]
    cost: float | None
    num_unmeasured: int

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`; times in seconds."""
        names = ("used", "finished", "winner")
        return {
            **{name: getattr(self, name).as_dict() for name in names},
            "lost": {name: getattr(self, name).as_dict() for name in ("lost", "preempted", "stopped", "cut")},
            "saved": {
                "racing": self.saved_by_racing.as_dict(),
                "resuming": self.saved_by_resuming.as_dict(),
                "warm_start": {
                    "configurations": self.warm_start.num_configurations,
                    "worker_seconds": round(self.warm_start.worker_seconds, 3),
                },
            },
            "busy": None if self.busy is None else round(self.busy, 4),
            "node_seconds": {name: round(seconds, 3) for name, seconds in self.node_seconds.items()},
            "cost": None if self.cost is None else round(self.cost, 4),
            "unmeasured_folds": self.num_unmeasured,
        }


def efficiency_ledger(state: StudyState, *, this_run: int, budget: Budget | None = None) -> EfficiencyLedger:
    """The ledger of a study as it is now.

    Args:
        this_run: number of the run that asks; one more than there are when it had nothing to run.
        budget: for its prices.
    """
    spending = state.spending
    there = spending.worker_seconds_there()
    node_seconds = spending.node_seconds()
    return EfficiencyLedger(
        used=spending.total,
        finished=spending.all_finished,
        winner=spending.winner,
        lost=spending.lost,
        preempted=spending.preempted,
        stopped=spending.stopped,
        cut=spending.cut,
        saved_by_racing=Spent.total(
            _spared(state, one) for one in state.configurations.values() if one.dropped is not None
        ),
        saved_by_resuming=Spent.total(spent for run, spent in spending.finished.items() if run < this_run),
        warm_start=WarmStart(
            num_configurations=len(state.study.prior),
            worker_seconds=sum(values.get("worker_seconds", 0.0) for values in state.study.prior),
        ),
        busy=(spending.training_seconds + spending.winner.worker_seconds) / there if there else None,
        node_seconds=node_seconds,
        cost=None if budget is None else budget.cost(node_seconds),
        num_unmeasured=spending.num_unmeasured,
    )


def _spared(state: StudyState, configuration: ConfigurationState) -> Spent:
    """What the folds of a dropped configuration would have taken that were not finished, less what they did take."""
    spending = state.spending
    num_missing = len(state.study.subjects) - len(configuration.folds)
    whole = spending.finished_of[configuration.name].scaled(num_missing)
    return whole.without(spending.stopped_of[configuration.name])
