"""Brings features that somebody else extracted into a flow store; neither videos nor landmarks are needed."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform.stages.reading import describe, print_review
from platform.study.workspace import Workspace
from search_spaces.vocabulary import Space
from spotformer_core.datasets import lineage
from spotformer_core.datasets.assembly import ReadingOptions
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.policy_choices import parse_policies
from spotformer_core.datasets.reader import select_recordings
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import DatasetError
from spotformer_core.flow.released_features import find_features, import_recording, read_windows
from spotformer_core.flow.released_settings import (
    EdgeWindows,
    FirstEntry,
    RegionColumns,
    ReleasedSettings,
    usual_columns,
)
from spotformer_core.flow.store import FlowStore

_USUAL = "usual"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasedOptions:
    """Which released features, and how they are read.

    Attributes:
        region_columns: None goes by the number of columns.
        recordings: names of those to use; none of them takes all.
    """

    features: Path
    reading: ReadingOptions
    recordings: tuple[str, ...]
    region_columns: RegionColumns | None
    first_entry: FirstEntry
    edge_windows: EdgeWindows


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFeatures:
    """Released features of which only the heads were read.

    Attributes:
        files: by recording.
        folder: of the flow store that they go into.
        problems: why recordings have none, in sentences; empty when all have.
    """

    dataset: Dataset
    files: Mapping[str, Path]
    settings: ReleasedSettings
    folder: Path
    problems: tuple[str, ...]

    def require_for(self, space: Space) -> None:
        """Raises FlowStoreError when they lack a window or regions that `space` can ask for."""
        self.settings.require_windows(space.windows)
        self.settings.require_regions(space.regions)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedFeatures:
    """What has become of released features.

    Attributes:
        store: that holds their flow.
        num_imported: recordings that were not in the store before.
        problems: why recordings are not in the store, in sentences; empty when all are.
    """

    store: FlowStore
    num_imported: int
    problems: tuple[str, ...]


def add_released_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that `released_options` reads."""
    add_released_dataset_options(parser)
    add_released_feature_options(parser, required=True)


def add_released_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Adds those options that a dataset with frames has too."""
    group = parser.add_argument_group("dataset")
    group.add_argument(
        "--annotations", type=Path, required=True, metavar="FILE", help="the table that came with them, .csv"
    )
    group.add_argument(
        "--missing-recordings",
        choices=[str(policy) for policy in MissingRecordings],
        default=str(MissingRecordings.ERROR),
        help="what to do about annotated recordings without a readable file (default: error)",
    )
    group.add_argument("--recordings", nargs="+", default=[], metavar="NAME", help="use only these recordings")
    group.add_argument("--policy", action="append", default=[], metavar="NAME=VALUE", help="see docs/datasets.md")


def add_released_feature_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Adds those options that only features without frames have."""
    group = parser.add_argument_group("released features")
    group.add_argument(
        "--features",
        type=Path,
        required=required,
        metavar="DIR",
        help="instead of videos: holds <subject>/<video>.npy, see docs/released-features.md",
    )
    group.add_argument(
        "--region-columns",
        choices=[_USUAL, *map(str, RegionColumns)],
        default=_USUAL,
        help="where the ten regions are (default: by the number of columns)",
    )
    for name, choices, meaning in (
        ("--first-entry", FirstEntry, "the frame that the first entry of a window is the flow to"),
        ("--edge-windows", EdgeWindows, "what is done with windows that reach beyond an end"),
    ):
        first = str(next(iter(choices)))
        group.add_argument(name, choices=[*map(str, choices)], default=first, help=f"{meaning} (default: {first})")


def released_options(options: argparse.Namespace) -> ReleasedOptions:
    """What the command line names.

    Raises:
        InvalidValueError: for an unknown policy.
    """
    reading = ReadingOptions(
        missing_recordings=MissingRecordings(options.missing_recordings),
        policies=parse_policies(options.policy),
        annotations=options.annotations.expanduser().resolve(),
        is_part=bool(options.recordings) or options.missing_recordings == str(MissingRecordings.SKIP),
    )
    columns = options.region_columns
    return ReleasedOptions(
        features=options.features.expanduser().resolve(),
        reading=reading,
        recordings=tuple(options.recordings),
        region_columns=None if columns == _USUAL else RegionColumns(columns),
        first_entry=FirstEntry(options.first_entry),
        edge_windows=EdgeWindows(options.edge_windows),
    )


def find_released(options: ReleasedOptions, *, workspace: Workspace) -> FoundFeatures:
    """The dataset of an annotation table of the lineage and the files of its features; says what was found.

    Raises:
        DatasetError: when the folder holds no features, and when a file is no array of windows unless
            `missing_recordings` is SKIP.
        AnnotationError: when the table is missing, breaks a rule or has as a whole a problem that the policies do not
            accept, or recordings have no features.
    """
    annotations = options.reading.annotations
    rows = lineage.read_annotations(annotations) if annotations is not None else ()
    files = find_features(options.features, dict.fromkeys(row.recording for row in rows))
    shapes, problems = _shapes(files, options.reading.missing_recordings)
    dataset = lineage.read_without_frames(
        options.features, num_frames={name: shape[0] for name, shape in shapes.items()}, options=options.reading
    )
    if options.recordings:
        dataset = select_recordings(dataset, options.recordings)
    print(describe(dataset))
    print_review(dataset.review)
    dataset.review.require_accepted()
    settings = ReleasedSettings(
        region_columns=options.region_columns or _common_columns(shapes),
        first_entry=options.first_entry,
        edge_windows=options.edge_windows,
    )
    folder = workspace.folder / "flow" / f"{dataset.name}-released-{settings.digest()}"
    return FoundFeatures(dataset=dataset, files=files, settings=settings, folder=folder, problems=tuple(problems))


def import_released(found: FoundFeatures, *, workspace: Workspace) -> ImportedFeatures:
    """Puts the features that were found into their flow store.

    What is in the store already is not read again. A recording whose features cannot be used is reported while the
    others are imported.

    Raises:
        OSError: when the store cannot be written.
    """
    workspace.storage.fetch(found.folder)
    store = FlowStore.create(found.folder, found.settings)
    num_imported, problems = 0, list(found.problems)
    for recording in found.dataset.recordings:
        try:
            num_imported += import_recording(recording, found.files[recording.name], store, found.settings)
        except DatasetError as error:
            problems.append(str(error))
    workspace.storage.send_folder(found.folder)
    return ImportedFeatures(store=store, num_imported=num_imported, problems=tuple(problems))


def _shapes(
    files: dict[str, Path], missing_recordings: MissingRecordings
) -> tuple[dict[str, Sequence[int]], list[str]]:
    """Shapes of the windows of every recording, and why others have none."""
    shapes: dict[str, Sequence[int]] = {}
    problems: list[str] = []
    for name, path in files.items():
        try:
            shapes[name] = read_windows(path).shape
        except DatasetError as error:
            if missing_recordings is MissingRecordings.ERROR:
                raise
            problems.append(str(error))
    if not shapes:
        raise DatasetError(problems[0])
    return shapes, problems


def _common_columns(shapes: dict[str, Sequence[int]]) -> RegionColumns:
    """Where the regions usually are in files of these shapes.

    Raises:
        DatasetError: when that is not known, or differs between the files.
    """
    usual = {usual_columns(shape[2]): name for name, shape in shapes.items()}
    if len(usual) > 1:
        raise DatasetError(
            f"all files of released features must have their regions in the same columns, got "
            f"{' and '.join(f'{columns} for {name}' for columns, name in usual.items())}. "
            "Import one release at a time, or say where they are with --region-columns."
        )
    return next(iter(usual))
