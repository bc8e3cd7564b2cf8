"""One annotated expression as its release writes it, before any repair."""

from collections.abc import Iterable
from dataclasses import dataclass

from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.errors import AnnotationError


@dataclass(frozen=True, kw_only=True, slots=True)
class AnnotationRow:
    """One annotated expression, in the release's own frame numbers.

    Attributes:
        subject: name of the subject, as in `Recording.subject`.
        recording: name of the recording, as in `Recording.name`.
        onset: as stored, which need not be a whole number.
        apex: None where the release did not annotate it.
        offset: as stored; 0 in CAS(ME)^2 where the end was not annotated.
        row_number: of the table, as a spreadsheet program counts (the first row is 1).
        repairs: what it took to read the row.
        emotion: as the table writes it; None where the table or the row has none.
    """

    subject: str
    recording: str
    kind: ExpressionKind
    onset: float
    apex: float | None
    offset: float
    row_number: int
    repairs: frozenset[Policy] = frozenset()
    emotion: str | None = None


def expression_kind(row: TableRow, *, column: str) -> ExpressionKind:
    """The kind that a type such as "Macro", "Micro - 1/2" or "micro-expression" stands for.

    Raises:
        AnnotationError: for any other text.
    """
    text = row.text(column)
    for kind in ExpressionKind:
        if text.casefold().startswith(kind.value):
            return kind
    raise AnnotationError(
        f"{column} must begin with Macro or Micro, got {shown(text)} in {row.place}. Correct the cell."
    )


def apex_or_none(row: TableRow, *, column: str) -> float | None:
    """The apex of a release whose frames begin at 1: None for the 0 or -1 that means "not annotated".

    Raises:
        AnnotationError: when the cell holds no number.
    """
    apex = row.number(column)
    return apex if apex >= 1 else None


def emotion_or_none(row: TableRow, *, column: str) -> str | None:
    """The emotion in a cell; None where it is empty."""
    return None if row.is_empty(column) else str(row.cells[column]).strip()


def number_repairs(row: TableRow, *, columns: Iterable[str]) -> frozenset[Policy]:
    """What it takes to read the numbers of a spreadsheet's row: nothing, unless they are stored as text."""
    has_text = any(isinstance(row.cells[column], str) for column in columns)
    return frozenset({Policy.NUMBER_FROM_TEXT} if has_text else ())
