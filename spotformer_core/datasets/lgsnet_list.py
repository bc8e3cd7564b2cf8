"""LGSNet's published list of the expressions of CAS(ME)^3 that it counts, looked up in the table of the release.

    cas3_annotation_full_me_reduce.csv      of github.com/williamlee91/LGSNet, beside the annotation table
    subject,video,type,type_idx,startFrame,endFrame,frame_num,length
    001,.../001/a,Macro,1,31,59,836,28

It counts the frames of a recording from 1 and closes up some gaps, so that a number of the release is larger by the
number of the recording's first file less 1, and by some more behind a gap. Lengths are the same. The list has no
apexes: the release's own rows are what counts, the list only says which.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.csv_tables import read_csv_table
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.errors import AnnotationError

LIST_FILE = "cas3_annotation_full_me_reduce.csv"
COLUMNS = ("subject", "video", "type_idx", "startFrame", "endFrame")

_KINDS = {1.0: ExpressionKind.MACRO, 2.0: ExpressionKind.MICRO}
_VIDEO = re.compile(r"(?:.*[/\\])?([0-9]{1,9})[/\\]([A-Za-z])[/\\]?")
_LEAST_SHIFT = -1
"""A recording whose first file is number 0 begins at 1 in the list."""
_USUAL_SHIFT = 5
"""Most recordings begin with file 6."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedExpression:
    """One row of the list, in its own numbers."""

    recording: str
    kind: ExpressionKind
    start: int
    end: int
    place: str


def list_beside(table: Path) -> Path:
    """Where the list is looked for: in the folder of the annotation table."""
    return table.parent / LIST_FILE


def read_list(path: Path) -> tuple[ListedExpression, ...]:
    """The rows of the list.

    Raises:
        AnnotationError: when the file is no such list.
    """
    return tuple(_listed(row) for row in read_csv_table(path, columns=COLUMNS))


def listed_rows(rows: Iterable[AnnotationRow], listed: Iterable[ListedExpression]) -> tuple[AnnotationRow, ...]:
    """The rows of the release that the list has, in the order of the release's table.

    The rows of a recording are shifted alike but for those behind gaps: of all ways to find its listed expressions the
    one with the smallest changes of the shift is taken.

    Raises:
        AnnotationError: when the list has an expression for which the table has no row of its length.
    """
    listed_of: defaultdict[str, list[ListedExpression]] = defaultdict(list)
    for one in listed:
        listed_of[one.recording].append(one)
    rows = tuple(rows)
    rows_of: defaultdict[str, list[AnnotationRow]] = defaultdict(list)
    for row in rows:
        rows_of[row.recording].append(row)
    found = {
        row.row_number for recording, ones in listed_of.items() for row in _looked_up(ones, rows_of.get(recording, ()))
    }
    return tuple(row for row in rows if row.row_number in found)


def _listed(row: TableRow) -> ListedExpression:
    kind, match = _KINDS.get(row.number("type_idx")), _VIDEO.fullmatch(row.text("video"))
    if kind is None or match is None:
        raise AnnotationError(
            f"a row of LGSNet's list must have a video that ends as 001/a does and a type_idx of 1 or 2, got "
            f"{shown(row.cells['video'])} and {shown(row.cells['type_idx'])} in {row.place}. Copy the list again."
        )
    return ListedExpression(
        recording=f"spNO.{int(match.group(1))}_{match.group(2).lower()}",
        kind=kind,
        start=int(row.frame_number("startFrame")),
        end=int(row.frame_number("endFrame")),
        place=row.place,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """Rows for the first expressions of a recording, and how much the shift changed from each to the next."""

    cost: float
    shift: float
    rows: tuple[AnnotationRow, ...] = ()


def _looked_up(listed: Iterable[ListedExpression], rows: Sequence[AnnotationRow]) -> tuple[AnnotationRow, ...]:
    """The row of each listed expression of one recording, with the shifts that change least."""
    best = [_Found(cost=0.0, shift=_USUAL_SHIFT)]
    for one in sorted(listed, key=lambda one: (one.start, one.end)):
        extended = [
            min(found, key=_cost)
            for row in rows
            if _may_be(one, row)
            and (found := [_extended(before, row, one) for before in best if row not in before.rows])
        ]
        if not extended:
            raise AnnotationError(
                f"every row of LGSNet's list must be one of the table of the release, got {one.kind} {one.start} to "
                f"{one.end} of {one.recording} in {one.place} without a row of this kind and length. "
                "Use the list with CAS(ME)3_part_A_v2.xls."
            )
        best = extended
    return min(best, key=_cost).rows


def _extended(before: _Found, row: AnnotationRow, one: ListedExpression) -> _Found:
    shift = row.onset - one.start
    return _Found(cost=before.cost + abs(shift - before.shift), shift=shift, rows=(*before.rows, row))


def _cost(found: _Found) -> float:
    return found.cost


def _may_be(one: ListedExpression, row: AnnotationRow) -> bool:
    has_length = row.offset - row.onset == one.end - one.start
    return row.kind is one.kind and has_length and row.onset - one.start >= _LEAST_SHIFT
