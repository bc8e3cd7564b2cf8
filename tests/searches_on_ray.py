"""Whole searches on a real Ray of two CPUs and one declared GPU, in which only the training is a stand-in.

Plan, race, journal, budget, Tune, workers, counting and files are those of the platform. Run as a program, since a
process that has started Ray once is not the place for other tests: `python -m tests.searches_on_ray FOLDER` leaves one
study for each scenario in FOLDER.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import ray

from platform.scheduling.fold_trial import FoldInputs, run_fold
from platform.scheduling.packing import fixed_packing
from platform.scheduling.run import run_folds
from platform.study.budget import Budget, Limit
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan, Scheduling
from platform.study.run_log import RunLog
from platform.study.workspace import journal_path
from search_spaces.vocabulary import Choice, Space
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.store import FlowStore
from spotformer_core.training.fold import FoldResult
from tests.recordings import listed_recording, noise_store
from tests.scored_studies import NUM_FRAMES, TRUTHS, study_record

SUBJECTS = [f"s{number}" for number in range(10)]
GOOD, BAD = 9, 11
"""Windows with which the stand-in for training finds everything, or nothing."""
SPACE = Space(
    name="windows",
    description="one window is good, one is bad",
    fixed={"macro_duration": 20},
    dimensions={"window": Choice((GOOD, BAD))},
)
SECONDS_TO_GIVE_UP = 120.0
Waits = Callable[[int, str, Path], Iterator[None]]
"""What a fold does while it "trains", by window, held-out subject and folder of the study; each step is an epoch."""


def quick(window: int, subject: str, folder: Path) -> Iterator[None]:
    """Folds that take different times, so that two workers end them in another order than one."""
    del folder
    time.sleep(0.01 * (int(subject.removeprefix("s")) * window % 7))
    yield


def until_stopped(window: int, subject: str, folder: Path) -> Iterator[None]:
    """The last fold of the good configuration waits until the ninth of the bad one runs, which never ends by itself."""
    ninth = folder / "ninth-fold-of-the-bad-one"
    began = time.monotonic()
    (folder / f"{window}-{subject}").touch()
    while time.monotonic() - began < SECONDS_TO_GIVE_UP:
        if (window, subject) == (BAD, SUBJECTS[8]):
            ninth.touch()
        elif (window, subject) != (GOOD, SUBJECTS[9]) or ninth.exists():
            return
        time.sleep(0.1)
        yield


def dies_once(window: int, subject: str, folder: Path) -> Iterator[None]:
    """The worker of one fold is killed at its first attempt."""
    del window
    if subject == SUBJECTS[3] and not (folder / "killed").exists():
        (folder / "killed").touch()
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
    yield


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One search, or one run of it."""

    study: str
    windows: tuple[int, ...]
    num_workers: int
    waits: Waits = quick
    scheduling: Scheduling = Scheduling.REPRODUCIBLE
    num_gpus: float = 0.0
    budget: Budget = field(default_factory=Budget)


RACE = (GOOD, BAD, GOOD, BAD, BAD)
TINY_BUDGET = Budget(max_gpu_hours=1e-9)
SCENARIOS = (
    Scenario(study="one-worker", windows=RACE, num_workers=1),
    Scenario(study="two-workers", windows=RACE, num_workers=2),
    Scenario(
        study="stopped",
        windows=(GOOD, BAD, GOOD),
        num_workers=3,
        waits=until_stopped,
        scheduling=Scheduling.FREE_RUNNING,
    ),
    Scenario(study="killed-worker", windows=(GOOD,), num_workers=2, waits=dies_once),
    Scenario(study="budget", windows=RACE, num_workers=2, num_gpus=0.5, budget=TINY_BUDGET),
    Scenario(study="budget", windows=RACE, num_workers=2, num_gpus=0.5),
)


def run_scenario(scenario: Scenario, store: FlowStore, recordings: tuple[Recording, ...], folder: Path) -> Limit | None:
    """Runs one search; the limit that ended it."""
    study = study_record(
        SPACE, subjects=SUBJECTS, scheduling=str(scenario.scheduling), racing="careful", lag=2, recordings={}
    )
    inputs = FoldInputs(
        recordings=recordings, store=store, space=SPACE, study_folder=folder, seed=7, may_be_stopped=True
    )
    with Journal(journal_path(folder)) as journal:
        state = open_study(journal, study)
        plan = Plan(
            state,
            journal,
            lambda outcomes: {"window": scenario.windows[len(outcomes)]},
            num_configurations=len(scenario.windows),
        )
        with (
            RunLog(plan.record, run=state.spending.num_runs + 1, num_workers=scenario.num_workers) as log,
            _trained_by(scenario.waits, folder),
        ):
            return run_folds(
                plan,
                inputs,
                num_workers=scenario.num_workers,
                packing=fixed_packing(scenario.num_gpus),
                on_fold=lambda _record: None,
                log=log,
                budget=scenario.budget,
            )


@contextmanager
def _trained_by(waits: Waits, folder: Path) -> Iterator[None]:
    """Folds are run as ever, but by this instead of a training; in the workers, which know no patch of the driver."""
    import platform.scheduling.run as scheduling_run

    def evaluate(configuration: Any, fold: Any, *, report: Callable[[int, float], None], **_: Any) -> FoldResult:
        window = configuration.model.window
        for epoch, _step in enumerate(waits(window, fold.held_out, folder), start=1):
            report(epoch, 0.5)
        found = label_scores(TRUTHS, NUM_FRAMES).astype(np.float32) * (window == GOOD)
        scores = {band.recording.name: found for band in fold.testing}
        return FoldResult(
            subject=fold.held_out,
            seed=0,
            scores=scores,
            scores_by_epoch={},
            final_loss=0.5,
            num_steps=1,
            seconds_training=0.1,
            seconds_scoring=0.0,
        )

    def fold(trial: dict[str, Any], inputs: FoldInputs) -> dict[str, Any]:
        import platform.scheduling.fold_trial as in_the_worker

        in_the_worker.evaluate_fold = evaluate
        return run_fold(trial, inputs)

    before = scheduling_run.run_trial
    scheduling_run.run_trial = fold
    try:
        yield
    finally:
        scheduling_run.run_trial = before


def make_store(folder: Path) -> tuple[FlowStore, tuple[Recording, ...]]:
    """One recording of every subject, with flow that nobody looks at."""
    recordings = tuple(listed_recording(subject, *TRUTHS, num_frames=NUM_FRAMES) for subject in SUBJECTS)
    return noise_store(folder, recordings, max_window=BAD), recordings


def main(folder: Path) -> None:
    """Runs every scenario and says how each ended."""
    ray.init(address="local", num_cpus=2, num_gpus=1, include_dashboard=False, log_to_driver=False)
    store, recordings = make_store(folder / "flow")
    for scenario in SCENARIOS:
        limit = run_scenario(scenario, store, recordings, folder / scenario.study)
        print(f"{scenario.study}: {limit or 'finished'}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
