"""What frame scores are worth under every protocol: on a terminal, as Markdown and as JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platform.reporting.comparison_report import shown_estimate
from platform.reporting.frame_score_comparison import (
    GAPS,
    Figure,
    FrameScoreReport,
    Scope,
    choices,
    varied_values,
)
from platform.reporting.frame_scores import JudgedKind, not_counted
from platform.reporting.tables import markdown_table, print_table, report_console
from spotformer_core.atomic_files import written_whole
from spotformer_core.metrics.comparison import Difference

_WIDTH_IN_A_LOG = 140
_NUM_CHOICES = 3
_FIGURES = ("", "protocol", "TP", "FP", "FN", "F1")
_GAPS = ("", "protocols", "difference of F1")
_CHOICES = ("", "protocol", "subjects", "threshold", "decoding")
_LEGEND = (
    "honest: chosen for every subject on the other subjects. fixed: as the decoding states it, nothing is chosen.",
    "pooled: chosen on the result that is then reported, optimistic. own-score: each subject's best, an oracle.",
    "In brackets 95 % intervals over subjects; differences and gains are paired on the same subjects.",
)


def print_frame_scores(report: FrameScoreReport) -> None:
    """Prints what counts, the figures, the differences between protocols, and what was chosen."""
    console = report_console(width_in_a_log=_WIDTH_IN_A_LOG)
    for line in _counted(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    for title, headings, rows in _tables(report):
        print_table(console, title, headings, rows)
    for line in _LEGEND:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def write_frame_scores_markdown(path: Path, report: FrameScoreReport) -> None:
    """Writes the same as a Markdown document."""
    lines = ["# Frame scores under every protocol", "", *(f"- {line}" for line in _counted(report))]
    for title, headings, rows in _tables(report):
        lines += ["", f"## {title[0].upper()}{title[1:]}", "", *markdown_table(headings, rows)]
    with written_whole(path) as temporary:
        temporary.write_text("\n".join([*lines, "", *_LEGEND]) + "\n", encoding="utf-8")


def write_frame_scores_json(path: Path, report: FrameScoreReport) -> None:
    """Writes what `frame_scores_as_json` gives."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(frame_scores_as_json(report), indent=2) + "\n")


def frame_scores_as_json(report: FrameScoreReport) -> dict[str, Any]:
    """What was counted how, then figures, gaps and choices of both scopes, and the gains between them."""
    decoded = report.decoded
    return {
        "decoding": decoded.name,
        "convention": decoded.convention.name,
        "stated": {name: _plain(value) for name, value in asdict(decoded.decodings[0]).items()},
        "thresholds": list(decoded.thresholds),
        "counted": {str(kind): _counted_as_json(judged) for kind, judged in decoded.judged.items()},
        "thresholds_alone": _scope_as_json(report, report.thresholds),
        "thresholds_and_decoding": _scope_as_json(report, report.decodings),
        "gain": {
            name: {protocol: _difference_as_json(one) for protocol, one in own.items()}
            for name, own in report.gains.items()
        },
    }


def _counted_as_json(judged: JudgedKind) -> dict[str, Any]:
    return {
        "subjects": len(judged.subjects),
        "recordings": len(judged.recordings),
        "truths": judged.num_truths,
        "missed_without_scores": list(judged.missed),
        "left_out_without_scores": list(judged.left_out),
        "left_out_without_truths": list(judged.without_truths),
        "without_scores_and_truths": list(judged.not_judged),
    }


def _scope_as_json(report: FrameScoreReport, scope: Scope) -> dict[str, Any]:
    return {
        "decodings": scope.num_decodings,
        "f1": {
            name: {protocol: _figure_as_json(one) for protocol, one in own.items()}
            for name, own in scope.figures.items()
        },
        "gap": {
            name: {f"{one} less {other}": _difference_as_json(gap) for (one, other), gap in own.items()}
            for name, own in scope.gaps.items()
        },
        "chosen": {
            protocol: {
                str(kind): {
                    subject: {"threshold": threshold, "decoding": varied_values(report.decoded, number)}
                    for subject, threshold, number in zip(own.subjects, own.thresholds, own.decodings, strict=True)
                }
                for kind, own in kinds.items()
            }
            for protocol, kinds in scope.chosen.items()
        },
    }


def _figure_as_json(figure: Figure) -> dict[str, Any]:
    return {**figure.counts.as_dict(), **asdict(figure.f1)}


def _difference_as_json(difference: Difference) -> dict[str, float]:
    return {**asdict(difference.f1), "superiority": difference.superiority}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float) else str(value)


def _tables(report: FrameScoreReport) -> Iterator[tuple[str, tuple[str, ...], list[list[str]]]]:
    """Every table with its title and headings."""
    number = len(report.decoded.decodings)
    yield "thresholds alone", _FIGURES, _figure_rows(report.thresholds)
    yield "differences between protocols, thresholds alone", _GAPS, _gap_rows(report.thresholds)
    yield "chosen, thresholds alone", _CHOICES, _choice_rows(report, report.thresholds)
    yield f"thresholds and decoding, of {number}", _FIGURES, _figure_rows(report.decodings)
    yield "differences between protocols, thresholds and decoding", _GAPS, _gap_rows(report.decodings)
    gains = [[n, protocol, shown_estimate(one.f1)] for n, own in report.gains.items() for protocol, one in own.items()]
    yield "what the choice of the decoding gains", ("", "protocol", "difference of F1"), gains
    yield "chosen, thresholds and decoding", _CHOICES, _choice_rows(report, report.decodings)


def _figure_rows(scope: Scope) -> list[list[str]]:
    return [
        [name, protocol, *(str(number) for number in one.counts.as_dict().values()), shown_estimate(one.f1)]
        for name, own in scope.figures.items()
        for protocol, one in own.items()
    ]


def _gap_rows(scope: Scope) -> list[list[str]]:
    return [
        [name, f"{one} less {other}", shown_estimate(own[one, other].f1)]
        for name, own in scope.gaps.items()
        for one, other in GAPS
    ]


def _choice_rows(report: FrameScoreReport, scope: Scope) -> list[list[str]]:
    rows = []
    for protocol, kinds in scope.chosen.items():
        for kind, own in kinds.items():
            found = choices(report.decoded, own)
            for one in found[:_NUM_CHOICES]:
                decoding = _listed(one.decoding) if scope.num_decodings > 1 else "as stated"
                rows.append([str(kind), protocol, str(one.num_subjects), _short(one.threshold), decoding])
            left = sum(one.num_subjects for one in found[_NUM_CHOICES:])
            if left:
                rows.append([str(kind), protocol, str(left), "other choices", ""])
    return rows


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {_short(value)}" for name, value in values.items())


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _counted(report: FrameScoreReport) -> list[str]:
    """What is counted and what is not, one sentence each."""
    decoded = report.decoded
    stated = _listed(asdict(decoded.decodings[0]))
    lines = [f"decoding {decoded.name} ({stated}), convention {decoded.convention.name}"]
    for kind, judged in decoded.judged.items():
        lines.append(
            f"{kind}: {len(judged.recordings)} recordings of {len(judged.subjects)} subjects, {judged.num_truths} "
            f"annotated {kind}-expressions"
        )
        lines += not_counted(kind, judged, decoded.convention.name)
    return lines
