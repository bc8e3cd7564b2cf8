"""Progress of a search: one live panel on a terminal, one line per event in a log.

In a log the events are decisions: a configuration is complete, dropped or given up. Folds come by the thousand, so
they are counted in a line at most every 15 seconds.
"""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live

from platform.console.progress import SECONDS_BETWEEN_LINES, time_left
from platform.console.search_panel import racing_of, search_panel
from platform.study.planning import Plan
from platform.study.standing import Decisions, SearchStanding, standing_of

REFRESHES_PER_SECOND = 2


class SearchProgress:
    """Shows how far the search of a plan is.

    with SearchProgress(plan, study="demo-demo-seed0") as progress:
        progress.changed()  # after every fold

    The panel is drawn by a thread of its own from what `changed` saw, so that the clock moves while folds run; only the
    number of running folds is read at that moment.

    Args:
        remark: stands below the panel, where the F1 must not be seen without it.
    """

    def __init__(self, plan: Plan, *, study: str, remark: str = "", console: Console | None = None) -> None:
        self._plan = plan
        self._title = f"search {study}"
        self._remark = remark
        self._console = console or Console(stderr=True)
        self._decisions = Decisions(plan.state)
        self._standing = standing_of(plan)
        self._done_before = self._standing.num_done
        self._started = self._last_line = time.monotonic()
        self._live = Live(
            get_renderable=self._panel,
            console=self._console,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
        )
        self._on_terminal = self._console.is_terminal and not self._console.is_dumb_terminal

    def __enter__(self) -> Self:
        if self._on_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._standing = standing_of(self._plan)
        self._say_decisions()
        if self._on_terminal:
            self._live.stop()
        if kind is None:
            racing = racing_of(self._standing)
            self._say(f"{self._count()} in {self._elapsed():.0f} s{f'; racing: {racing}' if racing else ''}")

    def changed(self) -> None:
        """Takes note of what the plan knows now; called by the thread that plans."""
        self._standing = standing_of(self._plan)
        self._say_decisions()
        now = time.monotonic()
        if not self._on_terminal and now - self._last_line >= SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._say(self._line())

    def _say_decisions(self) -> None:
        for sentence in self._decisions.new():
            if not self._on_terminal:
                self._say(sentence)

    def _line(self) -> str:
        parts = [f"{self._count()}, {self._plan.num_running} running"]
        if self._standing.best is not None:
            parts.append(f"best F1 {self._standing.best.f1:.3f} ({self._standing.best.name}, honest)")
        return ", ".join([*parts, *self._pace()])

    def _panel(self) -> RenderableType:
        return search_panel(
            self._standing,
            title=self._title,
            num_running=self._plan.num_running,
            pace=", ".join(self._pace()),
            width=self._console.width,
            remark=self._remark,
        )

    def _pace(self) -> list[str]:
        """Folds per minute of this run, and how long the rest takes at that pace."""
        standing: SearchStanding = self._standing
        now_done, elapsed = standing.num_done - self._done_before, self._elapsed()
        if now_done <= 0 or elapsed <= 0:
            return []
        rest = elapsed / now_done * (standing.num_folds - standing.num_done)
        return [f"{60 * now_done / elapsed:.3g} folds per minute", time_left(rest)]

    def _count(self) -> str:
        return f"{self._standing.num_done} of {self._standing.num_folds} folds"

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    @staticmethod
    def _say(line: str) -> None:
        print(f"search: {line}", file=sys.stderr, flush=True)
