"""Annotation tables as CSV files with a header row, in UTF-8."""

import csv
from collections.abc import Sequence
from pathlib import Path

from spotformer_core.datasets.headings import folded, heading_positions
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.errors import AnnotationError, did_you_mean

MOST_FILE_BYTES = 64 << 20
"""About a million rows."""


def read_csv_table(
    path: Path, *, columns: Sequence[str], optional: Sequence[str] = (), others_allowed: bool = True
) -> tuple[TableRow, ...]:
    """The rows below the header, empty ones left out, with the cells of `columns` and of `optional` as text.

    Columns may stand in any order and case; a cell of an optional column that the file does not have is "".

    Args:
        others_allowed: whether other columns are ignored; otherwise they are an error, so that no slip of the pen in
            the name of an optional column goes unseen.

    Raises:
        AnnotationError: when the file is missing, too large or no CSV file, lacks one of `columns` or has a column
            twice or one that is not allowed, or a row has more cells than the header.
    """
    lines = _lines(path)
    header = [folded(name) for name in lines[0][1]] if lines else []
    wanted = heading_positions(header, wanted=(*columns, *optional), place=str(path))
    _require_columns(header, columns=columns, path=path)
    if not others_allowed:
        _require_known(header, known=(*columns, *optional), path=path)
    rows = []
    for row_number, line in lines[1:]:
        if len(line) > len(header):
            raise AnnotationError(
                f"a row must have a cell for each of the {len(header)} columns of its header, got {len(line)} in row "
                f"{row_number} in {path}. Put text with commas in quotation marks."
            )
        if any(cell.strip() for cell in line):
            cells = {name: line[index] if index < len(line) else "" for name, index in wanted.items()}
            absent = dict.fromkeys((name for name in optional if name not in wanted), "")
            rows.append(TableRow(path=path, sheet="", row_number=row_number, cells={**cells, **absent}))
    return tuple(rows)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Cells of every row, with the number of the line that it ends on."""
    if not path.is_file():
        raise AnnotationError(f"an annotation table must be a file, got {path}. Write it there or name another.")
    if (num_bytes := path.stat().st_size) > MOST_FILE_BYTES:
        raise _no_table(path, f"{num_bytes} bytes; a table has at most {MOST_FILE_BYTES}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            return [(reader.line_num, line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _no_table(path, str(error)) from error


def _no_table(path: Path, reason: str) -> AnnotationError:
    return AnnotationError(
        f"an annotation table must be a CSV file in UTF-8, got {path} ({reason}). Save it as CSV in UTF-8."
    )


def _require_columns(header: Sequence[str], *, columns: Sequence[str], path: Path) -> None:
    for name in columns:
        if folded(name) not in header:
            raise AnnotationError(
                f"the first row of {path} must have the columns {', '.join(columns)}, got no {name} in "
                f"{shown(', '.join(header))}. "
                "Add it, and separate columns by commas."
            )


def _require_known(header: Sequence[str], *, known: Sequence[str], path: Path) -> None:
    for name in header:
        if name not in {folded(one) for one in known}:
            raise AnnotationError(
                f"{path} must have known columns only, got {shown(name)}. {did_you_mean(name[:80], known)}"
            )
