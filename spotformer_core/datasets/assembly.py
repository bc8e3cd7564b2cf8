"""The last step that all readers share: annotation rows and folders of frames become a `Dataset`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.frame_files import list_frame_files
from spotformer_core.datasets.policies import MissingRecordings, Policy, place_expression
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

_NUM_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRecording:
    """A folder of frames, under the names that `Recording` will have."""

    subject: str
    name: str
    folder: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Sampling:
    """How the frames of a release become those of a `Recording`.

    Attributes:
        stored_frames_per_second: of the release.
        frame_step: every how many stored frames one is kept, the first included.
    """

    stored_frames_per_second: float
    frame_step: int


def require_root(root: Path, *, dataset: str) -> None:
    """Raises DatasetError unless `root` is a folder."""
    if not root.is_dir():
        raise DatasetError(
            f"the root of {dataset} must be a folder, got {root}. Give the folder that the release was unpacked in."
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
    sampling: Sampling,
    missing_recordings: MissingRecordings,
    tree_repairs: Counter[Policy],
) -> Dataset:
    """The recordings in `stored` by rising name, each with its rows in the order of the table.

    What it took to find `stored`, `tree_repairs`, is counted together with the repairs of rows.

    Raises:
        AnnotationError: when rows name a recording that is not in `stored` and `missing_recordings` is ERROR, or when
            a row breaks a rule that no policy repairs.
        RecordingError: when a folder cannot be read as frames, or two hold the same recording.
    """
    stored = sorted(stored, key=lambda one: (one.name, one.folder))
    _require_different_names(stored)
    rows_of: defaultdict[str, list[AnnotationRow]] = defaultdict(list)
    for row in rows:
        rows_of[row.recording].append(row)
    missing = sorted(rows_of.keys() - {one.name for one in stored})
    if missing and missing_recordings is MissingRecordings.ERROR:
        raise AnnotationError(
            f"every annotated recording of {name} must be on disk, got {len(missing)} that are not in {root}: "
            f"{', '.join(missing[:_NUM_NAMED])}{', ...' if len(missing) > _NUM_NAMED else ''}. "
            "Unpack them or leave their rows out with --missing-recordings skip."
        )
    repairs = tree_repairs.copy()
    repairs[Policy.MISSING_RECORDING_SKIPPED] += sum(len(rows_of[recording]) for recording in missing)
    recordings = tuple(
        _read_recording(one, dataset=name, rows=rows_of[one.name], sampling=sampling, repairs=repairs) for one in stored
    )
    applied = {str(policy): repairs[policy] for policy in Policy if repairs[policy]}
    return Dataset(name=name, root=root, recordings=recordings, repairs=applied)


def _require_different_names(stored: Sequence[StoredRecording]) -> None:
    """Raises RecordingError for the first two neighbours of the sorted `stored` with the same name."""
    for one, next_one in pairwise(stored):
        if one.name == next_one.name:
            raise RecordingError(
                f"each recording must have one folder, got {one.folder} and {next_one.folder} for {one.name}. "
                "Remove the copy."
            )


def _read_recording(
    stored: StoredRecording,
    *,
    dataset: str,
    rows: Sequence[AnnotationRow],
    sampling: Sampling,
    repairs: Counter[Policy],
) -> Recording:
    """One recording; the policies that its rows needed are added to `repairs`."""
    files = list_frame_files(stored.folder)
    placed = [place_expression(row, frame_numbers=files.numbers, frame_step=sampling.frame_step) for row in rows]
    repairs.update(policy for one in placed for policy in one.policies)
    return Recording(
        dataset=dataset,
        subject=stored.subject,
        name=stored.name,
        frame_paths=files.paths[:: sampling.frame_step],
        frame_numbers=files.numbers[:: sampling.frame_step],
        frames_per_second=sampling.stored_frames_per_second / sampling.frame_step,
        expressions=tuple(one.expression for one in placed),
    )
