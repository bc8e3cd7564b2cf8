"""Annotation tables: the rows of one sheet of an .xlsx or .xls file, with cells under the names of their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import isfinite
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from spotformer_core.errors import AnnotationError


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """One row of a sheet.

    Attributes:
        row_number: as a spreadsheet program counts; the first row is 1.
        cells: name of a column to the value as stored: text, number, date or truth value.
    """

    path: Path
    sheet: str
    row_number: int
    cells: Mapping[str, object]

    @property
    def place(self) -> str:
        """Where the row stands, for messages."""
        return f"row {self.row_number} of sheet {self.sheet!r} in {self.path}"

    def text(self, column: str) -> str:
        """The cell as text without surrounding spaces; a whole number is written without a fraction.

        Raises:
            AnnotationError: when the cell is empty or neither text nor number.
        """
        cell = self.cells[column]
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        if isinstance(cell, bool) or not isinstance(cell, str | int | float) or not str(cell).strip():
            raise AnnotationError(f"{column} must be text, got {cell!r} in {self.place}. Correct the cell.")
        return str(cell).strip()

    def number(self, column: str) -> float:
        """The cell as a number; numbers stored as text count.

        Raises:
            AnnotationError: when the cell holds no finite number.
        """
        cell = self.cells[column]
        try:
            number = float("nan") if isinstance(cell, bool) else float(cell)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if not isfinite(number):
            raise AnnotationError(f"{column} must be a number, got {cell!r} in {self.place}. Correct the cell.")
        return number

    def frame_number(self, column: str) -> float:
        """The cell as a frame number, 0 or more; a fraction is kept.

        Raises:
            AnnotationError: when the cell holds no finite number, or a negative one.
        """
        number = self.number(column)
        if number < 0:
            raise AnnotationError(
                f"{column} must be a frame number from 0, got {number:g} in {self.place}. Correct the cell."
            )
        return number


def find_table(root: Path, *, pattern: str) -> Path:
    """The one file directly in `root` whose name matches `pattern`, whatever its case.

    Raises:
        AnnotationError: when no file matches, or several do.
    """
    matches = sorted(
        path
        for path in root.iterdir()
        if path.is_file()
        and not path.name.startswith((".", "~$"))  # A spreadsheet program leaves "~$name" beside an open table.
        and fnmatchcase(path.name.casefold(), pattern.casefold())
    )
    if not matches:
        raise AnnotationError(
            f"an annotation table named like {pattern} must lie in {root}, got none. Copy it there from the release."
        )
    if len(matches) > 1:
        names = ", ".join(path.name for path in matches)
        raise AnnotationError(
            f"one annotation table named like {pattern} must lie in {root}, got {len(matches)}: {names}. "
            "Leave only the one that should be read."
        )
    return matches[0]


def read_table(path: Path, *, sheet: str, columns: Sequence[str]) -> tuple[TableRow, ...]:
    """The rows below the header of a sheet, empty ones left out.

    The header is the first row that holds all of `columns`, whatever their case and order; rows above it are ignored.

    Raises:
        AnnotationError: when the file is missing or no spreadsheet, lacks the sheet, or no row is such a header.
    """
    rows = _read_rows(path, sheet=sheet)
    wanted = [_folded(column) for column in columns]
    for header_index, row in enumerate(rows):
        header = [_folded(cell) for cell in row]
        if set(wanted) <= set(header):
            indices = [header.index(column) for column in wanted]
            return _named_rows(rows, path=path, sheet=sheet, columns=columns, indices=indices, first=header_index + 1)
    held = {_folded(cell) for row in rows for cell in row}
    missing = [column for column in columns if _folded(column) not in held]
    raise AnnotationError(
        f"sheet {sheet!r} of {path} must have a header row with {', '.join(columns)}, got no row with "
        f"{', '.join(missing) if missing else 'all of them'}. Restore the header of the release."
    )


def read_headerless_table(path: Path, *, sheet: str, columns: Sequence[str]) -> tuple[TableRow, ...]:
    """The rows of a sheet without a header, empty ones left out; `columns` name its first columns.

    Raises:
        AnnotationError: when the file is missing or no spreadsheet, lacks the sheet, or the sheet has fewer columns.
    """
    rows = _read_rows(path, sheet=sheet)
    width = len(rows[0]) if rows else len(columns)  # An empty sheet has no rows, and then no columns either.
    if width < len(columns):
        raise AnnotationError(
            f"sheet {sheet!r} of {path} must have at least {len(columns)} columns ({', '.join(columns)}), got {width}. "
            "Restore the sheet of the release."
        )
    return _named_rows(rows, path=path, sheet=sheet, columns=columns, indices=range(len(columns)), first=0)


def _named_rows(
    rows: Sequence[Sequence[object]],
    *,
    path: Path,
    sheet: str,
    columns: Sequence[str],
    indices: Sequence[int],
    first: int,
) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            path=path,
            sheet=sheet,
            row_number=index + 1,
            cells={column: rows[index][at] for column, at in zip(columns, indices, strict=True)},
        )
        for index in range(first, len(rows))
        if any(rows[index][at] != "" for at in indices)
    )


def _read_rows(path: Path, *, sheet: str) -> Sequence[Sequence[object]]:
    """All rows of a sheet from its first cell A1, equally long."""
    if not path.is_file():
        raise AnnotationError(f"an annotation table must be a file, got {path}. Copy the table of the release there.")
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            names = {_folded(name): name for name in workbook.sheet_names}
            if _folded(sheet) not in names:
                raise AnnotationError(
                    f"{path} must have a sheet {sheet!r}, got {', '.join(map(repr, workbook.sheet_names)) or 'none'}. "
                    "Use the table of the release."
                )
            return workbook.get_sheet_by_name(names[_folded(sheet)]).to_python(skip_empty_area=False)
    except (CalamineError, OSError) as error:
        raise AnnotationError(
            f"an annotation table must be an .xlsx or .xls spreadsheet, got {path} ({error}). "
            "Copy it again from the release."
        ) from error


def _folded(cell: object) -> str:
    """Text as headers and sheet names are compared."""
    return str(cell).strip().casefold()
