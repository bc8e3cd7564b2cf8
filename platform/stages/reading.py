"""The options that name a dataset, and the dataset they name."""

import argparse
import sys
from dataclasses import dataclass, field
from pathlib import Path

from spotformer_core.datasets import lineage
from spotformer_core.datasets.findings import TableReview
from spotformer_core.datasets.policies import MissingRecordings
from spotformer_core.datasets.policy_choices import AnnotationPolicies, parse_policies, policy_values
from spotformer_core.datasets.reader import DATASET_NAMES, ReadingOptions, read_dataset, select_recordings
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.datasets.tables import find_table
from spotformer_core.errors import DatasetError, InvalidValueError, RecordingError

DEMO = "demo"


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetOptions:
    """Which dataset, where, how much of it, and what is done about what does not fit."""

    name: str
    root: Path
    missing_recordings: MissingRecordings
    recordings: tuple[str, ...]
    annotations: Path | None = None
    policies: AnnotationPolicies = field(default_factory=AnnotationPolicies)


def add_tracking_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--tracking-uri`."""
    parser.add_argument(
        "--tracking-uri", default="", metavar="URI", help="of MLflow (default: a SQLite file in the workspace)"
    )


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that `dataset_options` reads."""
    group = parser.add_argument_group("dataset")
    group.add_argument(
        "--dataset", default=DEMO, metavar="NAME", help=f"one of {', '.join(DATASET_NAMES)} (default: {DEMO})"
    )
    group.add_argument("--root", type=Path, metavar="DIR", help="folder of the dataset; the demo needs none")
    group.add_argument(
        "--annotations", type=Path, metavar="FILE", help="its annotation table (default: looked for below the root)"
    )
    group.add_argument(
        "--missing-recordings",
        choices=[str(policy) for policy in MissingRecordings],
        default=str(MissingRecordings.ERROR),
        help="what to do about annotated recordings that are not on disk (default: error)",
    )
    group.add_argument(
        "--policy",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what to do with what does not fit, may be given again; the first value is the default: "
        + "; ".join(f"{name}={'|'.join(values)}" for name, values in policy_values().items()),
    )
    group.add_argument("--recordings", nargs="+", default=[], metavar="NAME", help="use only these recordings")


def dataset_options(options: argparse.Namespace) -> DatasetOptions:
    """The dataset that the command line names.

    Raises:
        InvalidValueError: when a dataset other than the demo comes without --root, or a policy is unknown.
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
        annotations=None if options.annotations is None else options.annotations.expanduser().resolve(),
        policies=parse_policies(options.policy),
    )


def named_release(dataset: str, root: Path | None, annotations: Path | None) -> str:
    """The release whose recordings a dataset has, by whose name recipes differ; a lineage table tells by its rows.

    A table that is missing or breaks a rule names none here: that is said where the dataset is read.
    """
    if dataset != lineage.NAME or (root is None and annotations is None):
        return dataset
    try:
        path = annotations or find_table(root or Path(), pattern=lineage.ANNOTATION_PATTERN)
        return lineage.release_of(row.recording for row in lineage.read_annotations(path))
    except DatasetError:
        return dataset


def read(options: DatasetOptions) -> Dataset:
    """Reads the dataset, says in one line what was found and in one more what was repaired, and names what is broken.

    Raises:
        DatasetError: when the dataset cannot be read.
        AnnotationError: when its table as a whole has a problem that the options do not accept.
    """
    dataset = chosen_dataset(options)
    print(describe(dataset))
    print_review(dataset.review)
    dataset.review.require_accepted()
    if dataset.repairs:
        print("  repaired: " + ", ".join(f"{policy} {count}" for policy, count in sorted(dataset.repairs.items())))
    for name, reason in dataset.unreadable.items():
        print(f"  {name} cannot be read: {reason}", file=sys.stderr)
    return dataset


def print_review(review: TableReview) -> None:
    """Says the totals of the annotation table beside the published ones, and its remarks, but not its problems."""
    for line in review.told:
        print(f"  {line}")


def chosen_dataset(options: DatasetOptions, *, missing_recordings: MissingRecordings | None = None) -> Dataset:
    """The dataset, or the recordings of it that the options name; then it does not matter which others are on disk.

    Args:
        missing_recordings: takes the place of what the options say.

    Raises:
        DatasetError: when the dataset cannot be read.
        InvalidValueError: for the name of a recording that is not on disk.
    """
    asked = MissingRecordings.SKIP if options.recordings else options.missing_recordings
    how = ReadingOptions(
        missing_recordings=missing_recordings or asked,
        policies=options.policies,
        annotations=options.annotations,
        is_part=asked is MissingRecordings.SKIP,
    )
    dataset = read_dataset(options.name, options.root, how)
    return select_recordings(dataset, options.recordings) if options.recordings else dataset


def require_readable(dataset: Dataset) -> None:
    """Raises RecordingError when a recording of the dataset cannot be read."""
    if dataset.unreadable:
        raise RecordingError(
            f"every recording must be readable, got {len(dataset.unreadable)} that cannot be read: "
            f"{', '.join(dataset.unreadable)}. Repair them, or name the others with --recordings."
        )


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
