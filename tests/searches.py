"""Tiny searches in child processes, shared by the tests of several kinds."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from platform.rendering.dataset import DemoSettings, demo_plan, prepare_root, render_recording, write_annotations
from platform.study.workspace import Workspace

REPOSITORY = Path(__file__).resolve().parents[1]
TINY = DemoSettings(
    num_subjects=3, recordings_per_subject=1, seconds=2.4, macro_per_recording=1, micro_per_recording=1, seed=3
)
"""Three recordings of 72 frames: every stage runs on them in seconds."""
SMOKE_SEARCH = ("--space", "smoke", "--configurations", "3", "--seed", "5")
SMOKE_STUDY = "demo-smoke-seed5"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


def run_module(verb: str, *arguments: str | Path, timeout: float = 600, **environment: str) -> Ended:
    """Runs `python -m platform.<verb>` as a user would, in a child process."""
    done = subprocess.run(
        [sys.executable, "-m", f"platform.{verb}", *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a tiny demo dataset and its flow; copied by `workspace`, never written by a test."""
    return extract_into(tmp_path_factory.mktemp("extracted"))


def extract_into(folder: Path) -> Path:
    """Makes `folder` a workspace with a tiny demo dataset and its flow, and returns it."""
    root = folder / "demo"
    prepare_root(root, TINY)
    plans = demo_plan(TINY)
    for plan in plans:
        render_recording(plan, root, TINY)
    write_annotations(plans, root)
    ended = run_module("extract", "--workspace", folder, "--max-window", "17")
    assert ended.code == 0, ended.err
    # MLflow takes seconds to lay out a new SQLite file, which every copy of this workspace would pay again.
    lay_out = "import sys; from platform.tracking.client import tracking_client; tracking_client(sys.argv[1])"
    subprocess.run([sys.executable, "-c", lay_out, Workspace(folder).tracking_uri], cwd=REPOSITORY, check=True)
    return folder


@pytest.fixture
def workspace(extracted: Path, tmp_path: Path) -> Path:
    """A workspace of one's own, with the tiny demo dataset and its flow."""
    copy = tmp_path / "workspace"
    shutil.copytree(extracted, copy)
    return copy


@dataclass(frozen=True)
class Search:
    """A finished search."""

    workspace: Path
    ended: Ended
    result: dict[str, Any]

    @property
    def journal(self) -> Path:
        return next((self.workspace / "studies").glob("*/journal.jsonl"))


@pytest.fixture(scope="session")
def undisturbed(extracted: Path, tmp_path_factory: pytest.TempPathFactory) -> Search:
    """The smoke search with one worker that nothing disturbed: what the others are compared with."""
    folder = tmp_path_factory.mktemp("undisturbed") / "workspace"
    shutil.copytree(extracted, folder)
    return run_search(folder, "--workers", "1")


def smoke_search(*more: str) -> tuple[str, ...]:
    """The options of the smoke search with `more`, which take the place of its own where both name the same one."""
    own = zip(SMOKE_SEARCH[::2], SMOKE_SEARCH[1::2], strict=True)
    return (*(part for option in own if option[0] not in more for part in option), *more)


def run_search(workspace: Path, *more: str) -> Search:
    """Runs the smoke search in `workspace` to its end."""
    report = workspace / "result.json"
    ended = run_module("search", "--workspace", workspace, *smoke_search(*more), "--json", report)
    result = json.loads(report.read_text()) if report.exists() else {}
    return Search(workspace=workspace, ended=ended, result=result)


def journal_lines(path: Path, record: str) -> list[dict[str, Any]]:
    """The journal's records of one type, without what differs from run to run."""
    records = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return [values for values in records if values["record"] == record]


@pytest.fixture
def start_search() -> Callable[[Path, Sequence[str]], subprocess.Popen[bytes]]:
    """Starts the smoke search in a process group of its own, to be killed; what it says goes to `search_log`."""

    def start(workspace: Path, more: Sequence[str] = ()) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "platform.search", "--workspace", str(workspace), *smoke_search(*more)]
        with search_log(workspace).open("wb") as log:
            return subprocess.Popen(
                command,
                cwd=REPOSITORY,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A shell that starts tests in the background makes them, and so their children, deaf to Ctrl-C.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no threads here
            )

    return start


def search_log(workspace: Path) -> Path:
    """Where a started search writes what it says."""
    return workspace / "search.log"
