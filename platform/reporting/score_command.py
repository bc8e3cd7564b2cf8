"""The options and the work that `python -m platform.score` and `python -m platform.report score` share."""

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from platform.console.command import DONE
from platform.reporting.detections import (
    MOST_FRAMES_PER_SECOND,
    Detections,
    FrameClock,
    joined_problems,
    read_detections,
)
from platform.reporting.frame_score_options import OF_DECODING, add_decoding_options, add_frame_score_files
from platform.reporting.frame_scores import WithoutScores
from platform.reporting.score_report import (
    ScoreReport,
    annotated_spans,
    pooled_report,
    require_emotions,
    score_report,
)
from platform.reporting.score_tables import ScoredDataset, print_scores, write_score_json
from platform.reporting.spotted_frame_scores import spotted_detections
from platform.reporting.table_policies import add_policy_option
from platform.reporting.truths import SCORED_TABLES, Truths, read_truths, require_row_policies
from spotformer_core.datasets.policy_choices import parse_policies
from spotformer_core.errors import InvalidValueError, SpotFormerError, echoed
from spotformer_core.metrics.conventions import CONVENTIONS, STRICT, STRS, Convention, MissingOffset, convention_named

DESCRIPTION = (
    "Scores the detections of any method against a dataset's own annotation table; no frames are needed.\n\n"
    "Detections are a csv file (video,kind,onset,offset[,score][,emotion]; kind macro or micro), a submission\n"
    "to MEGC (vid,pred_onset,pred_offset,type), a table of STRS-Metric (subject,video,onset,offset,emotion)\n"
    "or ActivityNet JSON; the format is recognised from the content. Frame numbers are the dataset's: counted\n"
    "from 1 and at 200 frames per second where the release is.\n\n"
    "--dataset, --annotations and --detections may be given once for each of several datasets, which are\n"
    "then scored by themselves and together."
)
EXAMPLE_OPTIONS = "--detections mine.csv --annotations FILE --dataset samm-lv --convention strict --json score.json"
_FRAMES = "frames"
_PARTS = ("dataset", "annotations", "detections")


def add_score_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of scoring to a parser."""
    parser.add_argument(
        "--detections", type=Path, action="append", default=[], metavar="FILE", help="the detections of a dataset"
    )
    parser.add_argument(
        "--annotations",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help="the table of a dataset: xlsx or xls of a release, csv of lineage and plain",
    )
    parser.add_argument("--dataset", choices=list(SCORED_TABLES), required=True, action="append")
    parser.add_argument(
        "--convention",
        choices=list(CONVENTIONS),
        default=STRICT.name,
        help="how it is counted (default: %(default)s, the rule of MEGC); docs/scoring.md explains them",
    )
    parser.add_argument(
        "--offset-zero",
        choices=[str(one) for one in MissingOffset],
        help="what an offset 0 of the annotations is read as (default: as the convention has it)",
    )
    add_policy_option(parser)
    parser.add_argument(
        "--emotions",
        action="store_true",
        help=f"also score the emotions of what was found; needs --convention {STRS.name} and a column emotion",
    )
    parser.add_argument(
        "--detections-fps",
        type=_frames_per_second,
        action="append",
        default=[],
        metavar="RATE",
        help="detections are in seconds of RATE frames each; given once for all datasets, or once for each, with the\n"
        "word frames where detections are frame numbers",
    )
    parser.add_argument(
        "--first-frame",
        type=int,
        metavar="N",
        help="the frame number at second 0, where the detections are in seconds (default: 0)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scores to FILE as well")
    group = parser.add_argument_group("frame scores in the place of detections (docs/frame-scores.md)")
    add_frame_score_files(group)
    add_decoding_options(group)


def run_score(options: argparse.Namespace) -> int:
    """Scores the detections, prints the tables and writes JSON where that is wished; 0 when it is done.

    Everything that is wrong with options and files is told before anything is counted.
    """
    wanted = convention_named(options.convention)
    if options.offset_zero is not None:
        wanted = replace(wanted, missing_offset=MissingOffset(options.offset_zero))
    if options.emotions and not wanted.every_pair_counts:
        raise InvalidValueError(
            f"--emotions must come with --convention {STRS.name}, whose other half it is, got {wanted.name}. Add it."
        )
    read = [_read_frame_scores(options, wanted)] if _has_frame_scores(options) else _read_all(options, wanted)
    convention = _common_convention(wanted, read)
    names = _distinct([one.truths.dataset for one in read])
    for name, one in zip(names, read, strict=True):
        for line in one.truths.review.told:
            print(f"{name}: {line}")
    scored = [
        ScoredDataset(
            name=name,
            detections=one.detections,
            report=score_report(one.detections.spans, one.truths, convention, with_emotions=options.emotions),
        )
        for name, one in zip(names, read, strict=True)
    ]
    together: ScoreReport = pooled_report([one.report for one in scored])
    if options.json is not None:
        write_score_json(options.json, scored, together)
    print_scores(scored, together)
    if options.offset_zero is not None and not together.offset_zero:
        print("no truth has offset 0: --offset-zero changes nothing")
    return DONE


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """One dataset, read."""

    truths: Truths
    detections: Detections


def _has_frame_scores(options: argparse.Namespace) -> bool:
    """Whether frame scores are scored.

    Raises:
        InvalidValueError: when options of frame scores and of detections stand together.
    """
    given = bool(options.frame_scores)
    of_detections = ("detections", "emotions", "detections_fps", "first_frame")
    for name in of_detections if given else OF_DECODING:
        if getattr(options, name) not in (None, False, []):
            beside = "beside --frame-scores" if given else "without --frame-scores"
            raise InvalidValueError(f"--{name.replace('_', '-')} has no meaning {beside}. Leave it out.")
    if given and (len(options.dataset), len(options.annotations)) != (1, 1):
        raise InvalidValueError(
            f"frame scores must be of one dataset, got {len(options.dataset)} --dataset and "
            f"{len(options.annotations)} --annotations. Score each by itself."
        )
    return given


def _read_frame_scores(options: argparse.Namespace, convention: Convention) -> _Read:
    truths, detections = spotted_detections(
        options.frame_scores,
        read_truths(options.dataset[0], options.annotations[0], parse_policies(options.policy)),
        convention,
        k=options.k,
        stated=options.decoding,
        without_scores=WithoutScores(options.without_scores or WithoutScores.MISSED),
    )
    return _Read(truths=truths, detections=detections)


def _read_all(options: argparse.Namespace, convention: Convention) -> list[_Read]:
    """Everything that the options name; what is wrong with any of it is told at once."""
    numbers = {f"--{part}": len(getattr(options, part)) for part in _PARTS}
    if len(set(numbers.values())) > 1:
        got = ", ".join(f"{number} {name}" for name, number in numbers.items())
        raise InvalidValueError(
            f"--dataset, --annotations and --detections must be given once for each dataset, got {got}. "
            "Give the three of the first dataset, then those of the next."
        )
    clocks = _clocks(options, num_datasets=len(options.dataset))
    policies = parse_policies(options.policy)
    require_row_policies(policies)
    read: list[_Read] = []
    problems: list[str] = []
    for dataset, annotations, file, clock in zip(
        options.dataset, options.annotations, options.detections, clocks, strict=True
    ):
        try:
            truths = read_truths(dataset, annotations, policies)
            annotated_spans(truths, convention)
            if options.emotions:
                require_emotions(truths)
            detections = read_detections(file, names=truths.names, kinds=convention.kinds, clock=clock)
            convention.for_detections(have_kinds=detections.have_kinds)
            if options.emotions and not detections.have_emotions:
                raise InvalidValueError(
                    f"detections must have an emotion each for --emotions, got none in {file}. Add a column emotion."
                )
            read.append(_Read(truths=truths, detections=detections))
        except SpotFormerError as error:
            problems.append(str(error))
    if problems:
        raise joined_problems(problems, where="the files")
    return read


def _clocks(options: argparse.Namespace, *, num_datasets: int) -> Sequence[FrameClock | None]:
    """What turns the seconds of each file into frames; None for one that has frame numbers."""
    rates: list[float | None] = options.detections_fps
    if options.first_frame is not None and not any(rates):
        raise InvalidValueError(
            "--first-frame must come with --detections-fps, since frame numbers stay as they are, got it alone. "
            "Leave it out, or state the rate."
        )
    if len(rates) not in (0, 1, num_datasets):
        raise InvalidValueError(
            f"--detections-fps must be given once, or once for each of {num_datasets} datasets, got {len(rates)}. "
            f"Give {_FRAMES} for a file with frame numbers."
        )
    every = rates * num_datasets if len(rates) == 1 else rates or [None] * num_datasets
    first = options.first_frame or 0
    return [None if rate is None else FrameClock(rate=rate, first_frame=first) for rate in every]


def _common_convention(wanted: Convention, read: Sequence[_Read]) -> Convention:
    """The convention of all files: kinds are counted apart when every file has them."""
    have_kinds = {one.detections.have_kinds for one in read}
    if len({wanted.for_detections(have_kinds=one).kinds for one in have_kinds}) > 1:
        raise InvalidValueError(
            f"detections that are scored together under {wanted.name} must all have kinds or none, got both. "
            "Add the column kind, or leave it out everywhere."
        )
    return wanted.for_detections(have_kinds=have_kinds.pop())


def _distinct(datasets: Sequence[str]) -> list[str]:
    """The names of the datasets, numbered where one stands more than once."""
    total, seen = Counter(datasets), Counter[str]()
    names = []
    for dataset in datasets:
        seen[dataset] += 1
        names.append(f"{dataset} {seen[dataset]}" if total[dataset] > 1 else dataset)
    return names


def _frames_per_second(text: str) -> float | None:
    if text == _FRAMES:
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= MOST_FRAMES_PER_SECOND:
        raise argparse.ArgumentTypeError(
            f"must be a number above 0 and at most {MOST_FRAMES_PER_SECOND}, or the word {_FRAMES}, got {echoed(text)}"
        )
    return rate
