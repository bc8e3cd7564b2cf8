"""When Tune starts a fold, loses it and goes on: what the ledger and the budget of a search are told.

Tune counts how often a trial has gone wrong, and itself leaves out what Ray calls preempted: the node was drained and
then died. A fold that we gave up because its node was going to die is no fault either, and is taken off again.
"""

import logging
import time
from collections import Counter
from typing import Any

from ray import tune
from ray.tune.experiment import Trial

from platform.scheduling.nodes import node_counts
from platform.scheduling.preemption import LeavingNodes
from platform.scheduling.searcher import FoldSearcher
from platform.study.run_log import RunLog

_log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 10.0
"""At the nodes of the cluster."""


class AttemptObserver(tune.Callback):
    """Tells searcher and run log what happens to folds and nodes."""

    def __init__(self, searcher: FoldSearcher, log: RunLog, leaving: LeavingNodes) -> None:
        self._searcher = searcher
        self._log = log
        self._leaving = leaving
        self._faults: Counter[str] = Counter()
        self._looked = time.monotonic()
        self._ended: Trial | None = None

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """A fold has got its worker."""
        del iteration, trials, info
        self._leaving.started(trial.trial_id)
        self._searcher.attempt_started(trial.trial_id)

    def on_trial_recover(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """A fold has lost its worker and waits for another one."""
        del iteration, trials, info
        counted = trial.run_metadata
        preempted = self._leaving.took(trial.trial_id) or counted.num_failures == self._faults[trial.trial_id]
        if preempted:
            counted.num_failures = self._faults[trial.trial_id]
        self._faults[trial.trial_id] = counted.num_failures
        why = "was on a node that is taken back" if preempted else "died"
        _log.warning("the worker of %s %s; it is run again", _fold_of(trial), why)
        self._searcher.attempt_lost(trial.trial_id, preempted=preempted)

    def on_trial_complete(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """A fold has ended: Tune keeps its trial to the end of the search, and need not keep what it reported."""
        del iteration, trials, info
        self._faults.pop(trial.trial_id, None)
        # The one before: who is told of this one after us would miss its result, and say so on the terminal.
        if self._ended is not None:
            known = self._ended.run_metadata
            known.last_result, known.metric_analysis, known.metric_n_steps = {}, {}, {}
        self._ended = trial

    def on_step_end(self, iteration: int, trials: list[Trial], **info: Any) -> None:
        """Some time has passed."""
        del iteration, trials, info
        if time.monotonic() - self._looked >= SECONDS_BETWEEN_LOOKS:
            self._log.saw_nodes(node_counts())
            self._looked = time.monotonic()
        self._searcher.time_passes()

    # Tune pickles it with the searcher; the journal is the only truth.
    def __getstate__(self) -> dict[str, Any]:
        return {}


def _fold_of(trial: Trial) -> str:
    return f"fold {trial.config['configuration']}/{trial.config['subject']}"
