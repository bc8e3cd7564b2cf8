"""Tiny studies whose whole process group is killed again and again at random moments until they are finished.

`make test-kills` runs it; the moments are drawn from a seed that is printed and may be given in SPOTFORMER_KILL_SEED.
"""

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.checks import as_if_nothing_had_happened, tracked
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import Search

NUM_KILLS = int(os.environ.get("SPOTFORMER_KILLS", "50"))
SEED = int(os.environ.get("SPOTFORMER_KILL_SEED", "20261125"))
NUM_WORKERS = 2
WORKERS = ("--workers", str(NUM_WORKERS))
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
    # From a start to its end as it is on this machine now: moments are spread over all of it.
    seconds = _seconds_of_a_whole_search(_study(extracted, tmp_path / "measured"))
    while kills < NUM_KILLS:
        staged = _study(extracted, tmp_path / f"study-{studies}")
        of_this_study = _kill_until_finished(staged, moments, seconds, at_most=min(LONGEST_STUDY, NUM_KILLS - kills))
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


def _seconds_of_a_whole_search(staged: StagedSearch) -> float:
    started = time.monotonic()
    assert staged.finish(*WORKERS).ended.code == 0, staged.said
    return time.monotonic() - started


def _kill_until_finished(staged: StagedSearch, moments: random.Random, seconds: float, *, at_most: int) -> int:
    """Starts the search and kills it until it has ended by itself; how often it was killed."""
    for kills in range(at_most):
        process, _ = staged.start(Point.FOLD_STARTED, Action.NONE, *WORKERS)
        try:
            code = process.wait(timeout=moments.uniform(0, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        else:
            assert code == 0, staged.said
            return kills
    return at_most


def _without_times(runs: dict[str, dict[str, object]]) -> dict[str, object]:
    """Runs without their tables of folds, which hold the seconds that each took."""
    return {
        name: run | {"artifacts": {file: content for file, content in run["artifacts"].items() if file != "folds.json"}}
        for name, run in runs.items()
    }
