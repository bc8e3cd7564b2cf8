"""One row of an annotation table, with cells under the names of their columns."""

import re
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from spotformer_core.errors import AnnotationError

MOST_FRAMES = 100_000_000
"""No frame number is larger: 100 million frames are five days at 200 per second."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def shown(value: object) -> str:
    """The value as messages show it, at most 80 characters."""
    return _SHORT.repr(value)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """One row of a sheet or of a CSV file.

    Attributes:
        sheet: its name; "" for a CSV file.
        row_number: as a spreadsheet program counts; the first row is 1.
        cells: name of a column to the value as stored: text, number or truth value.
    """

    path: Path
    sheet: str
    row_number: int
    cells: Mapping[str, object]

    @property
    def place(self) -> str:
        """Where the row stands, for messages."""
        sheet = f" of sheet {self.sheet!r}" if self.sheet else ""
        return f"row {self.row_number}{sheet} in {self.path}"

    def text(self, column: str) -> str:
        """The cell as text without surrounding spaces; a whole number is written without a fraction.

        Raises:
            AnnotationError: when the cell is empty or neither text nor number.
        """
        cell = self.cells[column]
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        if isinstance(cell, bool) or not isinstance(cell, str | int | float) or not str(cell).strip():
            raise AnnotationError(f"{column} must be text, got {shown(cell)} in {self.place}. Correct the cell.")
        return str(cell).strip()

    def number(self, column: str) -> float:
        """The cell as a number; of text only digits with an optional sign and decimal point count.

        Whatever else Python or a spreadsheet program would read as a number is refused: "1_0_0", "1e3" (a program that
        writes this has dropped digits), "12,5", "1 000", digits of other scripts, dates.

        Raises:
            AnnotationError: when the cell holds no such number.
        """
        cell = self.cells[column]
        number = _number(cell)
        if number is None:
            raise AnnotationError(
                f"{column} must be a number, got {shown(cell)} in {self.place}. "
                "Write it with digits and at most one decimal point."
            )
        return number

    def frame_number(self, column: str) -> float:
        """The cell as a frame number, from 0 to `MOST_FRAMES`; a fraction is kept.

        Raises:
            AnnotationError: when the cell holds no number, a negative one or one too large.
        """
        number = self.number(column)
        if not 0 <= number <= MOST_FRAMES:
            raise AnnotationError(
                f"{column} must be a frame number from 0 to {MOST_FRAMES}, got {number:g} in {self.place}. "
                "Correct the cell."
            )
        return number

    def is_empty(self, column: str) -> bool:
        """Whether the cell holds nothing but spaces."""
        return not str(self.cells[column]).strip()


def _number(cell: object) -> float | None:
    """The finite number in a cell, None when it holds anything else."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    if isinstance(cell, str) and not _NUMBER.fullmatch(cell.strip()):
        return None
    try:
        number = float(cell)
    except OverflowError:
        return None
    return number if isfinite(number) else None
