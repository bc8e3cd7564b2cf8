"""Extraction that is killed or meets a broken recording: finished recordings stay, the rerun does the rest."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from platform.console.command import UNDONE
from tests.searches import REPOSITORY, run_module


def arrow_files(workspace: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (workspace / "flow").rglob("*.arrow")}


@pytest.mark.slow
def test_after_kill_9_the_rerun_extracts_the_rest_and_the_store_is_bitwise_the_same(extracted: Path, tmp_path: Path):
    workspace = tmp_path / "workspace"
    shutil.copytree(extracted / "demo", workspace / "demo")
    options = ["--workspace", str(workspace), "--max-window", "17", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "platform.extract", *options],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 400
    while not arrow_files(workspace) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished = arrow_files(workspace)
    times = {path.name: path.stat().st_mtime_ns for path in (workspace / "flow").rglob("*.arrow")}

    ended = run_module("extract", *options)

    assert 1 <= len(finished) < 3, "the kill must fall between the first and the last recording"
    assert ended.code == 0, ended.err
    assert arrow_files(workspace) == arrow_files(extracted)
    untouched = {path.name: path.stat().st_mtime_ns for path in (workspace / "flow").rglob("*.arrow")}
    assert {name: untouched[name] for name in times} == times


@pytest.mark.slow
def test_a_broken_recording_is_named_while_the_others_finish(extracted: Path, tmp_path: Path):
    workspace = tmp_path / "workspace"
    shutil.copytree(extracted / "demo", workspace / "demo")
    min((workspace / "demo").rglob("img040.jpg")).write_bytes(b"not an image")

    broken = run_module("extract", "--workspace", str(workspace), "--max-window", "17")

    assert broken.code == UNDONE
    assert "img040.jpg" in broken.err
    assert "Restore the file from the release." in broken.err
    assert len(arrow_files(workspace)) == 2
