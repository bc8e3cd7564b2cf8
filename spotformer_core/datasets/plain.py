"""Anybody's own recordings: two CSV files beside video files or folders of images. docs/your-own-dataset.md tells how.

    <root>/annotations.csv     recording,subject,kind,onset,apex,offset      frames from 0, both ends included
    <root>/recordings.csv      recording,subject,frames_per_second,frame_step,num_frames                    optional
    <root>/anna_1.mp4          or a folder <root>/anna_1/ of images that are named by their number

An expression may come without an apex: it is the midpoint then. A recording without expressions stands in
`recordings.csv`, which names its subject.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow, emotion_or_none, expression_kind
from spotformer_core.datasets.assembly import (
    DEFAULT_OPTIONS,
    ReadingOptions,
    assemble_dataset,
    require_recordings,
    require_root,
)
from spotformer_core.datasets.csv_tables import read_csv_table
from spotformer_core.datasets.frame_files import holds_images
from spotformer_core.datasets.recording import Dataset
from spotformer_core.datasets.stored_recording import StoredRecording, is_video
from spotformer_core.datasets.table_rows import MOST_FRAMES, TableRow, shown
from spotformer_core.errors import AnnotationError, DatasetError, did_you_mean

NAME = "plain"
ANNOTATION_FILE = "annotations.csv"
RECORDING_FILE = "recordings.csv"
COLUMNS = ("recording", "subject", "kind", "onset", "apex", "offset")
RECORDING_COLUMNS = ("recording", "subject")
OPTIONAL_RECORDING_COLUMNS = ("frames_per_second", "frame_step", "num_frames")

_NAME = re.compile(r"[^\W_][\w .-]{0,99}")
_MOST_FRAMES_PER_SECOND = 100_000
_MOST_STEP = 10_000
_EMOTION = "emotion"
"""An optional column of `annotations.csv`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Described:
    """What `recordings.csv` says of a recording; None: it does not say."""

    subject: str
    frames_per_second: float | None = None
    frame_step: int | None = None
    num_frames: int | None = None


def read(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """The recordings in `root` that its two tables name, with frames from videos or folders of images.

    Raises:
        DatasetError: when the root is missing, holds no recording, or one that no table names.
        AnnotationError: when a table is missing or breaks a rule, or recordings are missing.
        RecordingError: when no recording can be read, or one lies there twice.
    """
    require_root(root, dataset=NAME)
    rows = read_annotations(options.annotations or root / ANNOTATION_FILE)
    described = _described(rows, read_recordings(root / RECORDING_FILE))
    stored = list(_stored_recordings(root, described))
    require_recordings(stored, root=root, dataset=NAME, layout="anna_1.mp4 or anna_1/000001.png")
    return assemble_dataset(NAME, root=root, stored=stored, rows=rows, options=options, repairs=Counter())


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of `annotations.csv` in its order; frames are stored positions, from 0.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    return tuple(
        AnnotationRow(
            subject=_name(row, "subject"),
            recording=_name(row, "recording"),
            kind=expression_kind(row, column="kind"),
            onset=row.frame_number("onset"),
            apex=None if row.is_empty("apex") else row.frame_number("apex"),
            offset=_offset(row),
            row_number=row.row_number,
            emotion=emotion_or_none(row, column=_EMOTION),
        )
        for row in read_csv_table(path, columns=COLUMNS, optional=(_EMOTION,))
    )


def read_recordings(path: Path) -> dict[str, _Described]:
    """What `recordings.csv` says, by the name of the recording; nothing when there is no such file.

    Raises:
        AnnotationError: when the file is no such table, or names a recording twice.
    """
    if not path.exists():
        return {}
    described: dict[str, _Described] = {}
    for row in read_csv_table(
        path, columns=RECORDING_COLUMNS, optional=OPTIONAL_RECORDING_COLUMNS, others_allowed=False
    ):
        name = _name(row, "recording")
        if name in described:
            raise AnnotationError(f"a recording must stand once, got {name} again in {row.place}. Remove the row.")
        frame_step = _between(row, "frame_step", most=_MOST_STEP)
        num_frames = _between(row, "num_frames", most=MOST_FRAMES)
        described[name] = _Described(
            subject=_name(row, "subject"),
            frames_per_second=_between(row, "frames_per_second", most=_MOST_FRAMES_PER_SECOND, least=0.1),
            frame_step=None if frame_step is None else int(frame_step),
            num_frames=None if num_frames is None else int(num_frames),
        )
    return described


def _name(row: TableRow, column: str) -> str:
    """A name that can be that of a file on any system."""
    name = row.text(column)
    if not _NAME.fullmatch(name):
        raise AnnotationError(
            f"{column} must begin with a letter or digit and hold only these, spaces and any of _ . -, at most 100, "
            f"got {shown(name)} in {row.place}. Rename it."
        )
    return name


def _offset(row: TableRow) -> float:
    """The offset; 0 is a frame here and not a missing number, so it must not come before the onset."""
    onset, offset = row.frame_number("onset"), row.frame_number("offset")
    if offset < onset:
        raise AnnotationError(
            f"the offset must not be before the onset, got {offset:g} before {onset:g} in {row.place}. Correct the row."
        )
    return offset


def _between(row: TableRow, column: str, *, most: float, least: float = 1) -> float | None:
    """The number in an optional cell, whole unless `least` is not; None when it is empty."""
    if row.is_empty(column):
        return None
    number = row.number(column)
    if not least <= number <= most or (isinstance(least, int) and number != int(number)):
        raise AnnotationError(
            f"{column} must be a {'whole ' if isinstance(least, int) else ''}number from {least} to {most}, got "
            f"{number:g} in {row.place}. Correct the cell or leave it empty."
        )
    return number


def _described(rows: Iterable[AnnotationRow], described: Mapping[str, _Described]) -> dict[str, _Described]:
    """Every recording that either table names."""
    every = dict(described)
    for row in rows:
        subject = every.setdefault(row.recording, _Described(subject=row.subject)).subject
        if subject != row.subject:
            raise AnnotationError(
                f"a recording must have one subject, got {subject} and {row.subject} for {row.recording} in row "
                f"{row.row_number} of the annotation table. Correct the row."
            )
    return every


def _stored_recordings(root: Path, described: Mapping[str, _Described]) -> Iterable[StoredRecording]:
    """Every video file and every folder of images in `root`; other files and folders are passed over."""
    for path in sorted(root.iterdir()):
        is_recording = path.name in described if path.is_dir() else is_video(path) and not path.name.startswith(".")
        if not is_recording and not (path.is_dir() and not path.name.startswith(".") and holds_images(path)):
            continue
        name = path.name if path.is_dir() else path.stem
        if name not in described:
            raise DatasetError(
                f"every recording must be named in {ANNOTATION_FILE} or {RECORDING_FILE}, got {path}. "
                f"{did_you_mean(name, described)} Add it to {RECORDING_FILE} with its subject, or move it elsewhere."
            )
        one = described[name]
        yield StoredRecording(
            subject=one.subject,
            name=name,
            path=path,
            frames_per_second=one.frames_per_second,
            frame_step=one.frame_step,
            num_frames=one.num_frames,
            first_frame_number=0,
        )
