"""Our plan in the words of Ray Tune: a Searcher whose suggestions are folds.

Tune gives placement, fractional GPUs, retries and autoscaling; what to run is decided by `study.planning`. Nothing is
restored by Tune: a resumed search is a new Tune run over the same journal.
"""

import errno
from collections.abc import Callable
from typing import Any

from ray.tune.search import Searcher

from platform.scheduling.fold_trial import DISK_FULL, FAILURE, FINISHED, SECONDS_ALLOWED, as_fold_record
from platform.scheduling.time_limit import FoldTimeLimit
from platform.study.planning import FoldOrder, Plan
from platform.study.records import FoldRecord

UNKNOWN_FAILURE = (
    "the worker died, raised or took longer than --fold-timeout allows, retries included; "
    "Ray's log of the trial says how"
)
NO_OUTCOME = "the worker ended the fold without an outcome; its version differs from the driver's"


class FoldSearcher(Searcher):
    """Suggests the folds of a plan until it is finished or must stop."""

    def __init__(self, plan: Plan, on_fold: Callable[[FoldRecord], None], *, fold_timeout: float | None = None) -> None:
        super().__init__(metric=None, mode=None)
        self._plan = plan
        self._on_fold = on_fold
        self._limit = FoldTimeLimit(fold_timeout, plan.state.finished_folds())
        self._live: dict[str, FoldOrder] = {}
        self.stop_reason: BaseException | None = None

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:  # type: ignore[override]  # FINISHED is text
        """The next fold as a trial's config, None when all must wait, FINISHED when there is nothing left."""
        if self.stop_reason is not None or self._plan.finished:
            return str(Searcher.FINISHED)
        order = self._guarded(self._plan.next)
        if order is None:
            return str(Searcher.FINISHED) if self.stop_reason is not None else None
        self._live[trial_id] = order
        params = self._plan.state.configurations[order.configuration].params
        return {
            "configuration": order.configuration,
            "params": dict(params),
            "subject": order.subject,
            SECONDS_ALLOWED: self._limit.seconds,
        }

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:  # noqa: FBT001, FBT002  Tune's signature
        """Takes the outcome of a trial; a trial that was stopped without one gives its fold back."""
        order = self._live.pop(trial_id, None)
        if order is None:
            return
        if error:
            self._guarded(lambda: self._plan.fail(order, UNKNOWN_FAILURE))
        elif result and FINISHED in result:
            self._guarded(lambda: self._complete(result[FINISHED]))
        elif result and FAILURE in result:
            self._guarded(lambda: self._plan.fail(order, result[FAILURE]))
        elif result and DISK_FULL in result:
            self._plan.give_back(order)
            self.stop_reason = self.stop_reason or OSError(errno.ENOSPC, result[DISK_FULL])
        elif result:
            self._guarded(lambda: self._plan.fail(order, NO_OUTCOME))
        else:
            self._plan.give_back(order)

    def _complete(self, finished: str) -> None:
        record = as_fold_record(finished)
        self._plan.complete(record)
        self._limit.note(record)
        self._on_fold(record)

    def _guarded(self, action: Callable[[], Any]) -> Any:
        """Runs `action`; what it raises ends the search in good order instead of inside Tune's loop."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001  re-raised by the search when Tune has stopped
            self.stop_reason = self.stop_reason or error
            return None

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Intermediate results decide nothing."""

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
