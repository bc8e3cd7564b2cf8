"""Progress of one stage: a live line on a terminal, one plain line now and then in a log."""

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

SECONDS_BETWEEN_LINES = 15.0


def time_left(seconds: float) -> str:
    """An estimate of the rest in the unit that suits it; no more exact than it can be."""
    if seconds < 100:
        return f"about {seconds:.0f} s left"
    minutes = seconds / 60
    return f"about {minutes:.0f} min left" if minutes < 100 else f"about {minutes / 60:.0f} h left"


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What takes the time, when the units that people count differ in size: frames where recordings are counted."""

    total: int
    unit: str


class StageProgress:
    """Counts units of work of a stage and says how many are done, how fast, and how long the rest takes.

    with StageProgress("extract", total=12, unit="recordings", work=Work(total=2880, unit="frames")) as progress:
        progress.advance(1, work=240)

    Args:
        done: units that an earlier run did; they count as done, not as speed.
        work: what this run has to do; without it every unit is taken for as much work as any other.
    """

    def __init__(self, stage: str, *, total: int, unit: str, done: int = 0, work: Work | None = None) -> None:
        self._stage = stage
        self._total = total
        self._unit = unit
        self._done = done
        self._work = work
        self._work_total = total - done if work is None else work.total
        self._work_done = 0
        self._started = time.monotonic()
        self._last_line = self._started
        self._live = sys.stderr.isatty()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[line]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(stage, total=max(1, self._work_total), line=self._count())

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
            self._say(", ".join([f"{self._stage}: {self._count()} in {self._elapsed():.0f} s", *self._rate()]))

    def advance(self, units: int, *, work: int = 0, detail: str = "") -> None:
        """Counts `units` more as done, and `work` of what takes the time where that is counted apart."""
        self._done += units
        self._work_done += units if self._work is None else work
        details = [detail] if detail else self._rate()
        line = ", ".join([self._count(), *details, *self._remaining()])
        self._bar.update(self._task, completed=self._work_done, line=line)
        now = time.monotonic()
        if not self._live and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._say(f"{self._stage}: {line}")

    def _count(self) -> str:
        return f"{self._done} of {self._total} {self._unit}"

    def _rate(self) -> list[str]:
        if self._work is None or not self._work_done:
            return []
        return [f"{self._work_done / max(self._elapsed(), 1e-3):.0f} {self._work.unit}/s"]

    def _remaining(self) -> list[str]:
        if not self._work_done:
            return []
        seconds = self._elapsed() / self._work_done * max(0, self._work_total - self._work_done)
        return [time_left(seconds)]

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)
