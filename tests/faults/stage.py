"""`python -m tests.faults.stage FAULT OPTIONS...`: the search of `platform.search`, to which one fault happens.

The fault is put around the functions of the search from outside, so that the search itself knows of none.
"""

import json
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any
from unittest.mock import patch

import psutil
from mlflow.tracking import MlflowClient

from platform import search
from platform.console.command import run_command
from platform.scheduling import run
from platform.study.journal import Journal
from platform.study.records import ConfigurationRecord, FoldRecord
from platform.winner import run as winner
from platform.winner.training import WinnerOrder, WinnerOutcome
from tests.faults.points import Fault, Point


def set_up(fault: Fault) -> None:
    """Puts the fault around every point of the search."""
    _before(
        Journal, "append", fault, Point.BEFORE_SUGGEST, only=lambda _, record: isinstance(record, ConfigurationRecord)
    )
    _before(Journal, "append", fault, Point.BEFORE_JOURNAL, only=lambda _, record: isinstance(record, FoldRecord))
    # Files of a configuration; those of the registered winner have a path of their own.
    _before(MlflowClient, "log_artifact", fault, Point.IN_TRACKING)
    _before(
        MlflowClient, "log_artifacts", fault, Point.IN_TRACKING, only=lambda _, run, folder, path=None: path is None
    )
    _before(MlflowClient, "create_model_version", fault, Point.IN_REGISTRY)
    _replace(run, "run_trial", _faulty_trial(fault))
    _replace(winner, "_train_in_time", _faulty_training(fault))


def _before(
    owner: type, name: str, fault: Fault, point: Point, only: Callable[..., bool] = lambda *_, **__: True
) -> None:
    original = getattr(owner, name)

    def passing(*arguments: Any, **keywords: Any) -> Any:
        if only(*arguments, **keywords):
            fault.pass_by(point, told=json.dumps(_held()))
        return original(*arguments, **keywords)

    setattr(owner, name, passing)


def _held() -> dict[str, int]:
    """What this process holds: bytes of memory, and open files."""
    process = psutil.Process()
    return {"memory": process.memory_info().rss, "files": process.num_fds()}


def _replace(module: ModuleType, name: str, faulty: Callable[..., Any]) -> None:
    # Under a name that the search has no longer, no fault would ever happen.
    assert callable(getattr(module, name))
    setattr(module, name, faulty)


def _faulty_trial(fault: Fault) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    # A function inside a function travels to the workers as it is, not by name.
    def faulty(trial: dict[str, Any], inputs: Any) -> dict[str, Any]:
        from platform.scheduling import fold_trial, trials

        fault.pass_by(Point.FOLD_STARTED, f"{trial['configuration']}/{trial['subject']}")
        evaluate = fold_trial.evaluate_fold

        def interrupted(*arguments: Any, **keywords: Any) -> Any:
            result = evaluate(*arguments, **keywords)
            # Trained, nothing stored: the worst moment.
            fault.pass_by(Point.IN_A_FOLD)
            return result

        with patch.object(fold_trial, "evaluate_fold", interrupted):
            return trials.run_trial(trial, inputs)

    return faulty


def _faulty_training(fault: Fault) -> Callable[[WinnerOrder, float], WinnerOutcome]:
    def faulty(order: WinnerOrder, seconds_allowed: float) -> WinnerOutcome:
        from platform.winner import run, training

        write = training.write_model

        def interrupted(*arguments: Any, **keywords: Any) -> None:
            fault.pass_by(Point.IN_THE_WINNER)
            write(*arguments, **keywords)

        with patch.object(training, "write_model", interrupted):
            return run._train_in_time(order, seconds_allowed)

    return faulty


if __name__ == "__main__":
    set_up(Fault.read(sys.argv[1]))
    sys.exit(run_command(search.main, search.parser(), sys.argv[2:]))
