"""`python -m platform.score`: what the detections of any method score against a dataset's annotations."""

import argparse
import sys

from platform.console.command import command_parser, run_command
from platform.reporting.score_command import DESCRIPTION, EXAMPLE_OPTIONS, add_score_options, run_score


def main(options: argparse.Namespace) -> int:
    """Scores and prints; 0 when it is done."""
    return run_score(options)


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.score`."""
    command = command_parser("score", DESCRIPTION, f"python -m platform.score {EXAMPLE_OPTIONS}")
    add_score_options(command)
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
