"""The tracking server dies or hangs while a search writes to it: the search goes on, the next one writes the rest."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from platform.console.command import UNDONE
from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import Search

SECONDS_TO_START = 200
Serve = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def serve(tmp_path: Path, address: str) -> Iterator[Serve]:
    """Starts the server of one and the same store in a process group of its own."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        store, port = f"sqlite:///{tmp_path / 'server.db'}", address.rpartition(":")[2]
        command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store]
        options = ["--default-artifact-root", str(tmp_path / "artifacts"), "--port", port, "--workers", "1"]
        with (tmp_path / "server.log").open("ab") as log:
            process = subprocess.Popen([*command, *options], stdout=log, stderr=log, start_new_session=True)
        started.append(process)
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{address}/health", timeout=2)
                return process
            except OSError:
                time.sleep(0.2)
        pytest.fail((tmp_path / "server.log").read_text())

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_that_dies_or_hangs_costs_no_fold_and_is_brought_up_to_date_later(
    undisturbed: Search, staged: StagedSearch, serve: Serve, address: str, sent: signal.Signals
):
    server = serve()
    impatient = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "2", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    options = ("--workers", "2", "--tracking-uri", address)
    process, fault = staged.start(Point.IN_TRACKING, Action.WAIT, *options, **impatient)
    staged.wait_for(fault, process)
    os.killpg(server.pid, sent)
    fault.go_on.touch()

    code = process.wait(timeout=300)
    said = staged.said
    if sent == signal.SIGKILL:
        server.wait()
        serve()
    else:
        os.killpg(server.pid, signal.SIGCONT)

    assert code == UNDONE, said
    assert "problem: tracking: " in said
    assert "Traceback" not in said
    assert (staged.num_finished, staged.repeated) == (9, 0)
    again = as_if_nothing_had_happened(undisturbed, staged, *options, tracking_uri=address)
    assert again.result["new_folds"] == 0
