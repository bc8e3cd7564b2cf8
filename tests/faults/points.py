"""Faults that happen at an exact point of a search, for once; imported by drivers and workers of the tests alone."""

import errno
import json
import os
import signal
import threading
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self


class Point(StrEnum):
    """Where in a search; the passings of every point are counted."""

    BEFORE_SUGGEST = "before-suggest"
    """In the driver: a configuration is chosen and not yet in the journal."""
    FOLD_STARTED = "fold-started"
    IN_A_FOLD = "in-a-fold"
    """In a worker: trained, and nothing stored."""
    BEFORE_JOURNAL = "before-journal"
    """In the driver: frame scores are on disk, and the fold is not yet in the journal."""
    IN_THE_WINNER = "in-the-winner"
    """In a worker: trained on every subject, with a checkpoint of the last epoch and no model."""
    IN_TRACKING = "in-tracking"
    """In the driver's thread: a configuration is half written to MLflow."""
    IN_REGISTRY = "in-registry"
    """In the driver: the winner's files are in MLflow, and no version names them yet."""


class Action(StrEnum):
    """What happens to the process that comes to the point."""

    DIE = "die"
    HANG = "hang"
    WAIT = "wait"
    """It says that it is there, and goes on when the test lets it."""
    FILL = "fill"
    """The disk is full from now on."""
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault; a passing of the point is counted in `marks`, across all processes and starts.

    Attributes:
        passing: the fault happens to the passing with this number, counted from 0.
        times: and to those that follow, so many in all.
        disk: folder on the disk that FILL fills.
    """

    marks: str
    point: Point = Point.FOLD_STARTED
    action: Action = Action.NONE
    passing: int = 0
    times: int = 1
    disk: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """The fault that `text` wrote."""
        values = json.loads(text)
        return cls(**values | {"point": Point(values["point"]), "action": Action(values["action"])})

    @property
    def text(self) -> str:
        """The fault as one argument of a command."""
        return json.dumps(asdict(self))

    @property
    def reached(self) -> Path:
        """Holds the number of the process to which the fault happened."""
        return Path(self.marks) / f"reached-{self.point}-{self.action}"

    @property
    def go_on(self) -> Path:
        """A process that waits goes on when this file is there."""
        return Path(self.marks) / f"go-on-{self.point}"

    @property
    def filling(self) -> Path:
        """The file that fills the disk; when it is deleted there is room again."""
        return Path(self.disk) / "filling"

    def pass_by(self, point: Point, told: str = "") -> None:
        """Counts a passing of `point` and, where it is that of the fault, lets it happen."""
        number = self._count(point, told)
        happens = point == self.point and self.passing <= number < self.passing + self.times
        if not happens or self.action is Action.NONE:
            return
        self.reached.write_text(str(os.getpid()))
        if self.action is Action.DIE:
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.action is Action.HANG:
            # Sent to the process, it would let this thread run on until another one is awake to take it.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        elif self.action is Action.WAIT:
            while not self.go_on.exists():
                time.sleep(0.02)
        else:
            fill(self.filling)

    def _count(self, point: Point, told: str) -> int:
        number = len(list(Path(self.marks).glob(f"{point}.*")))
        while True:
            try:
                with (Path(self.marks) / f"{point}.{number}").open("x") as file:
                    file.write(told)
            except FileExistsError:
                number += 1
            else:
                return number


def fill(path: Path) -> None:
    """Writes to `path` until its disk takes nothing more."""
    with path.open("wb", buffering=0) as file:
        size = 1 << 16
        while size:
            try:
                file.write(bytes(size))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                size //= 2


def started_folds(marks: Path) -> list[str]:
    """`configuration/subject` of every start of a fold, repeated ones repeatedly."""
    return [path.read_text() for path in sorted(marks.glob(f"{Point.FOLD_STARTED}.*"))]
