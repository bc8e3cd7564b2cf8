"""What became of the folds of an ended trial: finished, failed, stopped, lost, or to be run again with more memory."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from platform.compute.ray_logs import place_of_logs
from platform.scheduling.fold_durations import FoldDurations
from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.fold_trial import ENDS_SEARCH, FAILURE, FINISHED, OUT_OF_MEMORY, as_fold_record
from platform.scheduling.guard import Guard
from platform.scheduling.reasons import (
    NO_OUTCOME,
    NODE_TOO_SMALL,
    PREEMPTED,
    RETRIED,
    TRAINED_AGAIN,
    UNKNOWN_FAILURE,
)
from platform.scheduling.resources import Reservations, Shortage
from platform.scheduling.retries import Retries
from platform.scheduling.stack_trial import STACK, as_stack_outcome, out_of_memory, shares_of_attempt
from platform.study.planning import FoldOrder, Plan
from platform.study.records import FoldRecord, LostRecord, Record, StoppedRecord
from platform.study.usage import Usage


class FoldOutcomes:
    """Tells the plan what became of folds.

    Args:
        on_fold: hears of every finished fold.
        fetch_scores: brings the frame scores of a finished fold here, before anybody believes in it.
        reservations: of which a fold that ran out of memory gets more.
        durations: where finished folds are noted.
        died_for_memory: whether the worker of a trial that failed was killed because its node's memory ran out.
        preempted: whether a trial that failed had run on a node that its provider took back.
    """

    def __init__(
        self,
        plan: Plan,
        guard: Guard,
        *,
        on_fold: Callable[[FoldRecord], None],
        fetch_scores: Callable[[FoldRecord], None],
        reservations: Reservations,
        durations: FoldDurations,
        died_for_memory: Callable[[str], bool],
        preempted: Callable[[str], bool],
    ) -> None:
        self._plan = plan
        self._guard = guard
        self._on_fold = on_fold
        self._fetch_scores = fetch_scores
        self._reservations = reservations
        self._durations = durations
        self._died_for_memory = died_for_memory
        self._preempted = preempted
        self._retries = Retries()

    def started(self, order: FoldOrder) -> None:
        """A trial of the fold has got its worker."""
        self._retries.started(order)

    def take(
        self, trial_id: str, order: FoldOrder, result: dict[str, Any], usage: Usage | None, *, error: bool
    ) -> None:
        """A trial has ended: with a result, or with the loss of its worker, or before it had begun.

        Args:
            usage: what the trial took; None when it had no worker.
        """
        if error and self._died_for_memory(trial_id):
            self._ran_out_of_memory(order, usage, Shortage.NODE, NODE_TOO_SMALL)
        elif error:
            self._take_death(order, usage, preempted=self._preempted(trial_id))
        elif FINISHED in result:
            self._guard.run(lambda: self._complete(as_fold_record(result[FINISHED]), usage))
        elif STACK in result:
            self._take_stack(order, result[STACK], usage)
        elif OUT_OF_MEMORY in result:
            self._ran_out_of_memory(order, usage, Shortage.DEVICE, result[OUT_OF_MEMORY])
        elif FAILURE in result:
            self._fail(order, usage, result[FAILURE])
        elif ends_search := ENDS_SEARCH.keys() & result:
            self._end_early(order, usage, result, *ends_search)
        elif PROGRESS in result and self._plan.is_dropped(order.configuration):
            self._stop(order, usage, num_epochs=result[PROGRESS])
        elif result:
            self._fail(order, usage, NO_OUTCOME)
        else:
            self._plan.give_back(order)

    def lose(self, order: FoldOrder, usage: Usage | None, reason: str, *, preempted: bool = False) -> None:
        """An attempt came to nothing; what it took is noted with the reason."""
        for place, share in shares_of_attempt(order, usage):
            self._record(LostRecord(**place, reason=reason, usage=share, preempted=preempted))

    def lose_worker(self, order: FoldOrder, usage: Usage | None, *, preempted: bool) -> None:
        """An attempt came to nothing because its worker or node died."""
        self.lose(order, usage, PREEMPTED if preempted else RETRIED, preempted=preempted)

    def _take_death(self, order: FoldOrder, usage: Usage | None, *, preempted: bool) -> None:
        if self._retries.has_failed(order, had_worker=usage is not None, preempted=preempted):
            self._fail(order, usage, f"{UNKNOWN_FAILURE}; Ray's logs say how: {place_of_logs()}")
        else:
            self.lose_worker(order, usage, preempted=preempted)
            self._plan.give_back(order)

    def _take_stack(self, order: FoldOrder, finished: str, usage: Usage | None) -> None:
        outcome = as_stack_outcome(finished)
        share = None if usage is None else usage.shared(len(order.subjects))
        finished_before = set(order.subjects).difference(self._plan.missing(order))
        for record in outcome.records:
            self._guard.run(partial(self._complete, record, share))
        for subject, reason in outcome.failures.items():
            self._fail(FoldOrder(order.configuration, subject), share, reason)
        for subject in order.subjects:
            if subject in finished_before:
                self.lose(FoldOrder(order.configuration, subject), share, TRAINED_AGAIN)
        self._plan.give_back(order)

    def _complete(self, record: FoldRecord, usage: Usage | None) -> None:
        if usage is not None:
            record = replace(record, usage=usage.as_dict())
        self._fetch_scores(record)
        self._plan.complete(record)
        self._durations.note(record)
        self._on_fold(record)

    def _fail(self, order: FoldOrder, usage: Usage | None, reason: str) -> None:
        self.lose(order, usage, reason)
        self._guard.run(lambda: self._plan.fail(order, reason))

    def _end_early(self, order: FoldOrder, usage: Usage | None, result: dict[str, Any], key: str) -> None:
        """What ended this fold would end the others too; the next search runs it."""
        self._plan.give_back(order)
        self._guard.stop(ENDS_SEARCH[key](result[key]))
        self.lose(order, usage, result[key])

    def _ran_out_of_memory(self, order: FoldOrder, usage: Usage | None, shortage: Shortage, reason: str) -> None:
        """The fold waits again for more, or is known to fit nowhere."""
        reason = out_of_memory(reason, order)
        self.lose(order, usage, reason)
        if self._reservations.enlarge(order, shortage):
            self._plan.give_back(order)
        else:
            self._guard.run(lambda: self._plan.refuse(order, reason))

    def _stop(self, order: FoldOrder, usage: Usage | None, *, num_epochs: int) -> None:
        self._plan.give_back(order)
        for place, share in shares_of_attempt(order, usage):
            self._record(StoppedRecord(**place, num_epochs=num_epochs, usage=share))

    def _record(self, record: Record) -> None:
        self._guard.run(lambda: self._plan.record(record))
