"""The comparison of a study's configurations on a terminal, as Markdown and as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from platform.reporting.study_comparison import ComparedConfiguration, StudyComparison
from platform.study.leaderboard import OVERALL
from spotformer_core.atomic_files import written_whole
from spotformer_core.metrics.bootstrap import Estimate
from spotformer_core.metrics.protocols import Protocol

_WIDTH_IN_A_LOG = 150
_HEADINGS = (
    "",
    "configuration",
    "F1 overall (honest)",
    "macro",
    "micro",
    "F1 overall (paper)",
    "behind the best",
    "probability of being best",
    "parameters",
)
_LEGEND = (
    "honest: thresholds chosen on the other subjects. paper: chosen on the pooled result itself, optimistic.",
    "In brackets 95 % intervals over subjects; behind the best: paired on the same subjects.",
)


def print_comparison(comparison: StudyComparison, *, title: str) -> None:
    """Prints every configuration and what the best one is worth."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_IN_A_LOG)
    table = Table(title=f"{title}: {_size(comparison)}", title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading)
    for cells in _rows(comparison):
        table.add_row(*(cell.replace(" (", "\n(", 1) for cell in cells))
    console.print(table)
    for line in (*_LEGEND, _worth(comparison)):
        console.print(line, markup=False, highlight=False)


def write_comparison_markdown(path: Path, comparison: StudyComparison, *, title: str) -> None:
    """Writes the same as a Markdown document."""
    lines = [f"# {title}", "", f"{_size(comparison)[0].upper()}{_size(comparison)[1:]}.", ""]
    lines += [_markdown_row(_HEADINGS), _markdown_row(["---"] * len(_HEADINGS))]
    lines += [_markdown_row(cells) for cells in _rows(comparison)]
    lines += ["", *(line + "  " for line in _LEGEND), "", _worth(comparison)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_comparison_json(path: Path, comparison: StudyComparison) -> None:
    """Writes `subjects`, `events`, `winner` and `configurations`, the best first."""
    winner = comparison.winner
    document = {
        "subjects": comparison.num_subjects,
        "events": comparison.num_events,
        "winner": {
            "id": comparison.configurations[winner.index].name,
            "f1": winner.apparent_f1,
            "corrected_f1": asdict(winner.corrected_f1),
        },
        "configurations": [_as_json(one) for one in comparison.configurations],
    }
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n")


def _as_json(one: ComparedConfiguration) -> dict[str, Any]:
    return {
        "id": one.name,
        "params": one.params,
        "f1": {
            str(protocol): {name: asdict(estimate) for name, estimate in estimates.items()}
            for protocol, estimates in one.f1.items()
        },
        "behind_best": {**asdict(one.behind_best.f1), "superiority": one.behind_best.superiority},
        "probability_best": one.probability_best,
    }


def _rows(comparison: StudyComparison) -> list[list[str]]:
    return [[str(rank), *_cells(one)] for rank, one in enumerate(comparison.configurations, start=1)]


def _cells(one: ComparedConfiguration) -> list[str]:
    honest, paper = one.f1[Protocol.HONEST], one.f1[Protocol.PAPER]
    values = (
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}" for name, value in one.params.items()
    )
    return [
        one.name,
        *(_shown(honest[name]) for name in (OVERALL, "macro", "micro")),
        _shown(paper[OVERALL]),
        _shown(one.behind_best.f1),
        f"{one.probability_best:.2f}",
        ", ".join(values),
    ]


def _shown(estimate: Estimate) -> str:
    # Brackets, since a minus sign of a difference and a dash between the ends would look alike.
    return f"{estimate.value:.4f} ({estimate.low:.3f}, {estimate.high:.3f})"


def _size(comparison: StudyComparison) -> str:
    events = " and ".join(f"{number} {kind}" for kind, number in comparison.num_events.items())
    return f"{len(comparison.configurations)} configurations, {comparison.num_subjects} subjects, {events} expressions"


def _worth(comparison: StudyComparison) -> str:
    winner, corrected = comparison.winner, comparison.winner.corrected_f1
    return (
        f"Picked as the best of {len(comparison.configurations)}, {comparison.configurations[winner.index].name} has "
        f"an honest overall F1 of {winner.apparent_f1:.4f}; corrected for having been picked it is {_shown(corrected)}."
    )


def _markdown_row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
