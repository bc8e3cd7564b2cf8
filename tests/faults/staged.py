"""The smoke search with one fault at a time, in process groups of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from platform.study.workspace import Workspace, journal_path
from tests.faults.points import Action, Fault, Point, started_folds
from tests.searches import REPOSITORY, SMOKE_SEARCH, SMOKE_STUDY, Ended, Search, journal_lines

SECONDS_TO_ANY_POINT = 500


@dataclass
class StagedSearch:
    """The smoke search of a workspace; starts it as often as faults end it."""

    workspace: Path
    marks: Path
    study: str = SMOKE_STUDY
    search: tuple[str, ...] = SMOKE_SEARCH
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(
        self,
        point: Point,
        action: Action,
        *more: str,
        passing: int = 0,
        times: int = 1,
        disk: Path | None = None,
        **environment: str,
    ) -> tuple["subprocess.Popen[bytes]", Fault]:
        """A running search to which the fault will happen at the passing with this number, counted from this start."""
        done = len(list(self.marks.glob(f"{point}.*")))
        fault = Fault(
            marks=str(self.marks),
            point=point,
            action=action,
            passing=done + passing,
            times=times,
            disk=str(disk) if disk else "",
        )
        fault.reached.unlink(missing_ok=True)
        return self._started("tests.faults.stage", fault.text, *more, **environment), fault

    def finish(self, *more: str, **environment: str) -> Search:
        """The same command once more, undisturbed and to its end."""
        fault = Fault(marks=str(self.marks))
        process = self._started("tests.faults.stage", fault.text, "--json", str(self.report), *more, **environment)
        code = process.wait(timeout=SECONDS_TO_ANY_POINT)
        result = json.loads(self.report.read_text()) if self.report.exists() else {}
        return Search(self.workspace, Ended(code, self.said, self.said), result)

    @property
    def report(self) -> Path:
        return self.marks / "result.json"

    @property
    def journal(self) -> Path:
        return journal_path(Workspace(self.workspace).study(self.study))

    @property
    def said(self) -> str:
        """What the last start printed."""
        return self._log.read_text()

    @property
    def repeated(self) -> int:
        """Folds that were started more than once."""
        starts = started_folds(self.marks)
        return len(starts) - len(set(starts))

    @property
    def num_finished(self) -> int:
        """Folds in the journal."""
        return len(journal_lines(self.journal, "fold")) if self.journal.exists() else 0

    def wait_until(self, there: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
        """Returns when something is there; fails when the search ends without it."""
        deadline = time.monotonic() + SECONDS_TO_ANY_POINT
        while not there():
            assert process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)

    def wait_for(self, fault: Fault, process: "subprocess.Popen[bytes]") -> int:
        """The process to which the fault happened, once it has."""
        self.wait_until(lambda: fault.reached.exists() and bool(fault.reached.read_text()), process)
        return int(fault.reached.read_text())

    @property
    def _log(self) -> Path:
        return self.marks / f"search-{len(self.started)}.log"

    def _started(self, module: str, *words: str, **environment: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", module, words[0], "--workspace", str(self.workspace), *self.search]
        command += ["--study", self.study]
        self.started.append(None)  # type: ignore[arg-type]  the log is named by the number of the start
        with self._log.open("wb") as log:
            self.started[-1] = subprocess.Popen(
                [*command, *words[1:]],
                cwd=REPOSITORY,
                env={**os.environ, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # Where the tests themselves run in the background, a shell makes them and their children ignore Ctrl-C.
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509  no threads here
            )
        return self.started[-1]
