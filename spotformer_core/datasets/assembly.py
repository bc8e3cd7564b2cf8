"""The last step that all readers share: annotation rows and what lies on disk become a `Dataset`."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.placement import place_expression
from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.datasets.stored_recording import StoredFrames, StoredRecording, list_frames
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

_NUM_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingOptions:
    """How a dataset is read.

    Attributes:
        annotations: the annotation table; None looks for it in the usual places below the root.
    """

    missing_recordings: MissingRecordings = MissingRecordings.ERROR
    policies: AnnotationPolicies = AnnotationPolicies()  # noqa: RUF009  frozen
    annotations: Path | None = None


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
    rows: Iterable[AnnotationRow],
    options: ReadingOptions,
    repairs: Counter[Policy],
) -> Dataset:
    """The recordings in `stored` by rising name, each with its rows in the order of the table.

    What it took to find `stored` and to choose `rows`, `repairs`, is counted together with the repairs made here.

    Raises:
        AnnotationError: when rows name a recording that is not in `stored` and `options` make it an error, when a
            recording has rows of two subjects, or when a row breaks a rule that no policy repairs.
        RecordingError: when two of `stored` are the same recording, or none can be read.
    """
    stored = sorted(stored, key=lambda one: (one.name, one.place))
    _require_different_names(stored)
    rows_of: defaultdict[str, list[AnnotationRow]] = defaultdict(list)
    for row in rows:
        rows_of[row.recording].append(row)
    missing = sorted(rows_of.keys() - {one.name for one in stored})
    if missing and options.missing_recordings is MissingRecordings.ERROR:
        raise _missing_error(missing, dataset=name, root=root)
    applied = repairs.copy()
    applied[Policy.MISSING_RECORDING_SKIPPED] += sum(len(rows_of[recording]) for recording in missing)
    recordings: list[Recording] = []
    unreadable: dict[str, str] = {}
    for one in stored:
        try:
            frames = list_frames(one, policies=options.policies, root=root)
        except RecordingError as error:
            unreadable[one.name] = str(error)
            applied[Policy.UNREADABLE_RECORDING_SKIPPED] += len(rows_of[one.name])
            continue
        applied.update(frames.repairs)
        recordings.append(_recording(one, frames, name, rows_of[one.name], options.policies, applied))
    if unreadable and not recordings:
        raise RecordingError(next(iter(unreadable.values())))
    counted = {str(policy): applied[policy] for policy in Policy if applied[policy]}
    return Dataset(
        name=name,
        root=root,
        recordings=tuple(recordings),
        repairs=counted,
        missing=tuple(missing),
        unreadable=unreadable,
    )


def _missing_error(missing: Sequence[str], *, dataset: str, root: Path) -> AnnotationError:
    return AnnotationError(
        f"every annotated recording of {dataset} must be on disk, got {len(missing)} that are not in {root}: "
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


def _recording(
    stored: StoredRecording,
    frames: StoredFrames,
    dataset: str,
    rows: Sequence[AnnotationRow],
    policies: AnnotationPolicies,
    repairs: Counter[Policy],
) -> Recording:
    """One recording; the policies that its rows needed are added to `repairs`."""
    step = frames.frame_step
    first = stored.first_frame_number
    numbers = frames.numbers if first is None else range(first, first + len(frames.numbers))
    placed = [place_expression(row, frame_numbers=numbers, frame_step=step, policies=policies) for row in rows]
    for row, one in zip(rows, placed, strict=True):
        repairs.update(row.repairs | one.policies)
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
