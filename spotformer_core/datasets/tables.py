"""Annotation tables: the rows of one sheet of an .xlsx or .xls file, found by its name."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from spotformer_core.datasets.spreadsheets import read_rows
from spotformer_core.datasets.table_rows import TableRow
from spotformer_core.errors import AnnotationError


def find_table(root: Path, *, pattern: str, folders: Sequence[str] = (".",)) -> Path:
    """The one file whose name matches `pattern`, whatever its case, in the first of `folders` that has any.

    Raises:
        AnnotationError: when no file matches, or several do.
    """
    for folder in folders:
        matches = _matches(root / folder, pattern=pattern)
        if len(matches) > 1:
            names = ", ".join(path.name for path in matches)
            raise AnnotationError(
                f"one annotation table named like {pattern} must lie in {root / folder}, got {len(matches)}: {names}. "
                "Leave only the one that should be read, or name it with --annotations."
            )
        if matches:
            return matches[0]
    raise AnnotationError(
        f"an annotation table named like {pattern} must lie in {root}, got none. "
        "Copy it there from the release, or name it with --annotations."
    )


def _matches(folder: Path, *, pattern: str) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and not path.name.startswith((".", "~$"))  # A spreadsheet program leaves "~$name" beside an open table.
        and fnmatchcase(path.name.casefold(), pattern.casefold())
    )


def read_table(path: Path, *, sheet: str, columns: Sequence[str], optional: Sequence[str] = ()) -> tuple[TableRow, ...]:
    """The rows below the header of a sheet, empty ones left out.

    A cell of an optional column that the sheet does not have is "".

    The header is the first row that holds all of `columns`, whatever their case and order; rows above it are ignored.

    Raises:
        AnnotationError: when the file is missing or no spreadsheet, lacks the sheet, or no row is such a header.
    """
    rows = read_rows(path, sheet=sheet)
    wanted = [_folded(column) for column in columns]
    for header_index, row in enumerate(rows):
        header = [_folded(cell) for cell in row]
        if set(wanted) <= set(header):
            indices = [header.index(column) for column in wanted]
            others = {one: header.index(_folded(one)) for one in optional if _folded(one) in header}
            return _named_rows(
                rows,
                path=path,
                sheet=sheet,
                columns=(*columns, *others),
                indices=(*indices, *others.values()),
                first=header_index + 1,
                absent=[one for one in optional if one not in others],
            )
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
    rows = read_rows(path, sheet=sheet)
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
    absent: Sequence[str] = (),
) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(
            path=path,
            sheet=sheet,
            row_number=index + 1,
            cells={column: rows[index][at] for column, at in zip(columns, indices, strict=True)}
            | dict.fromkeys(absent, ""),
        )
        for index in range(first, len(rows))
        if any(rows[index][at] != "" for at in indices)
    )


def _folded(cell: object) -> str:
    """Text as headers and sheet names are compared."""
    return str(cell).strip().casefold()
