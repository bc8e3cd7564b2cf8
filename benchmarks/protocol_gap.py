"""How far apart the protocols are on real frame scores: SL-Swin on CAS(ME)^2, leave-one-subject-out.

    python -m benchmarks.protocol_gap --scores DIR --annotations FILE

The scores are those of eddiehe99/pytorch-expression-spotting, commit c5eedfe, as recording, frame and score; the table
is the release's own. Prints the tables of docs/frame-scores.md; with --write they are put into the page.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.results_file import write_result
from platform.reporting.comparison_report import shown_estimate
from platform.reporting.frame_score_comparison import FrameScoreReport, Scope, compare_protocols
from platform.reporting.frame_scores import WithoutScores
from platform.reporting.tables import markdown_table
from platform.stages.frame_score_decoding import FrameScoreOptions, decode_scores, read_scores_and_truths
from spotformer_core.metrics.conventions import SL_SWIN

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "frame-scores.md"
BEGIN, END = "<!-- made by benchmarks.protocol_gap -->", "<!-- end -->"
NUM_DECODINGS = 64
K = {"macro": 18, "micro": 6}
# ORIGIN: what the authors publish for CAS(ME)^2, MEGC 2021: TP, FP and FN.
PUBLISHED: Final = {"macro": (70, 258, 228), "micro": (12, 204, 45), "overall": (82, 462, 273)}


def measured(scores: Path, annotations: Path) -> FrameScoreReport:
    """The protocols on the two files of frame scores in a folder, counted as their authors do."""
    options = FrameScoreOptions(
        files=tuple(f"{kind}={scores / f'cas_me_2_{kind}_frame_scores.parquet'}" for kind in K),
        dataset="cas-me-2",
        annotations=annotations,
        k=tuple(f"{kind}={k}" for kind, k in K.items()),
        num_decodings=NUM_DECODINGS,
        convention=SL_SWIN.name,
        without_scores=WithoutScores.LEFT_OUT,
    )
    return compare_protocols(decode_scores(read_scores_and_truths(options)))


def tables(report: FrameScoreReport) -> list[str]:
    """The lines of both tables as they stand in the page."""
    lines = []
    for what, scope in (
        ("Thresholds alone", report.thresholds),
        (f"Thresholds and decoding, of {NUM_DECODINGS + 1}", report.decodings),
    ):
        headings = (what, "honest", "fixed", "pooled", "own-score", "pooled less honest")
        lines += [*markdown_table(headings, _rows(scope)), ""]
    gains = (
        (name, *(shown_estimate(own[one].f1) for one in ("honest", "pooled"))) for name, own in report.gains.items()
    )
    return [*lines, *markdown_table(("Gained by choosing the decoding too", "honest", "pooled"), gains)]


def _rows(scope: Scope) -> Iterator[tuple[str, ...]]:
    for name, own in scope.figures.items():
        yield (
            name,
            *(shown_estimate(one.f1) for one in own.values()),
            shown_estimate(scope.gaps[name]["pooled", "honest"].f1),
        )


def page_with(lines: list[str], page: str) -> str:
    """The page with these lines between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"])


def main() -> int:
    """0 when the fixed protocol gives the published counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scores", type=Path, required=True, metavar="DIR", help="folder of the two Parquet files")
    parser.add_argument("--annotations", type=Path, required=True, metavar="FILE", help="the table of CAS(ME)^2")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/frame-scores.md")
    options = parser.parse_args()
    report = measured(options.scores, options.annotations)
    lines = tables(report)
    print("\n".join(lines))
    if options.write:
        PAGE.write_text(page_with(lines, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    fixed = {name: tuple(own["fixed"].counts.as_dict().values()) for name, own in report.thresholds.figures.items()}
    figures = {
        f"{name}, {protocol}, {what}": one.f1.value
        for what, scope in (("thresholds alone", report.thresholds), ("thresholds and decoding", report.decodings))
        for name, own in scope.figures.items()
        for protocol, one in own.items()
    }
    print(f"written to {write_result('protocol-gap', figures, {}, repeats=1)}")
    print("the counts are the published ones" if fixed == PUBLISHED else f"the counts are {fixed}, not {PUBLISHED}")
    return 0 if fixed == PUBLISHED else 1


if __name__ == "__main__":
    sys.exit(main())
