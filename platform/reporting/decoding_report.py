"""What decoding a study anew came to, on a terminal, as Markdown and as JSON."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platform.reporting.comparison_report import (
    AS_RELEASED_LINE,
    RENDERED_WARNING,
    f1_as_json,
    protocol_lines,
    shown_estimate,
    shown_overall,
    worth,
)
from platform.reporting.decoding_comparison import DecodedConfiguration, DecodingReport
from platform.reporting.tables import markdown_table, print_table, report_console
from platform.study.leaderboard import with_former_names
from spotformer_core.atomic_files import written_whole
from spotformer_core.metrics.protocols import LAST_EPOCH, Protocol

_WIDTH_IN_A_LOG = 190
_NUM_ROWS = 10
_NUM_CHOICES = 4
"""Of the choices of one protocol; the honest one can choose for every subject another."""
_HEADINGS = (
    "configuration",
    "honest, as it was",
    "F1 overall (honest)",
    "gained",
    "F1 overall (fixed)",
    "F1 overall (pooled)",
    "F1 overall (as-released, oracle)",
)
_CHOICE_HEADINGS = ("protocol", "subjects", "epoch", "macro threshold", "micro threshold", "decoding")
_LEGEND = (
    "In brackets 95 % intervals over subjects; gained is paired on the same subjects. Nothing was trained, the study",
    "is as it was.",
)


def print_decodings(report: DecodingReport, *, title: str) -> None:
    """Prints what every configuration gained, and what was chosen for the best."""
    console = report_console(width_in_a_log=_WIDTH_IN_A_LOG)
    best = report.configurations[0]
    rows = [_cells(one) for one in report.configurations]
    print_table(console, f"{title}: {_size(report)}", _HEADINGS, rows[:_NUM_ROWS])
    if len(rows) > _NUM_ROWS:
        console.print(f"... and {len(rows) - _NUM_ROWS} more")
    print_table(console, f"chosen for {best.after.name}", _CHOICE_HEADINGS, _choice_rows(best))
    for line in _notes(report):
        console.print(line, markup=False, highlight=False)


def write_decodings_markdown(path: Path, report: DecodingReport, *, title: str) -> None:
    """Writes the same as a Markdown document, with the choices of every configuration."""
    lines = [f"# {title}", "", f"{_size(report)}.", "", *markdown_table(_HEADINGS, map(_cells, report.configurations))]
    for one in report.configurations:
        choices = markdown_table(_CHOICE_HEADINGS, _choice_rows(one))
        lines += ["", f"## Chosen for {one.after.name}", "", *choices]
    lines += ["", *_notes(report)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_decodings_json(path: Path, report: DecodingReport) -> None:
    """Writes `rendered`, `decodings`, `epochs`, `winner` and `configurations` with all that was chosen."""
    winner = report.comparison.winner
    document = {
        "rendered": report.comparison.is_rendered,
        "subjects": report.comparison.num_subjects,
        "events": report.comparison.num_events,
        "decodings": report.num_decodings,
        "epochs": ["last" if epoch == LAST_EPOCH else epoch for epoch in report.epochs],
        "winner": {
            "id": report.configurations[winner.index].after.name,
            "f1": winner.apparent_f1,
            "corrected_f1": asdict(winner.corrected_f1),
        },
        "configurations": [_as_json(one) for one in report.configurations],
    }
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n")


def _as_json(one: DecodedConfiguration) -> dict[str, Any]:
    return {
        "id": one.after.name,
        "params": one.after.params,
        "before": asdict(one.before),
        "f1": f1_as_json(one.after),
        "gain": {**asdict(one.gain.f1), "superiority": one.gain.superiority},
        "chosen": with_former_names(
            {
                str(protocol): {
                    subject: {"epoch": each.epoch, "decoding": each.decoding, "thresholds": each.thresholds}
                    for each in choices
                    for subject in each.subjects
                }
                for protocol, choices in one.choices.items()
            }
        ),
    }


def _cells(one: DecodedConfiguration) -> list[str]:
    honest, *others = (shown_overall(one.after, protocol) for protocol in Protocol)
    return [one.after.name, shown_estimate(one.before), honest, shown_estimate(one.gain.f1), *others]


def _choice_rows(one: DecodedConfiguration) -> list[list[str]]:
    rows = []
    for protocol, choices in one.choices.items():
        for each in choices[:_NUM_CHOICES]:
            decoding = ", ".join(f"{name} {_shown(value)}" for name, value in each.decoding.items())
            thresholds = (_shown(value) for value in each.thresholds.values())
            rows.append([str(protocol), str(len(each.subjects)), str(each.epoch), *thresholds, decoding])
        left = sum(len(each.subjects) for each in choices[_NUM_CHOICES:])
        if left:
            rows.append([str(protocol), str(left), "other choices", "", "", ""])
    return rows


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _size(report: DecodingReport) -> str:
    epochs = f"{len(report.epochs)} epochs" if len(report.epochs) > 1 else "the last epoch"
    subjects = report.comparison.num_subjects
    return f"{report.num_decodings} decodings of {epochs}, chosen on stored scores of {subjects} subjects"


def _notes(report: DecodingReport) -> list[str]:
    rendered = [RENDERED_WARNING] if report.comparison.is_rendered else []
    lines = protocol_lines(report.comparison)
    oracle = [] if AS_RELEASED_LINE in lines else [AS_RELEASED_LINE]
    return [*rendered, *lines, *oracle, *_LEGEND, worth(report.comparison)]
