"""What Tune is told about folds that run or wait, and what it tells of those that died."""

from pathlib import Path
from typing import Any

from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler, TrialScheduler

from platform.scheduling.fold_progress import PROGRESS
from platform.scheduling.preemption import LeavingNodes, dismiss_idle_workers, leave
from platform.scheduling.searcher import FoldSearcher

KILLED_FOR_MEMORY = "node running low on memory"
"""What Ray says of a worker that it killed so that the others of the node live."""


class Deaths:
    """Why trials failed: Tune tells its scheduler before it tells its searcher that one did."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def note(self, trial: Trial) -> None:
        """Reads the trial's error while it is there."""
        path = trial.error_file
        self._reasons[trial.trial_id] = Path(path).read_text() if path and Path(path).exists() else ""

    def for_memory(self, trial_id: str) -> bool:
        """Whether the worker of a trial that failed was killed because the memory of its machine ran out."""
        return KILLED_FOR_MEMORY in self._reasons.get(trial_id, "")


class FoldScheduler(FIFOScheduler):
    """Runs folds in the order of their suggestion, and stops those that the searcher does not need any more.

    A fold that runs is stopped at its own next report: asked earlier, its worker would be busy until then all the same.
    A fold that waits for a worker is taken back at once. Nodes that leave are emptied in time.
    """

    def __init__(self, searcher: FoldSearcher, deaths: Deaths, leaving: LeavingNodes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._searcher = searcher
        self._deaths = deaths
        self._leaving = leaving
        self._live: dict[str, Trial] = {}

    def on_trial_add(self, tune_controller: TuneController, trial: Trial) -> None:
        """A trial was suggested."""
        del tune_controller
        self._live[trial.trial_id] = trial

    def on_trial_complete(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> None:
        """A trial has ended."""
        del tune_controller, result
        self._live.pop(trial.trial_id, None)

    def on_trial_remove(self, tune_controller: TuneController, trial: Trial) -> None:
        """A trial was taken back before it ran."""
        del tune_controller
        self._live.pop(trial.trial_id, None)

    def on_trial_result(self, tune_controller: TuneController, trial: Trial, result: dict[str, Any]) -> str:
        """STOP for a report of progress from a fold that is not needed, CONTINUE otherwise."""
        del tune_controller
        stops = PROGRESS in result and self._searcher.is_dropped(trial.trial_id)
        return str(TrialScheduler.STOP if stops else TrialScheduler.CONTINUE)

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """A trial has failed, retries included."""
        del tune_controller
        self._live.pop(trial.trial_id, None)
        self._deaths.note(trial)

    def choose_trial_to_run(self, tune_controller: TuneController) -> Trial | None:
        """The first fold that waits; Tune asks at every step, so that here those are taken back that need not start.

        It is also the last moment before Tune hands a fold to a worker that waits for one.
        """
        if self._leaving.look():
            live: set[Trial] = tune_controller.get_live_trials()  # type: ignore[no-untyped-call]
            leave(self._leaving, live, self._searcher)
            dismiss_idle_workers(tune_controller, self._leaving)
        # Tune's own rule looks through every trial that there ever was.
        waiting = [trial for trial in self._live.values() if trial.status == Trial.PENDING]
        for trial in waiting:
            if self._searcher.is_dropped(trial.trial_id) or self._searcher.is_overdue(trial.trial_id):
                tune_controller.stop_trial(trial)  # type: ignore[no-untyped-call]
        return next((trial for trial in waiting if trial.status == Trial.PENDING), None)

    # Tune pickles it with the searcher; the journal is the only truth.
    def __getstate__(self) -> dict[str, Any]:
        return {}
