"""SAMM-LV (SAMM Long Videos): 147 recordings of 30 subjects at 200 frames per second, 343 macro and 159 micro.

    <root>/SAMM_LongVideos_V3_Release.xlsx            V1 to V3 hold the same onsets and offsets
    <root>/SAMM_longvideos/006_1/006_1_0001.jpg       or <root>/006_1/...; 5 digits in recordings of 10,000 frames

Every 7th frame is kept: 28.6 frames per second, as in [Deng2024] Sec. 4.1 (policy samm-step).
"""

import re
from collections import Counter
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow, apex_or_none, expression_kind, number_repairs
from spotformer_core.datasets.assembly import (
    DEFAULT_OPTIONS,
    ReadingOptions,
    assemble_dataset,
    require_recordings,
    require_root,
)
from spotformer_core.datasets.dataset_names import SAMM_LV
from spotformer_core.datasets.recording import Dataset
from spotformer_core.datasets.stored_recording import StoredRecording
from spotformer_core.datasets.table_rows import TableRow, shown
from spotformer_core.datasets.tables import find_table, read_table
from spotformer_core.errors import AnnotationError

NAME = SAMM_LV
FRAMES_PER_SECOND = 200
"""Of the release."""
FRAME_STEP = 7
"""Every 7th stored frame is kept unless the policy samm-step says otherwise."""
FIRST_FRAME_NUMBER = 1
FRAMES_FOLDER = "SAMM_longvideos"
ANNOTATION_FILE = "SAMM_LongVideos_V3_Release.xlsx"
ANNOTATION_PATTERN = "*SAMM*Long*.xls*"
"""Names of annotation tables that are accepted, whatever their case."""
SHEET = "FACS_Movement_Only"
COLUMNS = (
    "Subject",
    "Filename",
    "Inducement Code",
    "Onset",
    "Apex",
    "Offset",
    "Duration",
    "Type",
    "Action Units",
    "Notes",
)
_COLUMNS_READ = ("Subject", "Filename", "Onset", "Apex", "Offset", "Type")
_FILENAME = re.compile(r"([0-9]{3}_[0-9]+)_[0-9]+")
_RECORDING = re.compile(r"[0-9]{3}_[0-9]+")


def read(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """SAMM-LV at every 7th frame.

    Raises:
        DatasetError: when the root or the tree of frames is missing.
        AnnotationError: when the table is missing or breaks a rule, or recordings are missing.
        RecordingError: when no folder can be read as frames.
    """
    require_root(root, dataset=NAME)
    stored = _stored_recordings(root, frame_step=int(options.policies.samm_step))
    require_recordings(stored, root=root, dataset=NAME, layout=f"{FRAMES_FOLDER}/006_1/006_1_0001.jpg")
    table = options.annotations or find_table(root, pattern=ANNOTATION_PATTERN)
    return assemble_dataset(
        NAME,
        root=root,
        stored=stored,
        rows=read_annotations(table),
        options=options,
        repairs=Counter(),
        table=table,
    )


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of the table in its order and in 200 fps frame numbers from 1; many are no whole numbers.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    return tuple(_annotation_row(row) for row in read_table(path, sheet=SHEET, columns=_COLUMNS_READ))


def recording_folder(root: Path, *, recording: str) -> Path:
    """Where the release has the frames of `recording`, for instance "006_1"."""
    return root / FRAMES_FOLDER / recording


def frame_file_name(recording: str, *, number: int) -> str:
    """The release's name of a frame; numbers begin at `FIRST_FRAME_NUMBER`."""
    return f"{recording}_{number:04d}.jpg"


def _annotation_row(row: TableRow) -> AnnotationRow:
    filename, subject = row.text("Filename"), row.text("Subject").zfill(3)
    match = _FILENAME.fullmatch(filename)
    if match is None or not filename.startswith(f"{subject}_"):
        raise AnnotationError(
            f"Filename must be subject_recording_expression, as 006_1_1 is, got {shown(filename)} for subject "
            f"{shown(subject)} in {row.place}. Correct the row."
        )
    return AnnotationRow(
        subject=subject,
        recording=match.group(1),
        kind=expression_kind(row, column="Type"),
        onset=row.frame_number("Onset"),
        apex=apex_or_none(row, column="Apex"),
        offset=row.frame_number("Offset"),
        row_number=row.row_number,
        repairs=number_repairs(row, columns=("Onset", "Apex", "Offset")),
    )


def _stored_recordings(root: Path, *, frame_step: int) -> list[StoredRecording]:
    """The folders named like recordings, in the frames folder or else in the root itself."""
    inner = [path for path in root.iterdir() if path.is_dir() and path.name.casefold() == FRAMES_FOLDER.casefold()]
    return [
        StoredRecording(
            subject=folder.name[:3],
            name=folder.name,
            path=folder,
            frames_per_second=FRAMES_PER_SECOND,
            frame_step=frame_step,
        )
        for folder in (inner[0] if inner else root).iterdir()
        if _RECORDING.fullmatch(folder.name) and folder.is_dir()
    ]
