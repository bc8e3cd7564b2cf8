"""`python -m platform.decode`: decoding and epoch chosen on stored frame scores, without training."""

import argparse
import sys
from pathlib import Path

from platform.console.command import DONE, command_parser, run_command
from platform.console.progress import StageProgress
from platform.reporting.decoding_comparison import compare_decodings
from platform.reporting.decoding_report import (
    print_decodings,
    write_decodings_json,
    write_decodings_markdown,
)
from platform.reporting.study_comparison import read_study
from platform.stages.decoding import DecodeOptions, chosen_configurations, decoded_study, parse_decodings
from platform.stages.workspace_options import add_workspace_option
from platform.study.keeping import fetch_study
from search_spaces.usual_decodings import USUAL_DECODINGS

DEFAULT_CANDIDATES = 64


def main(options: argparse.Namespace) -> int:
    """Chooses, prints what was chosen and what it scores under every protocol; 0 when it is done."""
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


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.decode`."""
    usual = "\n".join(f"  {name:28} {dimension.describe()}" for name, dimension in USUAL_DECODINGS.items())
    command = command_parser(
        "decode",
        "Chooses apex thresholds, the rest of the decoding and, where a study stored several, the epoch on the frame\n"
        "scores of a finished or running study. Nothing is trained, and nothing of the study changes. Candidates are\n"
        "drawn once and blindly, so that under the honest protocol no held-out subject has a say in its own choice.\n\n"
        f"varied unless --vary says otherwise:\n{usual}",
        "python -m platform.decode --study demo-demo-seed0 --vary overlap_threshold=0.2:0.8 --json decoded.json",
    )
    command.add_argument("--study", required=True, metavar="NAME", help="as the search printed it")
    add_workspace_option(command)
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


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
