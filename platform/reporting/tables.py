"""Tables of reports: on a terminal, in a log, and as Markdown."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table


def report_console(*, width_in_a_log: int) -> Console:
    """As wide as the terminal; where there is none, of this width."""
    console = Console()
    return console if console.is_terminal else Console(width=width_in_a_log)


def print_table(console: Console, title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Prints a table with its title above."""
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading)
    for cells in rows:
        table.add_row(*cells)
    console.print(table)


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of the same as Markdown."""
    return [_markdown_row(headings), _markdown_row(["---"] * len(headings)), *(_markdown_row(cells) for cells in rows)]


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
