"""The last step that all readers share: annotation rows and what lies on disk become a `Dataset`."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import counted_rows
from spotformer_core.datasets.findings import joined_reviews
from spotformer_core.datasets.placement import PlacedExpression, place_expression
from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.datasets.stored_recording import StoredFrames, StoredRecording, list_frames
from spotformer_core.datasets.table_review import review_placement, review_table
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

_NUM_NAMED = 5
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingOptions:
    """How a dataset is read.

    Attributes:
        annotations: the annotation table; None looks for it in the usual places below the root.
        is_part: whether recordings are left out by choice, so that other totals than the published ones are expected.
    """

    missing_recordings: MissingRecordings = MissingRecordings.ERROR
    policies: AnnotationPolicies = AnnotationPolicies()  # noqa: RUF009  frozen
    annotations: Path | None = None
    is_part: bool = False


DEFAULT_OPTIONS = ReadingOptions()


def require_root(root: Path, *, dataset: str) -> None:
    """Raises DatasetError unless `root` is a folder that may be read."""
    if not (root.is_dir() and os.access(root, os.R_OK | os.X_OK)):
        raise DatasetError(
            f"the root of {dataset} must be a folder, got {root}, which is none or may not be read. "
            "Give the folder that the release was unpacked in."
        )


def require_recordings(recordings: Sequence[StoredRecording], *, root: Path, dataset: str, layout: str) -> None:
    """Raises DatasetError, saying which `layout` was looked for, when there are no recordings."""
    if not recordings:
        raise DatasetError(
            f"{dataset} must have frames as {layout}, got no such folder in {root}. "
            "Unpack the frames there or correct the root."
        )


def assemble_dataset(
    name: str,
    *,
    root: Path,
    stored: Iterable[StoredRecording],
    rows: Sequence[AnnotationRow],
    options: ReadingOptions,
    repairs: Counter[Policy],
    table: Path | None = None,
    described: Mapping[str, str] = _NOTHING,
) -> Dataset:
    """The recordings in `stored` by rising name, each with its rows in the order of the table.

    What it took to find `stored`, `repairs`, is counted together with the repairs made here.

    Args:
        rows: all rows of the annotation table; the policies say which of them count.
        table: where the annotation table lies.
        described: further recordings that a table names, to their subjects; they must be on disk too.

    Raises:
        AnnotationError: when a table names a recording that is not in `stored` and `options` make it an error, when a
            recording has rows of two subjects, or when a row breaks a rule that no policy repairs.
        RecordingError: when two of `stored` are the same recording, or none can be read.
    """
    stored = sorted(stored, key=lambda one: (one.name, one.place))
    _require_different_names(stored)
    subject_of = {**described, **{one.name: one.subject for one in stored}}
    review = review_table(
        rows, dataset=name, policies=options.policies, annotations=table, others=subject_of, is_part=options.is_part
    )
    _require_order(rows)
    counted, left_out = counted_rows(rows, dataset=name, policies=options.policies, annotations=table)
    rows_of: defaultdict[str, list[AnnotationRow]] = defaultdict(list)
    for row in counted:
        rows_of[row.recording].append(row)
    missing = sorted((rows_of.keys() | described.keys()) - {one.name for one in stored})
    if missing and options.missing_recordings is MissingRecordings.ERROR:
        raise _missing_error(missing, dataset=name, root=root)
    applied = repairs + left_out
    applied[Policy.MISSING_RECORDING_SKIPPED] += sum(len(rows_of[recording]) for recording in missing)
    read = _read_recordings(stored, name, rows_of, options, root=root, repairs=applied)
    placement = review_placement(read.past_end, read.without_file, read.placed, dataset=name, policies=options.policies)
    return Dataset(
        name=name,
        root=root,
        recordings=tuple(read.recordings),
        repairs={str(policy): applied[policy] for policy in Policy if applied[policy]},
        missing=tuple(missing),
        unreadable=read.unreadable,
        review=joined_reviews((review, placement)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """Recordings, reasons why others cannot be read, and which rows did not fit their frames."""

    recordings: list[Recording] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    placed: list[AnnotationRow] = field(default_factory=list)
    past_end: list[AnnotationRow] = field(default_factory=list)
    without_file: list[AnnotationRow] = field(default_factory=list)


_PAST_END = frozenset({Policy.OFFSET_CLIPPED, Policy.PAST_END_KEPT, Policy.PAST_END_DROPPED, Policy.BEYOND_KEPT})
_WITHOUT_FILE = frozenset({Policy.MISSING_FRAME_IS_NEAREST, Policy.GAP_DROPPED})


def _read_recordings(
    stored: Iterable[StoredRecording],
    dataset: str,
    rows_of: Mapping[str, Sequence[AnnotationRow]],
    options: ReadingOptions,
    *,
    root: Path,
    repairs: Counter[Policy],
) -> _Read:
    """The recordings that can be read; what it took is added to `repairs`."""
    read = _Read()
    for one in stored:
        rows = rows_of.get(one.name, ())
        try:
            frames = list_frames(one, policies=options.policies, root=root)
        except RecordingError as error:
            read.unreadable[one.name] = str(error)
            repairs[Policy.UNREADABLE_RECORDING_SKIPPED] += len(rows)
            continue
        repairs.update(frames.repairs)
        placed = _placed(one, frames, rows, options.policies)
        for row, placement in zip(rows, placed, strict=True):
            repairs.update(row.repairs | placement.policies)
            read.placed.append(row)
            if placement.policies & _PAST_END:
                read.past_end.append(row)
            if placement.policies & _WITHOUT_FILE:
                read.without_file.append(row)
        read.recordings.append(_recording(one, frames, dataset, placed))
    if read.unreadable and not read.recordings:
        raise RecordingError(next(iter(read.unreadable.values())))
    return read


def _require_order(rows: Sequence[AnnotationRow]) -> None:
    """Raises AnnotationError, counting them, for rows that end before they begin."""
    wrong = [row for row in rows if row.offset < row.onset and row.offset != 0]
    if wrong:
        first, more = wrong[0], len(wrong) - 1
        others = f", and so are {more} more of {len(rows)} rows: columns may be exchanged, shifted or sorted alone"
        raise AnnotationError(
            f"the offset must not be before the onset, got onset {first.onset:g}, apex {first.apex}, offset "
            f"{first.offset:g} in row {first.row_number} of the annotation table ({first.recording})"
            f"{others if more else ''}. Correct the {'rows' if more else 'row'}."
        )


def _missing_error(missing: Sequence[str], *, dataset: str, root: Path) -> AnnotationError:
    return AnnotationError(
        f"every recording that a table of {dataset} names must be on disk, got {len(missing)} that are not in {root}: "
        f"{', '.join(missing[:_NUM_NAMED])}{', ...' if len(missing) > _NUM_NAMED else ''}. "
        "Unpack them or leave their rows out with --missing-recordings skip."
    )


def _require_different_names(stored: Sequence[StoredRecording]) -> None:
    """Raises RecordingError for the first two neighbours of the sorted `stored` with the same name."""
    for one, next_one in pairwise(stored):
        if one.name == next_one.name:
            raise RecordingError(
                f"each recording must have one folder or video, got {one.place} and {next_one.place} for {one.name}. "
                "Remove the copy."
            )


def _placed(
    stored: StoredRecording, frames: StoredFrames, rows: Sequence[AnnotationRow], policies: AnnotationPolicies
) -> list[PlacedExpression]:
    """Every row of a recording in its positions."""
    first = stored.first_frame_number
    numbers = frames.numbers if first is None else range(first, first + len(frames.numbers))
    return [
        place_expression(row, frame_numbers=numbers, frame_step=frames.frame_step, policies=policies) for row in rows
    ]


def _recording(
    stored: StoredRecording, frames: StoredFrames, dataset: str, placed: Sequence[PlacedExpression]
) -> Recording:
    step = frames.frame_step
    return Recording(
        dataset=dataset,
        subject=stored.subject,
        name=stored.name,
        frame_paths=frames.paths[::step],
        frame_numbers=tuple(frames.numbers[::step]),
        frames_per_second=frames.frames_per_second / step,
        expressions=tuple(one.expression for one in placed if one.expression is not None),
        video_path=frames.video_path,
    )
