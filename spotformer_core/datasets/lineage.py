"""The interim table that ABPN, AUW-GCN and SpotFormer's released code share, and the frames that it counts.

    <table>.csv            subject,video_name,start_frame,apex_frame,end_frame,type_idx,au
                           samm_006,samm_006_1,81,92,106,1,4(B/C)+7B              type_idx: 1 macro, 2 micro
    <root>/samm_006/samm_006_1/img_00000.jpg        or without the dataset's name, or without the folder of the subject

Numbers count the frames of the folder in the order of their file names' numbers, from 0; in tables of CAS(ME)^2 (names
"casme_015_0401") from 1: policy lineage-first-frame. Frames of SAMM-LV are subsampled already (policy samm-step says by
how much), the other datasets have 30 frames per second.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.assembly import (
    DEFAULT_OPTIONS,
    ReadingOptions,
    assemble_dataset,
    require_recordings,
    require_root,
)
from spotformer_core.datasets.csv_tables import read_csv_table
from spotformer_core.datasets.policy_choices import AnnotationPolicies, FirstFrame
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.datasets.stored_recording import StoredRecording
from spotformer_core.datasets.table_rows import MOST_FRAMES, TableRow, shown
from spotformer_core.datasets.tables import find_table
from spotformer_core.errors import AnnotationError

NAME = "lineage"
COLUMNS = ("subject", "video_name", "start_frame", "apex_frame", "end_frame", "type_idx")
ANNOTATION_PATTERN = "*.csv"

_KINDS = {1.0: ExpressionKind.MACRO, 2.0: ExpressionKind.MICRO}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_PREFIX = re.compile(r"[A-Za-z]+[0-9]?_")
_SAMM, _CAS_ME_2 = "samm_", "casme_"
_RELEASES = {_SAMM: samm_lv.NAME, _CAS_ME_2: cas_me_2.NAME, "casme3_": cas_me_3.NAME}
"""How the recordings of a release are named in these tables."""


def read(root: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> Dataset:
    """The recordings of the table, with frames from one folder of images each.

    Raises:
        DatasetError: when the root is missing or holds no folder of a recording.
        AnnotationError: when the table is missing or breaks a rule, or recordings are missing.
        RecordingError: when no folder can be read as frames, or two hold the same recording.
    """
    require_root(root, dataset=NAME)
    table = options.annotations or find_table(root, pattern=ANNOTATION_PATTERN)
    rows = read_annotations(table)
    stored = [
        replace(_stored_recording(name, subject, options.policies), path=folder)
        for name, subject in _subject_of(rows).items()
        for folder in _folders_of(root, name=name, subject=subject)
    ]
    require_recordings(stored, root=root, dataset=NAME, layout="samm_006/samm_006_1/img_00000.jpg")
    return assemble_dataset(NAME, root=root, stored=stored, rows=rows, options=options, repairs=Counter(), table=table)


def read_without_frames(
    root: Path, *, num_frames: Mapping[str, int], options: ReadingOptions = DEFAULT_OPTIONS
) -> Dataset:
    """The recordings of the table that `num_frames` gives a length, for features that somebody else extracted.

    Their frames are nowhere: `Recording.frame_paths` is empty and `video_path` None.

    Raises:
        DatasetError: when the root is missing.
        AnnotationError: when the table is missing or breaks a rule, or recordings have no length.
    """
    require_root(root, dataset=NAME)
    table = options.annotations or find_table(root, pattern=ANNOTATION_PATTERN)
    rows = read_annotations(table)
    stored = [
        replace(_stored_recording(name, subject, options.policies), num_frames=num_frames[name])
        for name, subject in _subject_of(rows).items()
        if num_frames.get(name, 0) > 0
    ]
    return assemble_dataset(NAME, root=root, stored=stored, rows=rows, options=options, repairs=Counter(), table=table)


def read_annotations(path: Path) -> tuple[AnnotationRow, ...]:
    """The rows of the table in its order and in its own numbers.

    An apex of 0 or -1 is a missing one, unless the row begins at 0 too.

    Raises:
        AnnotationError: when the file is no such table, naming the row that breaks a rule.
    """
    return tuple(_annotation_row(row) for row in read_csv_table(path, columns=COLUMNS))


def release_of(recordings: Iterable[str]) -> str:
    """The release whose recordings have such names in these tables, for instance "samm-lv"; NAME where none has."""
    names = list(recordings)
    for prefix, release in _RELEASES.items():
        if names and all(name.startswith(prefix) for name in names):
            return release
    return NAME


def _annotation_row(row: TableRow) -> AnnotationRow:
    kind = _KINDS.get(row.number("type_idx"))
    if kind is None:
        raise AnnotationError(
            f"type_idx must be 1 (macro) or 2 (micro), got {shown(row.cells['type_idx'])} in {row.place}. "
            "Correct the cell."
        )
    onset, apex = row.frame_number("start_frame"), row.number("apex_frame")
    if apex > MOST_FRAMES:
        apex = row.frame_number("apex_frame")
    return AnnotationRow(
        subject=_plain_name(row, "subject"),
        recording=_plain_name(row, "video_name"),
        kind=kind,
        onset=onset,
        apex=None if apex < 0 or (apex == 0 and onset > 0) else apex,
        offset=row.frame_number("end_frame"),
        row_number=row.row_number,
    )


def _plain_name(row: TableRow, column: str) -> str:
    """A name that can be that of a folder and a file."""
    name = row.text(column)
    if not _NAME.fullmatch(name):
        raise AnnotationError(
            f"{column} must be letters, digits and any of _ . -, at most 100, got {shown(name)} in {row.place}. "
            "Correct the cell."
        )
    return name


def _subject_of(rows: Iterable[AnnotationRow]) -> dict[str, str]:
    """Name of a recording to that of its subject."""
    subject_of: dict[str, str] = {}
    for row in rows:
        if subject_of.setdefault(row.recording, row.subject) != row.subject:
            raise AnnotationError(
                f"a recording must have one subject, got {subject_of[row.recording]} and {row.subject} for "
                f"{row.recording} in row {row.row_number} of the annotation table. Correct the row."
            )
    return subject_of


def _stored_recording(name: str, subject: str, policies: AnnotationPolicies) -> StoredRecording:
    """The recording without its place; `frame_step` is 1 since the frames are subsampled already."""
    is_samm = name.startswith(_SAMM)
    return StoredRecording(
        subject=subject,
        name=name,
        path=None,
        frames_per_second=samm_lv.FRAMES_PER_SECOND / int(policies.samm_step)
        if is_samm
        else cas_me_2.FRAMES_PER_SECOND,
        frame_step=1,
        first_frame_number=_first_frame_number(name, policies.lineage_first_frame),
    )


def _first_frame_number(name: str, first_frame: FirstFrame) -> int:
    if first_frame is FirstFrame.BY_DATASET:
        return 1 if name.startswith(_CAS_ME_2) else 0
    return int(first_frame)


def _bare(name: str) -> str:
    """The name without that of its dataset, unless what is left is no name: "a_.." would lead out of the root."""
    bare = _PREFIX.sub("", name, count=1)
    return bare if _NAME.fullmatch(bare) else name


def _folders_of(root: Path, *, name: str, subject: str) -> Sequence[Path]:
    """Folders that hold the frames of the recording."""
    bare_name, bare_subject = _bare(name), _bare(subject)
    places = dict.fromkeys(
        (
            *(root / one / two for one in (subject, bare_subject) for two in (name, bare_name)),
            root / name,
            root / bare_name,
        )
    )
    return [place for place in places if place.is_dir()]
