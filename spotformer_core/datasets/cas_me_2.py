"""CAS(ME)^2: 98 recordings (95 annotated) of 22 subjects at 30 frames per second, 300 macro and 57 micro.

    <root>/CAS(ME)^2code_final.xlsx
    <root>/rawpic/s15/15_0101disgustingteeth/img001.jpg                     as recorded
    <root>/longVideoFaceCropped/s15/15_0101disgustingteeth/img_1.jpg        cropped to the face

A recording is named by its subject and the four digits of its stimulus: s15_0101. The table names neither: it has an
index of the subject (1 to 22) and the code of a clip, "anger1_12", and two more sheets that translate them.
"""

import re
from collections import Counter
from pathlib import Path

from spotformer_core.datasets.annotation_rows import (
    AnnotationRow,
    apex_or_none,
    emotion_or_none,
    expression_kind,
    number_repairs,
)
from spotformer_core.datasets.assembly import (
    DEFAULT_OPTIONS,
    ReadingOptions,
    assemble_dataset,
    require_recordings,
    require_root,
)
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.recording import Dataset
from spotformer_core.datasets.stored_recording import StoredRecording
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.datasets.tables import find_table, read_headerless_table
from spotformer_core.errors import AnnotationError, InvalidValueError, did_you_mean

NAME = "cas-me-2"
FRAMES_PER_SECOND = 30
FIRST_FRAME_NUMBER = 1
FRAMES_FOLDER = "rawpic"
ANNOTATION_FILE = "CAS(ME)^2code_final.xlsx"
ANNOTATION_PATTERN = "*code_final*.xls*"
"""Names of annotation tables that are accepted, whatever their case."""
CODE_SHEET, SUBJECT_SHEET, STIMULUS_SHEET = "CASFEcode_final", "naming rule1", "naming rule2"
"""None of the three has a header row."""
CODE_COLUMNS = ("subject index", "clip code", "onset", "apex", "offset", "action units", "emotion", "type")
SUBJECT_COLUMNS = ("folder number", "folder name", "subject index")
STIMULUS_COLUMNS = ("stimulus number", "stimulus code")
SUBJECT_FOLDERS = tuple(f"s{number}" for number in (15, 16, *range(19, 28), *range(29, 39), 40))
"""In the order of the subject index, which begins at 1."""
STIMULUS_CODES = {
    "0101": "disgust1",
    "0102": "disgust2",
    "0401": "anger1",
    "0402": "anger2",
    "0502": "happy1",
    "0503": "happy2",
    "0505": "happy3",
    "0507": "happy4",
    "0508": "happy5",
}
"""Number of a stimulus to its code in the table."""
STIMULUS_TITLES = {
    "0101": "disgustingteeth",
    "0102": "eatingworms",
    "0401": "girlcrashing",
    "0402": "beatingpregnantwoman",
    "0502": "funnyerrors",
    "0503": "unnyfarting",
    "0505": "funnyinnovations",
    "0507": "climbingthewall",
    "0508": "funnydunkey",
}
"""Number of a stimulus to the rest of its folder's name, spelt as in the release."""

_FRAMES_FOLDERS = (
    FRAMES_FOLDER,
    "longVideoFaceCropped",
    "CAS(ME)2_longVideoFaceCropped/longVideoFaceCropped",
    "cropped",
    ".",
)
_SUBJECT_FOLDER = re.compile(r"s0*([0-9]+)", re.IGNORECASE)
_RECORDING_FOLDER = re.compile(r"0*([0-9]+)_([0-9]{4})(?![0-9]).*")
_RECORDING = re.compile(r"s([0-9]+)_([0-9]{4})")


def read(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """CAS(ME)^2, from whichever of its two distributions of frames is on disk.

    Raises:
        DatasetError: when the root or the tree of frames is missing.
        AnnotationError: when the table is missing or breaks a rule, or recordings are missing.
        RecordingError: when no folder can be read as frames, or two hold the same recording.
    """
    require_root(root, dataset=NAME)
    stored, repairs = _stored_recordings(root)
    require_recordings(stored, root=root, dataset=NAME, layout=f"{FRAMES_FOLDER}/s15/15_0101disgustingteeth/img001.jpg")
    return assemble_dataset(
        NAME,
        root=root,
        stored=stored,
        rows=read_annotations(options.annotations or find_table(root, pattern=ANNOTATION_PATTERN)),
        options=options,
        repairs=repairs,
    )


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of the table in its order and in 30 fps frame numbers from 1.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    folder_of = _subject_folders(path)
    stimulus_of = {
        row.text("stimulus code").casefold(): row.text("stimulus number").zfill(4)  # Excel turns 0101 into 101.
        for row in read_headerless_table(path, sheet=STIMULUS_SHEET, columns=STIMULUS_COLUMNS)
    }
    rows = read_headerless_table(path, sheet=CODE_SHEET, columns=CODE_COLUMNS)
    return tuple(_annotation_row(row, folder_of=folder_of, stimulus_of=stimulus_of) for row in rows)


def recording_folder(root: Path, *, recording: str) -> Path:
    """Where the release has the frames of `recording`, for instance "s15_0101".

    Raises:
        InvalidValueError: when the name is not of that form or its stimulus unknown.
    """
    match = _RECORDING.fullmatch(recording)
    if match is None or match.group(2) not in STIMULUS_TITLES:
        raise InvalidValueError(
            f"a recording of {NAME} must be named as s15_0101 is, with a known stimulus, got {recording!r}. "
            f"Stimuli: {', '.join(STIMULUS_TITLES)}."
        )
    number, stimulus = match.groups()
    return root / FRAMES_FOLDER / f"s{number}" / f"{number}_{stimulus}{STIMULUS_TITLES[stimulus]}"


def frame_file_name(recording: str, *, number: int) -> str:  # noqa: ARG001 - the same signature for every dataset
    """The release's name of a frame, the same in every recording; numbers begin at `FIRST_FRAME_NUMBER`."""
    return f"img{number:03d}.jpg"


def _subject_folders(path: Path) -> dict[str, str]:
    """Index of a subject to the name of its folder."""
    folder_of: dict[str, str] = {}
    for row in read_headerless_table(path, sheet=SUBJECT_SHEET, columns=SUBJECT_COLUMNS):
        index, folder = row.text("subject index"), row.text("folder name").casefold()
        if folder_of.setdefault(index, folder) != folder:
            raise AnnotationError(
                f"a subject index must stand for one folder, got {shown(folder_of[index])} and {shown(folder)} for "
                f"{shown(index)} in {row.place}. Correct the row."
            )
    return folder_of


def _annotation_row(row: TableRow, *, folder_of: dict[str, str], stimulus_of: dict[str, str]) -> AnnotationRow:
    index, (stimulus_code, _, _) = row.text("subject index"), row.text("clip code").casefold().rpartition("_")
    if index not in folder_of:
        raise AnnotationError(
            f"a subject index must stand in sheet {SUBJECT_SHEET!r}, got {shown(index)} in {row.place}. "
            f"{did_you_mean(index, folder_of)}"
        )
    if stimulus_code not in stimulus_of:
        raise AnnotationError(
            f"a clip code must begin with a code of sheet {STIMULUS_SHEET!r} and end in a number, got "
            f"{shown(row.text('clip code'))} in {row.place}. {did_you_mean(stimulus_code, stimulus_of)}"
        )
    subject = folder_of[index]
    return AnnotationRow(
        subject=subject,
        recording=f"{subject}_{stimulus_of[stimulus_code]}",
        kind=expression_kind(row, column="type"),
        onset=row.frame_number("onset"),
        apex=apex_or_none(row, column="apex"),
        offset=row.frame_number("offset"),
        row_number=row.row_number,
        repairs=number_repairs(row, columns=("onset", "apex", "offset")),
        emotion=emotion_or_none(row, column="emotion"),
    )


def _stored_recordings(root: Path) -> tuple[list[StoredRecording], Counter[Policy]]:
    """The recordings of the first folder that holds subjects, and what had to be repaired.

    Some copies of the release hold a folder `23_0502funnyerrors` under `s19`: its own name decides.
    """
    at_home: list[StoredRecording] = []
    elsewhere: list[StoredRecording] = []
    for subject_folder in _subject_folders_on_disk(root):
        for folder in sorted(subject_folder.iterdir()):
            match = _RECORDING_FOLDER.fullmatch(folder.name)
            if match is None or not folder.is_dir():
                continue
            subject = f"s{match.group(1)}"
            one = StoredRecording(
                subject=subject,
                name=f"{subject}_{match.group(2)}",
                path=folder,
                frames_per_second=FRAMES_PER_SECOND,
                frame_step=1,
            )
            (at_home if subject == _subject(subject_folder) else elsewhere).append(one)
    names_at_home = {one.name for one in at_home}
    moved = [one for one in elsewhere if one.name not in names_at_home]
    repairs = Counter(
        {
            Policy.SUBJECT_FROM_FOLDER_NAME: len(moved),
            Policy.MISPLACED_COPY_SKIPPED: len(elsewhere) - len(moved),
        }
    )
    return at_home + moved, repairs


def _subject_folders_on_disk(root: Path) -> list[Path]:
    for inner in _FRAMES_FOLDERS:
        folders = [path for path in (root / inner).glob("*") if path.is_dir() and _subject(path) is not None]
        if folders:
            return sorted(folders)
    return []


def _subject(folder: Path) -> str | None:
    """The subject whose folder this is, None for other folders."""
    match = _SUBJECT_FOLDER.fullmatch(folder.name)
    return f"s{match.group(1)}" if match else None
