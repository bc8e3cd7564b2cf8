"""CAS(ME)^3 part A: 956 annotated recordings of 98 subjects at 30 frames per second, 3346 macro and 860 micro.

    <root>/part_A/annotation/CAS(ME)3_part_A_v2.xls               or directly in the root
    <root>/part_A/data/part_A/spNO.1/a/color/7.jpg                or <root>/spNO.1/..., <root>/data/spNO.1/...
    <root>/exception/error_info_damaged_image_partA.txt           optional: images that cannot be opened

File numbers are those of the table; they begin at 0 to 9 and have gaps. Letters of recordings are small or capital on
disk and in the table alike. [Deng2024] counts only short expressions: policy expression-lengths.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow, emotion_or_none, expression_kind, number_repairs
from spotformer_core.datasets.assembly import (
    DEFAULT_OPTIONS,
    ReadingOptions,
    assemble_dataset,
    require_recordings,
    require_root,
)
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import DamagedFrames, ExpressionLengths
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.datasets.stored_recording import StoredRecording
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.datasets.tables import find_table, read_table
from spotformer_core.errors import AnnotationError
from spotformer_core.limited_files import read_limited

NAME = "cas-me-3"
FRAMES_PER_SECOND = 30
FIRST_FRAME_NUMBER = 0
"""The smallest in the release; most recordings begin at 4 to 7."""
ANNOTATION_FILE = "CAS(ME)3_part_A_v2.xls"
ANNOTATION_PATTERN = "cas(me)3_part_A_v[0-9]*.xls*"
"""Names of annotation tables that are accepted, whatever their case."""
SHEET = "AU+Emotion"
COLUMNS = ("Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class")
LONGEST_FRAMES = {ExpressionKind.MICRO: 15, ExpressionKind.MACRO: 120}
"""The paper's limits, from onset to offset. Differs from [Deng2024] Sec. 4.1: the text has "less than 15" for micro,
but only "up to 15" leaves (288 of) its 285."""

_COLUMNS_READ = ("Subject", "Filename", "Onset", "Apex", "Offset", "Expression type")
_EMOTION = "Objective class"
"""I to VII, by action units: the only emotion that the table of expressions has."""
_FOLDERS = (".", "part_A", "part_A/data/part_A", "part_A/data", "data/part_A", "data")
_ANNOTATION_FOLDERS = (".", "part_A/annotation", "annotation", "annotation/partA", "part_A")
_EXCEPTION_FOLDERS = ("exception", "part_A/exception")
_DAMAGED_FILE = "error_info_damaged_image_partA.txt"
_MOST_LIST_BYTES = 16 << 20
_DAMAGED = re.compile(r"(spNO\.[0-9]+)\s+([a-z])\s+([0-9]{1,9})\.jpg", re.IGNORECASE)
_SUBJECT = re.compile(r"spNO\.[0-9]+")
_LETTER = re.compile(r"[a-z]")
_COLOR_FOLDER = "color"


def read(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """Part A of CAS(ME)^3, with the colour frames.

    Raises:
        DatasetError: when the root or the tree of frames is missing.
        AnnotationError: when a table is missing or breaks a rule, or recordings are missing.
        RecordingError: when no folder can be read as frames, or two hold the same recording.
    """
    require_root(root, dataset=NAME)
    damaged = _damaged_frames(root) if options.policies.damaged_frames is not DamagedFrames.KEEP else {}
    stored = _stored_recordings(root, damaged=damaged)
    require_recordings(stored, root=root, dataset=NAME, layout="part_A/data/part_A/spNO.1/a/color/7.jpg")
    path = options.annotations or find_table(root, pattern=ANNOTATION_PATTERN, folders=_ANNOTATION_FOLDERS)
    rows = read_annotations(path)
    counted = [row for row in rows if _counts(row, options.policies.expression_lengths)]
    return assemble_dataset(
        NAME,
        root=root,
        stored=stored,
        rows=counted,
        options=options,
        repairs=Counter({Policy.LENGTH_DROPPED: len(rows) - len(counted)}),
    )


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of the table in its order; recordings are named "spNO.1_a", with a small letter whatever the table has.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    rows = read_table(path, sheet=SHEET, columns=_COLUMNS_READ, optional=(_EMOTION,))
    return tuple(_annotation_row(row) for row in rows)


def recording_folder(root: Path, *, recording: str) -> Path:
    """Where the colour frames of `recording`, for instance "spNO.1_a", lie."""
    subject, _, letter = recording.rpartition("_")
    return root / subject / letter / _COLOR_FOLDER


def frame_file_name(recording: str, *, number: int) -> str:  # noqa: ARG001 - the same signature for every dataset
    """The release's name of a frame, the same in every recording."""
    return f"{number}.jpg"


def _counts(row: AnnotationRow, lengths: ExpressionLengths) -> bool:
    return lengths is ExpressionLengths.ALL or row.offset - row.onset <= LONGEST_FRAMES[row.kind]


def _annotation_row(row: TableRow) -> AnnotationRow:
    subject, written = row.text("Subject"), row.text("Filename")
    letter = written.lower()
    if not (_SUBJECT.fullmatch(subject) and _LETTER.fullmatch(letter)):
        raise AnnotationError(
            f"Subject and Filename must be as spNO.1 and a are, got {shown(subject)} and {shown(written)} in "
            f"{row.place}. Correct the row."
        )
    lowered = frozenset({Policy.LETTER_LOWERED} if letter != written else ())
    return AnnotationRow(
        subject=subject,
        recording=f"{subject}_{letter}",
        kind=expression_kind(row, column="Expression type"),
        onset=row.frame_number("Onset"),
        apex=row.frame_number("Apex"),
        offset=row.frame_number("Offset"),
        row_number=row.row_number,
        repairs=lowered | number_repairs(row, columns=("Onset", "Apex", "Offset")),
        emotion=emotion_or_none(row, column=_EMOTION),
    )


def _stored_recordings(root: Path, *, damaged: dict[str, set[int]]) -> list[StoredRecording]:
    """The recordings of the first folder that holds subjects."""
    return [
        StoredRecording(
            subject=subject.name,
            name=name,
            path=colour,
            frames_per_second=FRAMES_PER_SECOND,
            frame_step=1,
            damaged=frozenset(damaged.get(name, ())),
        )
        for subject in _subject_folders(root)
        for letter in _folders_in(subject)
        if _LETTER.fullmatch(letter.name.lower())
        for colour in _folders_in(letter)
        if colour.name.casefold() == _COLOR_FOLDER
        for name in (f"{subject.name}_{letter.name.lower()}",)
    ]


def _subject_folders(root: Path) -> Sequence[Path]:
    for inner in _FOLDERS:
        folders = [path for path in _folders_in(root / inner) if _SUBJECT.fullmatch(path.name)]
        if folders:
            return folders
    return ()


def _folders_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def _damaged_frames(root: Path) -> dict[str, set[int]]:
    """Name of a recording to the numbers of its frames that the release lists as damaged; nothing without a list.

    Raises:
        AnnotationError: when the list cannot be read or a line of it has another form.
    """
    damaged: defaultdict[str, set[int]] = defaultdict(set)
    for folder in _EXCEPTION_FOLDERS:
        path = root / folder / _DAMAGED_FILE
        if not path.is_file():
            continue
        for line_number, line in enumerate(_lines(path), start=1):
            match = _DAMAGED.match(line)
            if match is None and line.strip():
                raise AnnotationError(
                    f"a line of {path} must begin as 'spNO.3 J 498.jpg' does, got {shown(line)} in line {line_number}. "
                    "Copy the list again from the release, or use --policy damaged-frames=keep."
                )
            if match is not None:
                damaged[f"{match.group(1)}_{match.group(2).lower()}"].add(int(match.group(3)))
    return damaged


def _lines(path: Path) -> list[str]:
    try:
        return read_limited(path, most_bytes=_MOST_LIST_BYTES).decode().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise AnnotationError(
            f"the list of damaged images must be a text file, got {path} ({error}). Copy it again from the release."
        ) from error
