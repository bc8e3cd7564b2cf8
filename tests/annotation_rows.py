"""Rows of annotation tables, and what is found in them."""

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.findings import FindingName, Verdict
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_review import review_table


def row_of(
    number: int,
    *,
    recording: str = "anna_1",
    subject: str = "anna",
    kind: ExpressionKind = ExpressionKind.MACRO,
    onset: float | None = None,
    apex: float | None = None,
    offset: float | None = None,
) -> AnnotationRow:
    """A row whose interval is its own: 20 frames from 100 times its number."""
    first = 100.0 * number if onset is None else onset
    last = first + 20 if offset is None else offset
    return AnnotationRow(
        subject=subject, recording=recording, kind=kind, onset=first, apex=apex, offset=last, row_number=number + 1
    )


def verdicts(rows: list[AnnotationRow], *, dataset: str = "plain", **options: object) -> dict[FindingName, Verdict]:
    return {one.name: one.verdict for one in review_table(rows, dataset=dataset, **options).findings}
