"""What `--check` says of a dataset before any work: what was found, what was repaired, what is missing."""

import argparse
from collections.abc import Callable, Sequence

from platform.console.command import DONE, UNDONE
from platform.landmarks.source import LandmarkSource
from platform.stages.reading import DatasetOptions, chosen_dataset
from spotformer_core.datasets.findings import TableReview
from spotformer_core.datasets.policies import MEANINGS, MissingRecordings
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.recording import Dataset, ExpressionKind, Recording
from spotformer_core.errors import LandmarkError

_NUM_NAMED = 8
_COLUMNS = ("subject", "recordings", "frames", "minutes", *(str(kind) for kind in ExpressionKind))


def add_check_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--check`."""
    parser.add_argument(
        "--check",
        action="store_true",
        help="only say what the dataset holds, what was repaired and what is missing; "
        "exit code 1 when something has to be mended first",
    )


def check_dataset(options: DatasetOptions, landmarks: Callable[[], LandmarkSource]) -> int:
    """Prints all that is known of the dataset without decoding a frame; starts nothing and writes nothing.

    Args:
        landmarks: makes the landmark source, which may turn out to be unusable.

    Returns:
        The exit code: `DONE`, or `UNDONE` when something is missing without which the dataset cannot be extracted, or
        the annotation table as a whole has a problem that the options do not accept.

    Raises:
        DatasetError: when the dataset cannot be read at all.
    """
    dataset = chosen_dataset(options, missing_recordings=MissingRecordings.SKIP)
    _print_found(dataset, options)
    _print_repaired(dataset, options.policies)
    _print_review(dataset.review)
    problems, lost = _problems(dataset, options, landmarks)
    _print_missing(dataset, problems)
    if lost:
        told = f"{sum(lost.values())} in {_named(list(lost))}"
        print(f"frames without a face: {told}; --lost-faces says what becomes of them")
    return UNDONE if problems or dataset.review.problems else DONE


def _print_found(dataset: Dataset, options: DatasetOptions) -> None:
    rates = sorted({round(recording.frames_per_second, 2) for recording in dataset.recordings})
    print(f"dataset {dataset.name} in {options.root}")
    print(f"frames per second: {', '.join(f'{rate:g}' for rate in rates)}\n")
    subjects = [
        [subject, *_figures([one for one in dataset.recordings if one.subject == subject])]
        for subject in dataset.subjects
    ]
    rows = [list(_COLUMNS), *subjects, ["all", *_figures(dataset.recordings)]]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for first, *others in rows:
        print(
            "  ".join([first.ljust(widths[0]), *(cell.rjust(at) for cell, at in zip(others, widths[1:], strict=True))])
        )


def _figures(recordings: Sequence[Recording]) -> list[str]:
    kinds = [expression.kind for recording in recordings for expression in recording.expressions]
    minutes = sum(recording.num_frames / recording.frames_per_second for recording in recordings) / 60
    return [
        str(len(recordings)),
        str(sum(recording.num_frames for recording in recordings)),
        f"{minutes:.1f}",
        *(str(kinds.count(kind)) for kind in ExpressionKind),
    ]


def _print_repaired(dataset: Dataset, policies: AnnotationPolicies) -> None:
    print("\nrepaired" if dataset.repairs else "\nrepaired: nothing")
    for name, count in dataset.repairs.items():
        print(f"  {count:6d}  {name}: {MEANINGS[name]}")
    changed = {
        name: value for name, value in policies.as_dict().items() if AnnotationPolicies().as_dict()[name] != value
    }
    if changed:
        print("  by --policy " + " --policy ".join(f"{name}={value}" for name, value in changed.items()))


def _print_review(review: TableReview) -> None:
    print(
        "\nthe annotation table as a whole" if review.findings else "\nthe annotation table as a whole: nothing found"
    )
    for finding in review.findings:
        print(f"  {finding.line}")
    for line in review.totals:
        print(f"  totals of {line}")


def _problems(
    dataset: Dataset, options: DatasetOptions, landmarks: Callable[[], LandmarkSource]
) -> tuple[list[str], dict[str, int]]:
    """What has to be mended before the dataset can be extracted, one line each; frames without a face, by recording."""
    problems = [f"{name} cannot be read: {reason}" for name, reason in dataset.unreadable.items()]
    if dataset.missing and options.missing_recordings is MissingRecordings.ERROR and not options.recordings:
        problems.append(
            f"named in a table but not on disk: {_named(dataset.missing)}. "
            "Unpack them, or leave their rows out with --missing-recordings skip."
        )
    try:
        source = landmarks()
    except LandmarkError as error:
        return [*problems, f"landmarks: {error}"], {}
    without = [recording.name for recording in dataset.recordings if not _has_landmarks(recording, source)]
    if without:
        problems.append(f"without landmarks: {_named(without)}.")
    lost: dict[str, int] = {}
    for recording in dataset.recordings:
        # Where faces have yet to be looked for, nobody knows.
        if recording.name not in without and not source.chunks_to_detect(recording):
            try:
                lost[recording.name] = source.num_lost(recording)
            except LandmarkError as error:
                problems.append(str(error))
    return problems, {name: count for name, count in lost.items() if count}


def _has_landmarks(recording: Recording, source: LandmarkSource) -> bool:
    try:
        source.fingerprint(recording)
    except LandmarkError:
        return False
    return True


def _print_missing(dataset: Dataset, problems: Sequence[str]) -> None:
    print("\nmissing" if problems else "\nmissing: nothing")
    for problem in problems:
        print(f"  {problem}")
    without = [recording.name for recording in dataset.recordings if not recording.expressions]
    if without:
        print(f"without expressions, which is no fault: {_named(without)}")


def _named(names: Sequence[str]) -> str:
    """How many there are, and the first few."""
    return f"{len(names)} ({', '.join(names[:_NUM_NAMED])}{', ...' if len(names) > _NUM_NAMED else ''})"
