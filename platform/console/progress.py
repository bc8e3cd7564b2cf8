"""Progress of one stage: a live line on a terminal, one plain line now and then in a log."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 15.0


class StageProgress:
    """Counts units of work of a stage and says how many are done, how fast, and how long the rest takes.

    with StageProgress("extract", total=12, unit="recordings") as progress:
        progress.advance(1, detail="31 frames/s")
    """

    def __init__(self, stage: str, *, total: int, unit: str, done: int = 0) -> None:
        self._stage = stage
        self._total = total
        self._unit = unit
        self._done_before = done
        self._done = done
        self._started = time.monotonic()
        self._last_line = self._started
        self._live = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(stage, total=total, completed=done, detail="")

    def __enter__(self) -> Self:
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bar.stop()
        if kind is None:
            self._say(f"{self._stage}: {self._done} of {self._total} {self._unit} in {self._elapsed():.0f} s")

    def advance(self, units: int, *, detail: str = "") -> None:
        """Counts `units` more as done."""
        self._done += units
        self._bar.update(self._task, completed=self._done, detail=detail)
        now = time.monotonic()
        if not self._live and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            detail_part = f", {detail}" if detail else ""
            done = f"{self._done} of {self._total} {self._unit}"
            self._say(f"{self._stage}: {done}{detail_part}, about {self._remaining()} left")

    def _remaining(self) -> str:
        new = self._done - self._done_before
        seconds = self._elapsed() / max(1, new) * (self._total - self._done)
        return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
