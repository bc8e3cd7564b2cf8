"""Our plan in the words of Ray Tune: a Searcher whose suggestions are folds, or stacks of them.

Tune gives placement, fractional GPUs, retries and autoscaling; what to run is decided by `study.planning`. Nothing is
restored by Tune: a resumed search is a new Tune run over the same journal.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from ray.tune.search import Searcher

from platform.scheduling.guard import Guard
from platform.scheduling.outcomes import FoldOutcomes
from platform.scheduling.packing import Packing
from platform.scheduling.reasons import MEASUREMENT
from platform.scheduling.resources import FoldResources
from platform.scheduling.stack_trial import stack_fields
from platform.scheduling.stateless_searcher import StatelessSearcher
from platform.scheduling.time_limit import FoldTimeLimit
from platform.scheduling.trials import IS_MEASUREMENT, SECONDS_ALLOWED, reserved
from platform.study.budget import Budget, Limit
from platform.study.planning import FoldOrder, Plan
from platform.study.records import FoldRecord
from platform.study.run_log import RunLog
from platform.study.stacks import largest_stack


@dataclass(frozen=True, kw_only=True, slots=True)
class _Live:
    """A trial that waits or runs."""

    order: FoldOrder
    given: FoldResources
    is_measurement: bool = False


class FoldSearcher(StatelessSearcher):
    """Suggests the folds of a plan until it is finished, the budget is used up, or it must stop.

    What the folds need is measured before them where the packing asks for it.

    Args:
        packing: what each trial is given.
        died_for_memory: whether the worker of a trial that failed was killed because its node's memory ran out.
        preempted: whether a trial that failed had run on a node that its provider took back.

    Attributes:
        limit: of the budget that ended the search; None as long as none did.
    """

    def __init__(
        self,
        plan: Plan,
        on_fold: Callable[[FoldRecord], None],
        packing: Packing,
        *,
        died_for_memory: Callable[[str], bool],
        fetch_scores: Callable[[FoldRecord], None] = lambda _: None,
        preempted: Callable[[str], bool] = lambda _trial_id: False,
        log: RunLog | None = None,
        budget: Budget | None = None,
        time_limit: FoldTimeLimit | None = None,
    ) -> None:
        super().__init__(metric=None, mode=None)
        self._plan = plan
        self._log = log or RunLog(plan.record, run=plan.state.spending.num_runs + 1, num_workers=1)
        self._budget = budget or Budget()
        self._time_limit = time_limit or FoldTimeLimit(finished=plan.state.finished_folds())
        self._largest_stack = largest_stack(plan.state.study)
        self._reservations, self._measured = packing.reservations, packing.measured
        self._preempted = preempted
        self._guard = Guard()
        self._outcomes = FoldOutcomes(
            plan,
            self._guard,
            on_fold=on_fold,
            fetch_scores=fetch_scores,
            reservations=self._reservations,
            durations=self._time_limit.durations,
            died_for_memory=died_for_memory,
            preempted=preempted,
        )
        self._live: dict[str, _Live] = {}
        self._waiting: dict[str, FoldResources] = {}
        self.limit: Limit | None = None

    @property
    def stop_reason(self) -> BaseException | None:
        """What was raised and ends the search; None as long as nothing was."""
        return self._guard.reason

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:  # type: ignore[override]  # FINISHED is text
        """The next trial's config, None when all must wait, FINISHED when there is nothing left."""
        if self.stop_reason is not None or self._plan.finished:
            return str(Searcher.FINISHED)
        if refusal := self._refusal():
            # A fold that ends sooner than expected may leave room for another one.
            if self._live:
                return None
            self.limit = refusal
            return str(Searcher.FINISHED)
        order = self._guard.run(self._plan.next)
        if order is None:
            return str(Searcher.FINISHED) if self.stop_reason is not None else None
        trial = self._guard.run(lambda: self._as_trial(trial_id, order))
        if trial is None or trial[IS_MEASUREMENT]:
            self._plan.give_back(order)
        return trial if self.stop_reason is None else str(Searcher.FINISHED)

    def _as_trial(self, trial_id: str, order: FoldOrder) -> dict[str, Any] | None:
        """The fold, or the measurement that must come before it; None when either has to wait."""
        given = self._reservations.take(order)
        is_measurement = given is None
        if self._measured is not None and given is None:
            if any(live.is_measurement for live in self._live.values()):
                return None
            given = self._measured.for_measuring(order)
        assert given is not None  # noqa: S101  only measured packings have to measure
        if any(given.is_smaller(other) for other in self._waiting.values()):
            # Smaller ones would take every piece of a GPU or node that becomes free before enough of it is.
            return None
        self._waiting[trial_id] = given
        counted = replace(order, others=()) if is_measurement else order
        self._live[trial_id] = _Live(order=counted, given=given, is_measurement=is_measurement)
        params = self._plan.state.configurations[order.configuration].params
        return {
            "configuration": order.configuration,
            "params": dict(params),
            "subject": order.subject,
            **stack_fields(order, self._plan.missing(order)),
            IS_MEASUREMENT: is_measurement,
            SECONDS_ALLOWED: len(order.subjects) * self._time_limit.seconds,
            **reserved(given),
        }

    def _refusal(self) -> Limit | None:
        state = self._plan.state
        num_waiting = sum(len(live.order.subjects) for live in self._live.values()) - len(self._log.running)
        return self._budget.refusal(state.spending, self._log, num_waiting=num_waiting, num_folds=self._largest_stack)

    def is_dropped(self, trial_id: str) -> bool:
        """Whether the configuration of a fold that was handed out has lost its race meanwhile."""
        live = self._live.get(trial_id)
        return live is not None and self._plan.is_dropped(live.order.configuration)

    def is_overdue(self, trial_id: str) -> bool:
        """Whether a trial that waits for a worker would end beyond the budget's hours or cost if it started now."""
        live = self._live.get(trial_id)
        num_folds = 1 if live is None else len(live.order.subjects)
        return self._budget.overdue(self._plan.state.spending, self._log, num_folds=num_folds) is not None

    def attempt_started(self, trial_id: str) -> None:
        """A trial that was handed out has got its worker, and what was reserved for it."""
        self._waiting.pop(trial_id, None)
        if (live := self._live.get(trial_id)) is not None:
            self._outcomes.started(live.order)
            self._log.started(
                trial_id,
                configuration=live.order.configuration,
                subject=live.order.subject,
                others=live.order.others,
                num_cpus=live.given.num_cpus,
                num_gpus=live.given.num_gpus,
            )

    def attempt_lost(self, trial_id: str, *, preempted: bool = False) -> None:
        """A trial that runs has lost its worker, and is run again."""
        if (live := self._live.get(trial_id)) is not None:
            self._outcomes.lose_worker(live.order, self._log.ended(trial_id), preempted=preempted)

    def may_end_within(self, trial_id: str, seconds: float | None) -> bool:
        """Whether a trial that runs may end in so many seconds; None for as many as it likes."""
        live = self._live.get(trial_id)
        if live is None or seconds is None:
            return True
        order = None if live.is_measurement else live.order
        return self._time_limit.durations.may_end_within(seconds, order, had=self._log.seconds_of(trial_id))

    def time_passes(self) -> None:
        """Notes now and then how far the run is."""
        self._guard.run(self._log.note_if_due)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:  # noqa: FBT001, FBT002  Tune's signature
        """Takes the outcome of a trial; a trial that was stopped without one gives its fold back."""
        live = self._live.pop(trial_id, None)
        if live is None:
            return
        self._waiting.pop(trial_id, None)
        usage = self._log.ended(trial_id)
        if not live.is_measurement:
            self._outcomes.take(trial_id, live.order, result or {}, usage, error=error)
        elif error and self._preempted(trial_id):
            self._outcomes.lose_worker(live.order, usage, preempted=True)
        elif self._measured is not None and (error or result):
            measured, outcome = self._measured, result or {}
            self._outcomes.lose(live.order, usage, MEASUREMENT)
            self._guard.run(lambda: measured.take(live.order, live.given, outcome))

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Reports of progress decide nothing here; `scheduling.stopping` reads them."""
