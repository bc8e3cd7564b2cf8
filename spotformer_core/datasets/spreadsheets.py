"""Sheets of .xlsx and .xls files, read in bounded memory and time whatever the file holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from spotformer_core.errors import AnnotationError

MOST_FILE_BYTES = 64 << 20
"""The largest of the real tables has 0.75 MB."""

_FIRST_BYTES = (b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1"))
"""Of a ZIP archive (.xlsx) and of a compound file (.xls); other files need no child process."""
_PROGRAM = Path(__file__).with_name("spreadsheet_process.py")


def read_rows(path: Path, *, sheet: str) -> list[list[object]]:
    """All rows of a sheet from its first cell A1, equally long: text, numbers and truth values, dates as text.

    The file is parsed by a child process (30 ms) with limits on its memory, time and answer: of copies of a real .xls
    file with 40 bytes changed, one in five made the parser ask for more memory than there is, which ended it.

    Raises:
        AnnotationError: when the file is missing, too large or no spreadsheet, lacks the sheet or has it twice.
    """
    if not path.is_file():
        raise AnnotationError(f"an annotation table must be a file, got {path}. Copy the table of the release there.")
    answer = _answer(path, sheet=sheet)
    if "error" in answer:
        raise _no_spreadsheet(path, str(answer["error"]))
    rows = answer["rows"]
    if rows is None and answer["num_same"]:
        raise AnnotationError(
            f"{path} must have one sheet {sheet!r}, got {answer['num_same']} whose names differ by case or spaces "
            "only. Remove the copy."
        )
    if rows is None:
        raise AnnotationError(
            f"{path} must have a sheet {sheet!r}, got {', '.join(map(repr, answer['names'])) or 'none'}. "
            "Use the table of the release."
        )
    return list(rows)


def _answer(path: Path, *, sheet: str) -> dict[str, Any]:
    if (num_bytes := path.stat().st_size) > MOST_FILE_BYTES:
        raise _no_spreadsheet(path, f"{num_bytes} bytes; a table has at most {MOST_FILE_BYTES}")
    try:
        with path.open("rb") as file:
            first_bytes = file.read(8)
    except OSError as error:
        raise _no_spreadsheet(path, str(error.strerror)) from error
    if not first_bytes.startswith(_FIRST_BYTES):
        raise _no_spreadsheet(path, f"it begins with {first_bytes!r}")
    ended = subprocess.run(
        [sys.executable, "-P", str(_PROGRAM), str(path.absolute()), sheet],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if ended.returncode != 0:
        raise _no_spreadsheet(path, "it makes the parser fail or exceed its limits of memory and time")
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def _no_spreadsheet(path: Path, reason: str) -> AnnotationError:
    return AnnotationError(
        f"an annotation table must be an .xlsx or .xls spreadsheet, got {path} ({reason}). "
        "Copy it again from the release."
    )
