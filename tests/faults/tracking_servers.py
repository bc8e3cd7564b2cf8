"""A real MLflow server on loopback that is killed, stopped and started again over one and the same store."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tests.free_ports import free_ports

SECONDS_TO_START = 200
IMPATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "2", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
"""The environment of a search that gives a server up in seconds."""


class TrackingServer:
    """A server in a process group of its own, its store a SQLite file in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_ports(1)[0]
        self.address = f"http://127.0.0.1:{self._port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the server that was started last."""
        assert self.process is not None
        return self.process.pid

    @contextmanager
    def open(self) -> Iterator[Self]:
        """The server runs inside the block."""
        self.start()
        try:
            yield self
        finally:
            self.kill()

    def start(self) -> None:
        """Starts it, after it was killed again, and waits until it answers."""
        self.kill()
        store = f"sqlite:///{self._folder / 'server.db'}"
        command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--workers", "1"]
        options = ["--default-artifact-root", str(self._folder / "artifacts"), "--port", str(self._port)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen([*command, *options], stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.2)

    def signal(self, sent: signal.Signals) -> None:
        """Sends a signal to all of its processes."""
        os.killpg(self.pid, sent)

    def kill(self) -> None:
        """Kills all of its processes, if it runs."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.address}/health", timeout=2).close()
        except OSError:
            return False
        return True

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"
