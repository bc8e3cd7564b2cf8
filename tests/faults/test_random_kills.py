"""Tiny studies whose whole process group is killed again and again at random moments until they are finished.

`make test-kills` runs it; the moments are drawn from a seed that is printed and may be given in SPOTFORMER_KILL_SEED.
"""

import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checks import as_if_nothing_had_happened, tracked
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import Search

NUM_KILLS = int(os.environ.get("SPOTFORMER_KILLS", "50"))
SEED = int(os.environ.get("SPOTFORMER_KILL_SEED", "20261125"))
NUM_WORKERS = 2
WORKERS = ("--workers", str(NUM_WORKERS))
_TIMED = re.compile("seconds$|^folds/final_loss$")
LONGEST_STUDY = 17
"""Kills of one study: another one is begun afterwards, so that early moments are met as often as late ones."""


@pytest.mark.kills
@pytest.mark.timeout(7200)
def test_killed_at_random_moments_studies_end_as_if_nothing_had_happened(
    undisturbed: Search, extracted: Path, tmp_path: Path
):
    moments = random.Random(SEED)
    expected = _without_times(tracked(undisturbed.workspace)["runs"])
    kills = studies = 0
    whole, folds = _seconds_of_a_search(_study(extracted, tmp_path / "measured"))
    while kills < NUM_KILLS:
        staged = _study(extracted, tmp_path / f"study-{studies}")
        of_this_study = _kill_until_finished(
            staged, moments, whole, folds, at_most=min(LONGEST_STUDY, NUM_KILLS - kills)
        )
        kills, studies = kills + of_this_study, studies + 1
        print(f"seed {SEED}, study {studies}: {of_this_study} kills, {staged.repeated} folds repeated", flush=True)
        as_if_nothing_had_happened(undisturbed, staged, *WORKERS)
        assert _without_times(tracked(staged.workspace)["runs"]) == expected
        assert staged.repeated <= NUM_WORKERS * of_this_study


def _study(extracted: Path, folder: Path) -> StagedSearch:
    (marks := folder / "marks").mkdir(parents=True)
    workspace = folder / "workspace"
    subprocess.run(["cp", "-r", str(extracted), str(workspace)], check=True)
    # Laying out its database is one more moment at which a search may be killed.
    (workspace / "mlflow.db").unlink()
    return StagedSearch(workspace, marks)


def _seconds_of_a_search(staged: StagedSearch) -> tuple[float, float]:
    """From a start, and from its first fold, to its end, as they are on this machine now."""
    started = time.time()
    assert staged.finish(*WORKERS).ended.code == 0, staged.said
    ended = time.time()
    return ended - started, ended - _starts_of_folds(staged)[0].stat().st_mtime


def _starts_of_folds(staged: StagedSearch) -> list[Path]:
    return sorted(staged.marks.glob(f"{Point.FOLD_STARTED}.*"))


def _kill_until_finished(
    staged: StagedSearch, moments: random.Random, whole: float, folds: float, *, at_most: int
) -> int:
    """Starts the search and kills it until it has ended by itself; how often it was killed.

    Every other kill comes after the first fold of its start: most of a tiny search is its start.
    """
    for kills in range(at_most):
        process, _ = staged.start(Point.FOLD_STARTED, Action.NONE, *WORKERS)
        moment = moments.random()
        if kills % 2:
            _wait_for_a_fold(staged, process)
        try:
            code = process.wait(timeout=moment * (folds if kills % 2 else whole))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        else:
            assert code == 0, staged.said
            return kills
    return at_most


def _wait_for_a_fold(staged: StagedSearch, process: "subprocess.Popen[bytes]") -> None:
    """Returns when a fold has begun since now, or the search has ended without one."""
    before = len(_starts_of_folds(staged))
    while len(_starts_of_folds(staged)) == before and process.poll() is None:
        time.sleep(0.02)


def _without_times(runs: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Runs without the seconds that were spent, and without what tells of folds in the order in which they ended."""
    return {
        name: run
        | {
            "metrics": {key: value for key, value in run["metrics"].items() if not _TIMED.search(key)},
            "artifacts": {file: content for file, content in run["artifacts"].items() if file != "folds.json"},
        }
        for name, run in runs.items()
    }
