"""The score of files of detections, on a terminal and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from platform.reporting.detections import Detections, renamed_example
from platform.reporting.score_report import ScoreReport
from platform.reporting.tables import report_console
from spotformer_core.atomic_files import written_whole
from spotformer_core.errors import echoed_text
from spotformer_core.metrics.conventions import Kinds

_WIDTH_IN_A_LOG = 132
_ABOUT_EMOTIONS = (
    "Recognition is over the pairs of spotting: precision, recall and UF1 are means over all emotions, F1 is of the",
    "first two, STRS is F1 of spotting times F1 of recognition. STRS-Metric prints the mean precision as UAR; UAR here",
    "is the mean recall over the emotions of found truths.",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredDataset:
    """The detections of one dataset and what they score.

    Attributes:
        name: of the dataset, with a number where another one in the same call has it too.
    """

    name: str
    detections: Detections
    report: ScoreReport


def print_scores(scored: Sequence[ScoredDataset], together: ScoreReport) -> None:
    """Prints how each file was read, and one table for each dataset and, where there are several, for all together."""
    console = report_console(width_in_a_log=_WIDTH_IN_A_LOG)
    for one in scored:
        for line in _about_reading(one):
            console.print(f"{one.name}: {line}", markup=False, highlight=False)
    if len(scored) > 1:
        for one in scored:
            _print_report(console, one.report, title=f"{one.name}: ")
    _print_report(console, together, title="together: " if len(scored) > 1 else "")


def write_score_json(path: Path, scored: Sequence[ScoredDataset], together: ScoreReport) -> None:
    """Writes `macro`, `micro` and `overall` of all detections, and beside them how they were read and counted.

    Each has predictions, truths, found, precision, recall, f1, tp, fp and fn; `macro` and `micro` are missing where no
    kind is asked for. `datasets` has the same for each dataset by itself.
    """
    document = {
        **_as_json(together),
        "convention": together.convention.name,
        "kinds": str(together.convention.kinds),
        "offset_zero": str(together.convention.missing_offset),
        "datasets": [
            {
                "dataset": one.name,
                "read_as": one.detections.format,
                "renamed": one.detections.num_renamed,
                **_as_json(one.report),
            }
            for one in scored
        ],
    }
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n")


def _about_reading(one: ScoredDataset) -> Iterator[str]:
    read = f"read as {one.detections.format}, {len(one.detections.spans)} detections"
    seconds = [] if one.detections.clock is None else [str(one.detections.clock)]
    yield "; ".join([read, *seconds, *renamed_example(one.detections)])
    if one.report.offset_zero:
        yield f"truths with offset 0: {one.report.offset_zero}, read as {one.report.convention.missing_offset}"
    if one.detections.have_emotions and not one.report.recognition:
        yield "emotions are not scored without --emotions"


def _print_report(console: Console, report: ScoreReport, *, title: str) -> None:
    kinds = ", no kind asked for" if report.convention.kinds is Kinds.ANY else ""
    console.print(_score_table(report, f"{title}convention {report.convention.name}{kinds}, {_subjects(report)}"))
    for line in _about_counts(report):
        console.print(line, markup=False, highlight=False)
    if report.recognition:
        console.print(_recognition_table(report))
        for line in (*_ABOUT_EMOTIONS, *_without_pair(report)):
            console.print(line, markup=False, highlight=False)


def _subjects(report: ScoreReport) -> str:
    return f"{report.num_subjects} subject{'' if report.num_subjects == 1 else 's'}"


def _score_table(report: ScoreReport, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("predictions", "truths", "found", "precision", "recall", "F1", "95 % over subjects"):
        table.add_column(heading, justify="right")
    intervals = report.intervals
    for name, score in report.scores.items():
        counts, interval = score.counts, intervals.get(name)
        table.add_row(
            name,
            *(str(number) for number in (score.predictions, score.truths, score.found)),
            *(f"{rate:.4f}" for rate in (counts.precision, counts.recall, counts.f1)),
            f"{interval.low:.4f} to {interval.high:.4f}" if interval else "-",
        )
    return table


def _about_counts(report: ScoreReport) -> Iterator[str]:
    if report.convention.every_pair_counts:
        counts = {name: score.counts for name, score in report.scores.items()}
        yield "counted as pairs: " + "; ".join(
            f"{name} TP {one.true_positives}, FP {one.false_positives}, FN {one.false_negatives}"
            for name, one in counts.items()
        )
    if any(report.left_out):
        detections, truths = report.left_out
        yield (
            f"left out, as {report.convention.name} does: {detections} detections in recordings without such truths, "
            f"{truths} truths of subjects without such detections"
        )


_FIGURES = {
    "pairs": "pairs",
    "right": "of the right emotion",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "uf1": "UF1",
    "uar_strs_metric": "UAR of STRS-Metric",
    "uar": "UAR",
    "f1_spotting": "F1 of spotting",
    "strs": "STRS",
}
_COUNTS = ("pairs", "right")


def _recognition_table(report: ScoreReport) -> Table:
    scores = report.scores
    columns = {name: one.as_dict(f1_spotting=scores[name].counts.f1) for name, one in report.recognition.items()}
    table = Table(title="recognition of what was spotted", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for figure, heading in _FIGURES.items():
        form = "d" if figure in _COUNTS else ".4f"
        table.add_row(heading, *(format(column[figure], form) for column in columns.values()))
    return table


def _without_pair(report: ScoreReport) -> Iterator[str]:
    missing = {name: one.classes_without_pair for name, one in report.recognition.items()}
    if any(missing.values()):
        named = "; ".join(f"{name} {', '.join(map(repr, classes))}" for name, classes in missing.items() if classes)
        yield f"emotions in no pair ({echoed_text(named)}) count 0; STRS-Metric itself ends with an error there"


def _as_json(report: ScoreReport) -> dict[str, Any]:
    scores, intervals = report.scores, report.intervals
    document: dict[str, Any] = {name: score.as_dict() for name, score in scores.items()}
    document["intervals"] = {name: {"low": one.low, "high": one.high} for name, one in intervals.items()}
    document["left_out"] = {"detections": report.left_out[0], "truths": report.left_out[1]}
    document["truths_with_offset_zero"] = report.offset_zero
    if report.recognition:
        document["emotions"] = {
            name: one.as_dict(f1_spotting=scores[name].counts.f1) for name, one in report.recognition.items()
        }
    return document
