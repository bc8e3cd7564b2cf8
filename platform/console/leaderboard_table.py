"""The leaderboard as a table for a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from platform.study.leaderboard import OVERALL, LeaderboardRow
from platform.study.records import DroppedRecord

_NUM_ROWS = 10
_WIDTH_IN_A_LOG = 132


def print_leaderboard(rows: Sequence[LeaderboardRow], *, title: str) -> None:
    """Prints the best configurations, both protocols side by side."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_IN_A_LOG)
    table = Table(title=title, title_justify="left")
    table.add_column("", justify="right")
    table.add_column("configuration")
    for heading in ("F1 overall\n(honest)", "macro", "micro", "F1 overall\n(paper)", "TP/FP/FN\n(honest)"):
        table.add_column(heading, justify="right")
    table.add_column("parameters")
    for rank, row in enumerate(rows[:_NUM_ROWS], start=1):
        table.add_row(str(rank), f"{row.name} *" if row.front else row.name, *_figures(row), _parameters(row.params))
    console.print(table)
    if len(rows) > _NUM_ROWS:
        console.print(f"... and {len(rows) - _NUM_ROWS} more")
    if any(row.front for row in rows):
        print("*: no other configuration is better in macro or micro F1 without being worse in the other.")


def print_dropped(dropped: Sequence[DroppedRecord], *, num_subjects: int) -> None:
    """Prints which configurations lost their race, and on how many subjects; they have no rank."""
    for record in dropped[:_NUM_ROWS]:
        print(
            f"dropped: {record.configuration} after {record.num_subjects} of {num_subjects} subjects, "
            f"F1 {record.f1:.3f} against {record.reference_f1:.3f} of {record.reference} on the same ones"
        )
    if len(dropped) > _NUM_ROWS:
        print(f"... and {len(dropped) - _NUM_ROWS} more were dropped")


def _figures(row: LeaderboardRow) -> list[str]:
    overall = row.honest[OVERALL]
    return [
        f"{overall.f1:.4f}",
        f"{row.honest['macro'].f1:.4f}",
        f"{row.honest['micro'].f1:.4f}",
        f"{row.paper[OVERALL].f1:.4f}",
        f"{overall.true_positives}/{overall.false_positives}/{overall.false_negatives}",
    ]


def _parameters(params: dict[str, object]) -> str:
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in sorted(params.items())
    )
