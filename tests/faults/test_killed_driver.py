"""The driver of a search is killed, hung or asked to stop at every point; the same command then continues."""

import os
import shutil
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from platform.console.command import MISTAKE, STOPPED
from tests.faults.checks import as_if_nothing_had_happened, report, statuses, tracked
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import Search

NUM_WORKERS = 2
WORKERS = ("--workers", str(NUM_WORKERS))


@pytest.mark.slow
def test_killed_at_every_point_in_turn_a_search_loses_at_most_the_folds_that_were_running(
    undisturbed: Search, staged: StagedSearch
):
    repeated = [0]
    for point in (Point.BEFORE_SUGGEST, Point.BEFORE_JOURNAL, Point.IN_TRACKING, Point.IN_REGISTRY):
        passing = 1 if point in {Point.BEFORE_SUGGEST, Point.BEFORE_JOURNAL} else 0

        process, fault = staged.start(point, Action.DIE, *WORKERS, passing=passing)
        staged.wait_for(fault, process)

        assert process.wait(timeout=60) == -signal.SIGKILL, point
        repeated.append(staged.repeated)

    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)
    repeated.append(staged.repeated)
    # Each start repeats what the kill before it has cost.
    assert all(after - before <= NUM_WORKERS for before, after in pairwise(repeated)), repeated


@pytest.mark.slow
def test_killed_while_folds_run_a_search_runs_those_again_and_no_other(undisturbed: Search, staged: StagedSearch):
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *WORKERS, passing=2)
    staged.wait_for(fault, process)
    process.kill()
    process.wait()
    fault.go_on.touch()

    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)
    assert 1 <= staged.repeated <= NUM_WORKERS


@pytest.mark.slow
def test_tracking_that_was_deleted_is_made_again_from_the_journal(undisturbed: Search, workspace: Path):
    copy = workspace / "copy"
    shutil.copytree(undisturbed.workspace, copy)
    before = tracked(undisturbed.workspace)
    shutil.rmtree(copy / "mlflow-artifacts")
    (copy / "mlflow.db").unlink()

    again = StagedSearch(copy, workspace).finish(*WORKERS)

    assert again.ended.code == 0, again.ended.err
    assert again.result["new_folds"] == 0
    assert tracked(copy) == before
    assert report(again) == report(undisturbed)


@pytest.mark.slow
def test_a_driver_that_hung_keeps_others_out_and_goes_on_where_it_was(undisturbed: Search, staged: StagedSearch):
    process, fault = staged.start(Point.BEFORE_JOURNAL, Action.HANG, *WORKERS, passing=1)
    hung = staged.wait_for(fault, process)
    second = staged.finish(*WORKERS)
    os.kill(hung, signal.SIGCONT)

    assert process.wait(timeout=500) == 0
    assert second.ended.code == MISTAKE
    assert "one search at a time may write a study" in second.ended.err
    assert staged.repeated == 0
    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_at_every_point_in_turn_a_search_ends_in_good_order(
    undisturbed: Search, staged: StagedSearch, sent: signal.Signals
):
    for point in (Point.BEFORE_SUGGEST, Point.IN_A_FOLD, Point.BEFORE_JOURNAL, Point.IN_TRACKING, Point.IN_REGISTRY):
        process, fault = staged.start(point, Action.WAIT, *WORKERS)
        staged.wait_for(fault, process)
        # To the driver alone, as `ray job stop` and Kubernetes do. A fold that runs for long is not waited for.
        process.send_signal(sent)
        if point is Point.IN_TRACKING:
            fault.go_on.touch()

        assert process.wait(timeout=60) == STOPPED, (point, staged.said)
        assert "the same command continues" in staged.said
        assert "Traceback" not in staged.said
        assert "RUNNING" not in statuses(staged.workspace), point
        fault.go_on.touch()

    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)
