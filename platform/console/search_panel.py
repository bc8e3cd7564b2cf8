"""The one panel that a terminal shows while a search runs."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from platform.study.standing import SearchStanding

WIDEST = 100
"""Columns; longer lines are harder to read at a glance."""
ROOM_FOR_CTRL_C = 3
"""Columns kept free at the right: the ^C that a terminal echoes there would else begin a new line."""


def search_panel(
    standing: SearchStanding, *, title: str, num_running: int, pace: str, width: int, remark: str = ""
) -> Panel:
    """Folds, the best so far, pace, what racing saved and what failed, in fewer than `width` columns.

    Args:
        pace: folds per minute and what is left, as `Pace` words it.
        remark: below everything, for what must stand wherever an F1 stands.
    """
    rows = Table.grid(padding=(0, 2), expand=True)
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    rows.add_row("folds", folds_of(standing, num_running))
    rows.add_row("best", _best(standing))
    if standing.best is not None:
        rows.add_row("", Text(shown_values(standing.best.params), style="dim"))
    rows.add_row("pace", pace or "known after the first fold")
    rows.add_row("racing", racing_of(standing) or "no configuration dropped")
    rows.add_row("failed", _failed(standing))
    bar = Table.grid(expand=True)
    bar.add_row(ProgressBar(total=max(1, standing.num_folds), completed=standing.num_done))
    return Panel(
        Group(bar, rows),
        title=title,
        title_align="left",
        subtitle=remark or None,
        subtitle_align="left",
        box=box.ROUNDED,
        border_style="dim",
        width=min(width - ROOM_FOR_CTRL_C, WIDEST),
    )


def folds_of(standing: SearchStanding, num_running: int) -> str:
    """How many folds are done, run and wait, and how many there are."""
    num_waiting = max(0, standing.num_folds - standing.num_done - num_running)
    return f"{standing.num_done} done, {num_running} running, {num_waiting} waiting, {standing.num_folds} in all"


def racing_of(standing: SearchStanding) -> str:
    """What racing saved; empty when it has dropped nothing."""
    if not standing.num_dropped:
        return ""
    return f"{_counted(standing.num_saved, 'fold')} saved, {_counted(standing.num_dropped, 'configuration')} dropped"


def shown_values(values: Mapping[str, Any]) -> str:
    """Names and values of a configuration in one line."""
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in sorted(values.items())
    )


def _best(standing: SearchStanding) -> Text:
    if standing.best is None:
        return Text("no configuration is complete yet")
    return Text.assemble((standing.best.name, "bold"), ", F1 ", (f"{standing.best.f1:.3f}", "bold"), " (honest)")


def _failed(standing: SearchStanding) -> Text:
    if not standing.num_failed:
        return Text("nothing")
    return Text(f"{_counted(standing.num_failed, 'configuration')}, named at the end", style="bold red")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
