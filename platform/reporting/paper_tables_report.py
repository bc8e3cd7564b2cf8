"""The paper's tables beside our own figures, on a terminal, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platform.reporting.own_configurations import OwnConfiguration
from platform.reporting.paper_tables import Beside, ComparedCounts, ComparedRow, ComparedTable
from platform.reporting.published_tables import PUBLISHED_TRUTHS, STANDING_TRUTHS, TABLE_VII, counted_truths
from platform.reporting.tables import markdown_table, print_table, report_console
from spotformer_core.atomic_files import written_whole
from spotformer_core.metrics.counts import Counts

_DASH = "-"
_WIDTH_IN_A_LOG = 170
_LEGEND = (
    "Published | ours. Ours under the protocol `pooled` (one choice on the pooled result, optimistic), with its 95 %",
    "interval over subjects, the difference, whether the interval includes the published figure, and the honest F1.",
    "A dash: the paper gives no figure, or no study of this workspace does. A row is found by architecture, window,",
    "lambda, features and graph pooling; of several configurations the one whose other parameters are nearest to the",
    "published ones stands for it, whatever it scores.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PaperReport:
    """All tables.

    Attributes:
        left_out: studies of the workspace that may not stand beside the paper, each with the reason.
    """

    tables: tuple[ComparedTable, ...]
    counts: tuple[ComparedCounts, ...]
    left_out: tuple[str, ...]


def print_paper_report(report: PaperReport) -> None:
    """Prints every table and where our figures come from."""
    console = report_console(width_in_a_log=_WIDTH_IN_A_LOG)
    for title, headings, rows in _all_tables(report, separator="\n"):
        print_table(console, title, headings, rows)
    for line in (*_LEGEND, *_notes(report)):
        console.print(line, markup=False, highlight=False)


def write_paper_markdown(path: Path, report: PaperReport) -> None:
    """Writes the same as a Markdown document."""
    lines = ["# Published figures beside ours", ""]
    for title, headings, rows in _all_tables(report, separator=" "):
        shown = ([cell.replace(" | ", " / ") for cell in cells] for cells in rows)
        lines += [f"## {title}", "", *markdown_table(headings, shown), ""]
    lines += [" ".join(_LEGEND).replace("Published | ours", "Published / ours"), ""]
    lines += [f"- {note}" for note in _notes(report)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def write_paper_json(path: Path, report: PaperReport) -> None:
    """Writes `tables`, by the paper's numbers, and `left_out`."""
    tables: dict[str, Any] = {table.number: [_row_as_json(row) for row in table.rows] for table in report.tables}
    tables[TABLE_VII.number] = [
        {
            "dataset": one.dataset,
            "kind": one.name,
            "published": _counts_as_json(one.published),
            "own": None if one.own is None else _counts_as_json(one.own),
        }
        for one in report.counts
    ]
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps({"tables": tables, "left_out": list(report.left_out)}, indent=2) + "\n")


def paper_table_cells(report: PaperReport) -> Iterator[tuple[str, Sequence[str], list[list[str]]]]:
    """Title, headings and cells of every table; a cell with our own figures has several lines."""
    return _all_tables(report, separator="\n")


def paper_legend() -> str:
    """What has to be known to read the tables."""
    return " ".join(_LEGEND)


def paper_notes(report: PaperReport) -> list[str]:
    """Where our figures come from, and which studies were left out."""
    return _notes(report)


def _all_tables(report: PaperReport, *, separator: str) -> Iterator[tuple[str, Sequence[str], list[list[str]]]]:
    """Title, headings and cells of every table."""
    for table in report.tables:
        columns = [(dataset, name) for dataset in table.datasets for name in table.rows[0].cells[dataset]]
        headings = ["", *(f"{dataset} {name}" for dataset, name in columns)]
        rows = [
            [row.label, *(_beside(row.cells[dataset][name], separator) for dataset, name in columns)]
            for row in table.rows
        ]
        yield f"Table {table.number}: {table.title} (F1)", headings, rows
    headings = ["", "TP", "FP", "FN", "precision", "recall", "F1"]
    yield f"Table {TABLE_VII.number}: {TABLE_VII.title}", headings, [_counts_row(one) for one in report.counts]


def _beside(cell: Beside, separator: str) -> str:
    published = _DASH if cell.published is None else f"{cell.published:.4f}"
    if cell.own is None or cell.honest is None:
        return f"{published} | {_DASH}"
    parts = [f"{published} | {cell.own.value:.4f}", f"({cell.own.low:.3f}, {cell.own.high:.3f})"]
    if cell.difference is not None:
        parts.append(f"{cell.difference:+.4f}, {'included' if cell.holds_published else 'not included'}")
    return separator.join([*parts, f"honest {cell.honest.value:.4f}"])


def _counts_row(one: ComparedCounts) -> list[str]:
    columns = [_counts_cells(one.published), [_DASH] * 6 if one.own is None else _counts_cells(one.own)]
    return [f"{one.dataset} {one.name}", *(f"{published} | {own}" for published, own in zip(*columns, strict=True))]


def _counts_cells(counts: Counts) -> list[str]:
    rates = (counts.precision, counts.recall, counts.f1)
    return [*(str(number) for number in counts.as_dict().values()), *(f"{rate:.4f}" for rate in rates)]


def _counts_as_json(counts: Counts) -> dict[str, float]:
    return {**counts.as_dict(), "precision": counts.precision, "recall": counts.recall, "f1": counts.f1}


def _row_as_json(row: ComparedRow) -> dict[str, Any]:
    return {
        "label": row.label,
        "f1": {
            dataset: {name: _beside_as_json(cell) for name, cell in cells.items()}
            for dataset, cells in row.cells.items()
        },
        "sources": {
            dataset: {"study": own[0].study, "id": own[0].name, "differing": own[0].differing, "of": len(own)}
            | ({"judged_by": own[0].truths, "published": PUBLISHED_TRUTHS[dataset]} if _other_truths(own[0]) else {})
            for dataset, own in row.sources.items()
        },
    }


def _beside_as_json(cell: Beside) -> dict[str, Any]:
    return {**asdict(cell), "difference": cell.difference, "interval_includes_published": cell.holds_published}


def _notes(report: PaperReport) -> list[str]:
    sources = {
        (own[0].study, own[0].name): _source(dataset, own)
        for table in report.tables
        for row in table.rows
        for dataset, own in row.sources.items()
    }
    return [*sources.values(), *(f"left out: {reason}" for reason in report.left_out)]


def _source(dataset: str, own: Sequence[OwnConfiguration]) -> str:
    first = own[0]
    others = f", nearest of {len(own)}" if len(own) > 1 else ""
    differing = ", ".join(f"{name} {value}" for name, value in first.differing.items())
    judged = f"; {_other_truths(first)}" if _other_truths(first) else ""
    return f"{dataset}: {first.study}/{first.name}{others}; " + (
        f"not as published: {differing}{judged}" if differing else f"every other parameter as published{judged}"
    )


def _other_truths(own: OwnConfiguration) -> str:
    """By what a study is judged and by what the paper, where that differs; otherwise nothing."""
    published = PUBLISHED_TRUTHS[own.dataset]
    if own.truths == published:
        return ""
    names = [name for name, truths in STANDING_TRUTHS[own.dataset].items() if truths == own.truths]
    return f"judged by {counted_truths(own.truths)} ({', '.join(names)}), the paper by {counted_truths(published)}"
