"""`python -m platform.doctor`: whether machine, cluster and tracking store are usable, and what to do if not."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.stages.computing import add_cluster_options
from platform.stages.reading import add_tracking_option
from platform.stages.workspace_options import add_workspace_option
from spotformer_core.atomic_files import written_whole


def main(options: argparse.Namespace) -> int:
    """Prints a line for everything that was looked at; UNDONE when something is a problem."""
    # Imported here because PyTorch, OpenCV and Ray take seconds to import, which --help should not wait for.
    from platform.diagnosis.checks import findings
    from platform.diagnosis.finding import Finding, Level

    found: list[Finding] = []
    for one in findings(workspace=options.workspace, address=options.address, tracking_uri=options.tracking_uri):
        print(one, flush=True)
        found.append(one)
    if options.json is not None:
        with written_whole(options.json) as temporary:
            temporary.write_text(json.dumps({"findings": [asdict(one) for one in found]}, indent=2) + "\n")
    num_problems = sum(one.level is Level.PROBLEM for one in found)
    print("ready for a search" if not num_problems else f"{num_problems} of {len(found)} checks found a problem")
    return UNDONE if num_problems else DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.doctor`."""
    command = command_parser(
        "doctor",
        "Says whether this machine, a Ray cluster and a tracking store are usable, and what to do if not: a line for\n"
        "libraries, compiled code, workspace, videos, landmarks, GPU, Ray and tracking. A `note` is what not every\n"
        "search needs; after a `problem` the exit code is 1. Nothing is made in the workspace.",
        "python -m platform.doctor --address HOST:6379 --tracking-uri http://HOST:5000",
    )
    add_workspace_option(command)
    add_cluster_options(command)
    add_tracking_option(command)
    command.add_argument("--json", type=Path, metavar="FILE", help="write what was found to FILE as well")
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
