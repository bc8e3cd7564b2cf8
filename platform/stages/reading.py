"""The options that name a dataset, and the dataset they name."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from platform.study.workspace import Workspace, default_workspace
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.reader import read_dataset, select_recordings
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.errors import InvalidValueError

DEMO = "demo"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetOptions:
    """Which dataset, where, and how much of it."""

    name: str
    root: Path
    missing_recordings: MissingRecordings
    recordings: tuple[str, ...]
    landmarks: str
    face_size: int


def add_workspace_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--workspace`."""
    parser.add_argument(
        "--workspace",
        type=lambda text: Workspace(Path(text).expanduser().resolve()),
        default=default_workspace(),
        metavar="DIR",
        help="folder for everything that is written (default: $SPOTFORMER_WORKSPACE, else ./workspace; "
        "in a Ray job ~/spotformer-workspace)",
    )


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that `dataset_options` reads."""
    group = parser.add_argument_group("dataset")
    group.add_argument("--dataset", default=DEMO, help="demo, samm-lv or cas-me-2 (default: demo)")
    group.add_argument("--root", type=Path, metavar="DIR", help="folder of the dataset; the demo needs none")
    group.add_argument(
        "--missing-recordings",
        choices=[str(policy) for policy in MissingRecordings],
        default=str(MissingRecordings.ERROR),
        help="what to do about annotated recordings that are not on disk (default: error)",
    )
    group.add_argument("--recordings", nargs="+", default=[], metavar="NAME", help="use only these recordings")
    group.add_argument(
        "--landmarks",
        default="",
        metavar="DIR|insightface",
        help="OpenFace-style CSV files, or detect (default: ROOT/landmarks when it exists, else insightface)",
    )
    group.add_argument(
        "--face-size", type=int, default=0, metavar="PIXELS", help="of the face crop (default: 320, the demo 160)"
    )


def dataset_options(options: argparse.Namespace) -> DatasetOptions:
    """The dataset that the command line names.

    Raises:
        InvalidValueError: when a dataset other than the demo comes without --root.
    """
    if options.root is None and options.dataset != DEMO:
        raise InvalidValueError(
            f"--root must name the folder of the dataset {options.dataset!r}, got none. Add --root DIR."
        )
    root = options.workspace.demo_root if options.root is None else options.root.expanduser().resolve()
    return DatasetOptions(
        name=options.dataset,
        root=root,
        missing_recordings=MissingRecordings(options.missing_recordings),
        recordings=tuple(options.recordings),
        landmarks=options.landmarks,
        face_size=options.face_size,
    )


def read(options: DatasetOptions) -> Dataset:
    """Reads the dataset and says in one line what was found, and in one more what was repaired."""
    dataset = read_dataset(options.name, options.root, missing_recordings=options.missing_recordings)
    if options.recordings:
        dataset = select_recordings(dataset, options.recordings)
    print(describe(dataset))
    if dataset.repairs:
        print("  repaired: " + ", ".join(f"{policy} {count}" for policy, count in sorted(dataset.repairs.items())))
    return dataset


def describe(dataset: Dataset) -> str:
    """One line: recordings, subjects, frames, expressions of each kind."""
    expressions = [expression for recording in dataset.recordings for expression in recording.expressions]
    per_kind = ", ".join(
        f"{sum(expression.kind is kind for expression in expressions)} {kind}" for kind in ExpressionKind
    )
    frames = sum(recording.num_frames for recording in dataset.recordings)
    return (
        f"dataset {dataset.name}: {len(dataset.recordings)} recordings of {len(dataset.subjects)} subjects, "
        f"{frames} frames, {per_kind} expressions"
    )
