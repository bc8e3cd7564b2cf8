"""CAS(ME)^3 part A: 956 annotated recordings of 98 subjects at 30 frames per second, 3346 macro and 860 micro.

    <root>/CAS(ME)3_part_A_v2.xls
    <root>/spNO.1/a/color/7.jpg       numbers are those of the table; they begin at 0 to 9 and have gaps

Only the table and the layout: how gaps between frames are to be treated is not settled, so there is no reader yet.
"""

import re
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow, expression_kind
from spotformer_core.datasets.tables import TableRow, read_table
from spotformer_core.errors import AnnotationError

NAME = "cas-me-3"
FRAMES_PER_SECOND = 30
FIRST_FRAME_NUMBER = 0
"""The smallest in the release; most recordings begin at 4 to 7."""
ANNOTATION_FILE = "CAS(ME)3_part_A_v2.xls"
SHEET = "AU+Emotion"
COLUMNS = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class")
_COLUMNS_READ = ("Subject", "Filename", "Onset", "Apex", "Offset", "Expression type")
_SUBJECT = re.compile(r"spNO\.[0-9]+")
_LETTER = re.compile(r"[a-z]")


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of the table in its order; recordings are named "spNO.1_a", with a small letter whatever the table has.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    return tuple(_annotation_row(row) for row in read_table(path, sheet=SHEET, columns=_COLUMNS_READ))


def recording_folder(root: Path, *, recording: str) -> Path:
    """Where the colour frames of `recording`, for instance "spNO.1_a", lie."""
    subject, _, letter = recording.rpartition("_")
    return root / subject / letter / "color"


def frame_file_name(recording: str, *, number: int) -> str:  # noqa: ARG001 - the same signature for every dataset
    """The release's name of a frame, the same in every recording."""
    return f"{number}.jpg"


def _annotation_row(row: TableRow) -> AnnotationRow:
    subject, letter = row.text("Subject"), row.text("Filename").lower()
    if not (_SUBJECT.fullmatch(subject) and _LETTER.fullmatch(letter)):
        raise AnnotationError(
            f"Subject and Filename must be as spNO.1 and a are, got {subject!r} and {letter!r} in {row.place}. "
            "Correct the row."
        )
    return AnnotationRow(
        subject=subject,
        recording=f"{subject}_{letter}",
        kind=expression_kind(row, column="Expression type"),
        onset=row.frame_number("Onset"),
        apex=row.frame_number("Apex"),
        offset=row.frame_number("Offset"),
        row_number=row.row_number,
    )
