"""`python -m platform.decode`: decoding and epoch chosen on stored frame scores, without training.

The scores are those of a study, or those of any method in files of its own.
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from platform.console.command import DONE, command_parser, run_command
from platform.console.progress import StageProgress
from platform.reporting.decoding_comparison import compare_decodings
from platform.reporting.decoding_report import (
    print_decodings,
    write_decodings_json,
    write_decodings_markdown,
)
from platform.reporting.frame_score_comparison import compare_protocols
from platform.reporting.frame_score_options import OF_FILES, add_frame_score_options
from platform.reporting.frame_score_report import (
    print_frame_scores,
    write_frame_scores_json,
    write_frame_scores_markdown,
)
from platform.reporting.frame_scores import WithoutScores
from platform.reporting.study_comparison import read_study
from platform.stages.decoding import DecodeOptions, chosen_configurations, decoded_study, parse_decodings
from platform.stages.frame_score_decoding import FrameScoreOptions, decode_scores, read_scores_and_truths
from platform.stages.workspace_options import add_workspace_option
from platform.study.keeping import fetch_study
from platform.study.workspace import default_workspace
from search_spaces.usual_decodings import USUAL_DECODINGS, USUAL_PEAK_DECODINGS
from search_spaces.vocabulary import Dimension
from spotformer_core.datasets.policy_choices import parse_policies
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.conventions import STRICT

DEFAULT_CANDIDATES = 64


def main(options: argparse.Namespace) -> int:
    """Chooses, prints what was chosen and what it scores under every protocol; 0 when it is done."""
    _require_one_source(options)
    if options.frame_scores:
        return _decode_files(options)
    return _decode_study(options)


def _decode_files(options: argparse.Namespace) -> int:
    read = read_scores_and_truths(frame_score_options(options))
    for line in read.review.told:
        print(line)
    with StageProgress("decode", total=len(read.judged), unit="kinds") as progress:
        decoded = decode_scores(read, on_kind=lambda: progress.advance(1))
    report = compare_protocols(decoded, seed=options.seed)
    if options.json is not None:
        write_frame_scores_json(options.json, report)
    if options.markdown is not None:
        write_frame_scores_markdown(options.markdown, report)
    print_frame_scores(report)
    return DONE


def _decode_study(options: argparse.Namespace) -> int:
    wanted = DecodeOptions(
        decoding=parse_decodings(options.vary),
        num_decodings=options.candidates,
        seed=options.seed,
        configurations=tuple(options.configurations),
    )
    folder = options.workspace.study(options.study)
    fetch_study(options.workspace, options.study)
    state = read_study(folder)
    count = len(chosen_configurations(state, wanted)) * len(state.study.subjects)
    with StageProgress("decode", total=count, unit="folds") as progress:
        decoded = decoded_study(state, wanted, folder=folder, on_fold=lambda: progress.advance(1))
    report = compare_decodings(state, decoded, seed=options.seed)
    title = f"study {options.study}"
    if options.json is not None:
        write_decodings_json(options.json, report)
    if options.markdown is not None:
        write_decodings_markdown(options.markdown, report, title=title)
    print_decodings(report, title=title)
    return DONE


def frame_score_options(options: argparse.Namespace) -> FrameScoreOptions:
    """What the command line says of files of frame scores.

    Raises:
        InvalidValueError: when an option breaks its rule.
    """
    return FrameScoreOptions(
        files=tuple(options.frame_scores),
        dataset=options.dataset,
        annotations=options.annotations,
        k=tuple(options.k),
        stated=tuple(options.decoding),
        varied=tuple(options.vary),
        num_decodings=options.candidates,
        seed=options.seed,
        convention=options.convention or STRICT.name,
        without_scores=WithoutScores(options.without_scores or WithoutScores.MISSED),
        policies=parse_policies(options.policy),
    )


def _require_one_source(options: argparse.Namespace) -> None:
    """Raises InvalidValueError unless all options are about a study, or all about files."""
    with_files, with_study = bool(options.frame_scores), options.study is not None
    if with_files == with_study:
        got = "both" if with_files else "neither"
        raise InvalidValueError(
            f"--study and --frame-scores must not be given together, and one of them must be, got {got}. "
            "Name a study, or files of any method."
        )
    strange = ("configurations",) if with_files else OF_FILES
    for name in strange:
        if getattr(options, name):
            source = "--frame-scores" if with_files else "--study"
            raise InvalidValueError(f"--{name.replace('_', '-')} has no meaning beside {source}. Leave it out.")
    if with_files and options.workspace != default_workspace():
        raise InvalidValueError("--workspace and --storage have no meaning beside --frame-scores. Leave them out.")
    for name in ("dataset", "annotations"):
        if with_files and not getattr(options, name):
            raise InvalidValueError(
                f"--frame-scores needs --{name}, got none. Name the release and its own annotation table."
            )


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.decode`."""
    command = command_parser(
        "decode",
        "Chooses apex thresholds, the rest of the decoding and, where a study stored several, the epoch on the frame\n"
        "scores of a finished or running study. Nothing is trained, and nothing of the study changes. Candidates are\n"
        "drawn once and blindly, so that under the honest protocol no held-out subject has a say in its own choice.\n"
        "With --frame-scores the same for the frame scores of any method, against a release's own annotation table.\n\n"
        f"varied unless --vary says otherwise:\n{_described(USUAL_DECODINGS)}\n"
        f"with one score per frame, in multiples of k:\n{_described(USUAL_PEAK_DECODINGS)}",
        "python -m platform.decode --study demo-demo-seed0 --vary overlap_threshold=0.2:0.8 --json decoded.json\n"
        "  python -m platform.decode --frame-scores macro=macro.parquet --k macro=18 --dataset cas-me-2 \\\n"
        "      --annotations FILE --convention sl-swin",
    )
    command.add_argument("--study", metavar="NAME", help="as the search printed it")
    add_workspace_option(command)
    add_frame_score_options(command)
    command.add_argument(
        "--configurations", nargs="+", default=[], metavar="NAME", help="decode only these (default: all complete ones)"
    )
    command.add_argument(
        "--candidates",
        type=int,
        default=DEFAULT_CANDIDATES,
        help="decodings that are drawn beside each configuration's own (default: %(default)s)",
    )
    command.add_argument(
        "--vary",
        action="append",
        default=[],
        metavar="NAME=RANGE",
        help="a field of the decoding, as NAME=LOW:HIGH or NAME=VALUE,VALUE; may be given again",
    )
    command.add_argument("--seed", type=int, default=0, help="equal seeds give equal results (default: 0)")
    command.add_argument("--json", type=Path, metavar="FILE", help="write everything that was chosen to FILE")
    command.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables to FILE as well")
    return command


def _described(dimensions: Mapping[str, Dimension]) -> str:
    return "\n".join(f"  {name:28} {dimension.describe()}" for name, dimension in dimensions.items())


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
