"""What Tune says of its trials to others than its searcher: when one runs, and how one died."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ray.tune import Callback
from ray.tune.execution.tune_controller import TuneController
from ray.tune.experiment import Trial
from ray.tune.schedulers import FIFOScheduler

KILLED_FOR_MEMORY = "node running low on memory"
"""What Ray says of a worker that it killed so that the others of the node live."""


class Deaths(FIFOScheduler):
    """Notes why trials failed: Tune tells its scheduler before it tells its searcher that one did.

    Trials start in the order in which they were suggested.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Ray's
        self._reasons: dict[str, str] = {}

    def on_trial_error(self, tune_controller: TuneController, trial: Trial) -> None:
        """Reads the trial's error while it is there."""
        del tune_controller
        path = trial.error_file
        self._reasons[trial.trial_id] = Path(path).read_text() if path and Path(path).exists() else ""

    def for_memory(self, trial_id: str) -> bool:
        """Whether the worker of a trial that failed was killed because the memory of its machine ran out."""
        return KILLED_FOR_MEMORY in self._reasons.get(trial_id, "")


class Starts(Callback):
    """Tells of every trial that has what it waited for.

    Args:
        on_start: hears the trial's id.
    """

    def __init__(self, on_start: Callable[[str], None]) -> None:
        self._on_start = on_start

    def on_trial_start(self, iteration: int, trials: list[Trial], trial: Trial, **info: Any) -> None:
        """Passes it on."""
        del iteration, trials, info
        self._on_start(trial.trial_id)

    # Tune pickles its callbacks for snapshots that nobody reads.
    def __getstate__(self) -> dict[str, Any]:
        return {}
