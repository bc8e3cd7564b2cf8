"""The score of a file of detections, on a terminal and as JSON."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from platform.reporting.tables import report_console
from platform.reporting.truths import Truths
from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.conventions import Convention
from spotformer_core.metrics.scoring import OVERALL, Score, Span, annotated_span, pooled_scores, score_recordings

_WIDTH_IN_A_LOG = 132


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreReport:
    """What detections score.

    Attributes:
        scores: pooled over recordings, by "macro", "micro" and "overall".
        intervals: the F1 of each with its 95 % interval over subjects; empty with a single subject.
    """

    convention: Convention
    num_subjects: int
    scores: dict[str, Score]
    intervals: dict[str, Estimate]


def score_report(detections: tuple[Span, ...], truths: Truths, convention: Convention) -> ScoreReport:
    """The score of `detections` under a convention.

    Raises:
        AnnotationError: when a row of the annotations breaks a rule.
    """
    real = [annotated_span(row, convention) for row in truths.rows]
    of_recording = score_recordings(detections, real, convention)
    per_subject = _per_subject(of_recording, truths)
    return ScoreReport(
        convention=convention,
        num_subjects=len(per_subject),
        scores=pooled_scores(of_recording),
        intervals=_intervals(per_subject) if len(per_subject) > 1 else {},
    )


def _per_subject(
    of_recording: Mapping[str, Mapping[ExpressionKind, Score]], truths: Truths
) -> dict[str, dict[str, Score]]:
    recordings: defaultdict[str, dict[str, Mapping[ExpressionKind, Score]]] = defaultdict(dict)
    for recording, scores in of_recording.items():
        recordings[truths.subject(recording)][recording] = scores
    return {subject: pooled_scores(own) for subject, own in sorted(recordings.items())}


def _intervals(per_subject: Mapping[str, Mapping[str, Score]]) -> dict[str, Estimate]:
    return {
        name: f1_interval(np.array([list(scores[name].counts.as_dict().values()) for scores in per_subject.values()]))
        for name in (*map(str, KINDS), OVERALL)
    }


def print_score(report: ScoreReport) -> None:
    """Prints one row per kind and one for both."""
    table = Table(title=f"convention {report.convention.name}, {report.num_subjects} subjects", title_justify="left")
    table.add_column("")
    for heading in ("predictions", "truths", "found", "precision", "recall", "F1", "95 % over subjects"):
        table.add_column(heading, justify="right")
    for name, score in report.scores.items():
        counts, interval = score.counts, report.intervals.get(name)
        table.add_row(
            name,
            *(str(number) for number in (score.predictions, score.truths, score.found)),
            *(f"{rate:.4f}" for rate in (counts.precision, counts.recall, counts.f1)),
            f"{interval.low:.4f} to {interval.high:.4f}" if interval else "-",
        )
    report_console(width_in_a_log=_WIDTH_IN_A_LOG).print(table)


def write_score_json(path: Path, report: ScoreReport) -> None:
    """Writes `macro`, `micro` and `overall`, each with predictions, truths, found, precision, recall and f1."""
    with written_whole(path) as temporary:
        scores = {name: score.as_dict() for name, score in report.scores.items()}
        temporary.write_text(json.dumps(scores, indent=2) + "\n")
