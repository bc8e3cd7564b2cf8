"""Our plan in the words of Ray Tune: a Searcher whose suggestions are folds.

Tune gives placement, fractional GPUs, retries and autoscaling; what to run is decided by `study.planning`. Nothing is
restored by Tune: a resumed search is a new Tune run over the same journal.
"""

import errno
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ray.tune.search import Searcher

from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.fold_trial import DISK_FULL, FAILURE, FINISHED, as_fold_record
from platform.study.budget import Budget, Limit
from platform.study.planning import FoldOrder, Plan
from platform.study.records import FoldRecord, LostRecord, Record, StoppedRecord
from platform.study.run_log import RunLog
from platform.study.usage import Usage

RETRIED = "the worker died or raised; the fold is run again"
UNKNOWN_FAILURE = "the worker died or raised, retries included; Ray's log of the trial says how"
NO_OUTCOME = "the worker ended the fold without an outcome; its version differs from the driver's"


class FoldSearcher(Searcher):
    """Suggests the folds of a plan until it is finished, the budget is used up, or it must stop.

    Attributes:
        stop_reason: what was raised; None as long as nothing was.
        limit: of the budget that ended the search; None as long as none did.
    """

    def __init__(
        self,
        plan: Plan,
        on_fold: Callable[[FoldRecord], None],
        *,
        log: RunLog | None = None,
        budget: Budget | None = None,
    ) -> None:
        super().__init__(metric=None, mode=None)
        self._plan = plan
        self._on_fold = on_fold
        self._log = log or RunLog(plan.record, run=plan.state.spending.num_runs + 1, num_workers=1)
        self._budget = budget or Budget()
        self._live: dict[str, FoldOrder] = {}
        self.stop_reason: BaseException | None = None
        self.limit: Limit | None = None

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:  # type: ignore[override]  # FINISHED is text
        """The next fold as a trial's config, None when all must wait, FINISHED when there is nothing left."""
        if self.stop_reason is not None or self._plan.finished:
            return str(Searcher.FINISHED)
        if refusal := self._refusal():
            # A fold that ends sooner than expected may leave room for another one.
            if self._live:
                return None
            self.limit = refusal
            return str(Searcher.FINISHED)
        order = self._guarded(self._plan.next)
        if order is None:
            return str(Searcher.FINISHED) if self.stop_reason is not None else None
        self._live[trial_id] = order
        params = self._plan.state.configurations[order.configuration].params
        return {"configuration": order.configuration, "params": dict(params), "subject": order.subject}

    def _refusal(self) -> Limit | None:
        num_waiting = len(self._live) - len(self._log.running)
        return self._budget.refusal(self._plan.state.spending, self._log, num_waiting=num_waiting)

    def is_dropped(self, trial_id: str) -> bool:
        """Whether the configuration of a fold that was handed out has lost its race meanwhile."""
        order = self._live.get(trial_id)
        return order is not None and self._plan.is_dropped(order.configuration)

    def is_overdue(self) -> bool:
        """Whether a fold that waits for a worker would end beyond the budget's hours or cost if it started now."""
        return self._budget.overdue(self._plan.state.spending, self._log) is not None

    def attempt_started(self, trial_id: str, *, num_cpus: float, num_gpus: float) -> None:
        """A fold that was handed out has got its worker, with so much reserved for it."""
        if (order := self._live.get(trial_id)) is not None:
            self._log.started(
                trial_id,
                configuration=order.configuration,
                subject=order.subject,
                num_cpus=num_cpus,
                num_gpus=num_gpus,
            )

    def attempt_lost(self, trial_id: str) -> None:
        """A fold that runs has lost its worker, and is run again."""
        if (order := self._live.get(trial_id)) is not None:
            self._lose(order, self._log.ended(trial_id), RETRIED)

    def time_passes(self) -> None:
        """Notes now and then how far the run is."""
        self._guarded(self._log.note_if_due)

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:  # noqa: FBT001, FBT002  Tune's signature
        """Takes the outcome of a trial; a trial that was stopped without one gives its fold back."""
        order = self._live.pop(trial_id, None)
        if order is None:
            return
        usage = self._log.ended(trial_id)
        if error:
            self._fail(order, usage, UNKNOWN_FAILURE)
        elif result and FINISHED in result:
            self._guarded(lambda: self._complete(result[FINISHED], usage))
        elif result and FAILURE in result:
            self._fail(order, usage, result[FAILURE])
        elif result and DISK_FULL in result:
            self._plan.give_back(order)
            self.stop_reason = self.stop_reason or OSError(errno.ENOSPC, result[DISK_FULL])
            self._lose(order, usage, result[DISK_FULL])
        elif result and PROGRESS in result and self._plan.is_dropped(order.configuration):
            self._stop(order, usage, num_epochs=result[PROGRESS])
        elif result:
            self._fail(order, usage, NO_OUTCOME)
        else:
            self._plan.give_back(order)

    def _complete(self, finished: str, usage: Usage | None) -> None:
        record = as_fold_record(finished)
        if usage is not None:
            record = replace(record, usage=usage.as_dict())
        self._plan.complete(record)
        self._on_fold(record)

    def _fail(self, order: FoldOrder, usage: Usage | None, reason: str) -> None:
        self._lose(order, usage, reason)
        self._guarded(lambda: self._plan.fail(order, reason))

    def _lose(self, order: FoldOrder, usage: Usage | None, reason: str) -> None:
        if usage is not None:
            place = {"configuration": order.configuration, "subject": order.subject}
            self._record(LostRecord(**place, reason=reason, usage=usage.as_dict()))

    def _stop(self, order: FoldOrder, usage: Usage | None, *, num_epochs: int) -> None:
        self._plan.give_back(order)
        if usage is not None:
            place = {"configuration": order.configuration, "subject": order.subject}
            self._record(StoppedRecord(**place, num_epochs=num_epochs, usage=usage.as_dict()))

    def _record(self, record: Record) -> None:
        self._guarded(lambda: self._plan.record(record))

    def _guarded(self, action: Callable[[], Any]) -> Any:
        """Runs `action`; what it raises ends the search in good order instead of inside Tune's loop."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001  re-raised by the search when Tune has stopped
            self.stop_reason = self.stop_reason or error
            return None

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Reports of progress decide nothing here; `scheduling.stopping` reads them."""

    def set_search_properties(self, metric: object, mode: object, config: object, **spec: object) -> bool:
        """There is nothing to set: the plan knows what is searched."""
        del metric, mode, config, spec
        return True

    # Tune pickles the searcher and saves snapshots of it; the journal is the only truth, so these hold nothing.
    def __getstate__(self) -> dict[str, Any]:
        return {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "FoldSearcher":
        return self

    def save(self, checkpoint_path: str) -> None:
        """Nothing is saved here."""
        del checkpoint_path

    def restore(self, checkpoint_path: str) -> None:
        """Nothing is restored here."""
        del checkpoint_path

    def get_state(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Nothing."""
        del state
