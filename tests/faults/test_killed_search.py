"""kill -9 and Ctrl-C in the middle of a search, then the same command again."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from tests.searches import Search, journal_lines, run_search, search_log

Start = Callable[[Path, Sequence[str]], "subprocess.Popen[bytes]"]
SECONDS_TO_FIRST_FOLDS = 400


def wait_for_folds(journal: Path, count: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SECONDS_TO_FIRST_FOLDS
    while not journal.exists() or journal.read_bytes().count(b'"record": "fold"') < count:
        assert process.poll() is None, f"the search ended too early: see {journal.parents[2]}/search.log"
        assert time.monotonic() < deadline, f"no {count} folds within {SECONDS_TO_FIRST_FOLDS} s"
        time.sleep(0.05)


def tracked_states(workspace: Path) -> list[str]:
    """States of all runs in the workspace's MLflow."""
    with closing(sqlite3.connect(workspace / "mlflow.db")) as database:
        return [state for (state,) in database.execute("select status from runs")]


def test_after_kill_9_finished_folds_are_not_run_again_and_the_table_is_that_of_an_undisturbed_run(
    undisturbed: Search, workspace: Path, start_search: Start
):
    journal = workspace / "studies" / "demo-smoke-seed5" / "journal.jsonl"
    process = start_search(workspace, ["--workers", "2"])
    wait_for_folds(journal, 2, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished = journal_lines(journal, "fold")

    resumed = run_search(workspace, "--workers", "1")

    assert resumed.ended.code == 0, resumed.ended.err
    assert resumed.result["resumed_folds"] == len(finished) >= 2
    assert resumed.result["new_folds"] == 9 - len(finished)
    folds = journal_lines(journal, "fold")
    assert folds[: len(finished)] == finished
    assert len({(fold["configuration"], fold["subject"]) for fold in folds}) == len(folds) == 9
    assert resumed.result["configurations"] == undisturbed.result["configurations"]
    assert resumed.result["best"] == undisturbed.result["best"]
    assert tracked_states(workspace) == ["FINISHED"] * 4


def test_ctrl_c_stops_cleanly_says_how_to_continue_and_loses_nothing(
    undisturbed: Search, workspace: Path, start_search: Start
):
    journal = workspace / "studies" / "demo-smoke-seed5" / "journal.jsonl"
    process = start_search(workspace, ["--workers", "2"])
    wait_for_folds(journal, 1, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=300)
    output = search_log(workspace).read_text()
    finished = len(journal_lines(journal, "fold"))

    resumed = run_search(workspace, "--workers", "2")

    assert process.returncode == 130, output
    assert "the same command continues" in output
    assert "Traceback" not in output
    assert resumed.result["resumed_folds"] == finished >= 1
    assert resumed.result["configurations"] == undisturbed.result["configurations"]
