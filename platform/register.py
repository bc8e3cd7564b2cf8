"""`python -m platform.register`: trains a configuration of a study on every subject and registers it in MLflow."""

import argparse
import sys

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.reporting.study_comparison import read_study
from platform.stages.computing import add_compute_options
from platform.stages.reading import (
    add_dataset_options,
    add_tracking_option,
    chosen_dataset,
    dataset_options,
)
from platform.stages.registering import RegistrationOptions, register_configuration
from platform.stages.workspace_options import add_workspace_option
from platform.study.keeping import fetch_study


def main(options: argparse.Namespace) -> int:
    """Trains what is missing, registers it; 0 when the model is the champion."""
    fetch_study(options.workspace, options.study)
    kept = register_configuration(
        read_study(options.workspace.study(options.study)),
        chosen_dataset(dataset_options(options)),
        RegistrationOptions(
            study=options.study,
            configuration=options.configuration,
            name=options.name or options.study,
            address=options.address,
            num_workers=options.workers,
            num_gpus=options.gpus,
            tracking_uri=options.tracking_uri,
        ),
        workspace=options.workspace,
    )
    if kept.problem:
        print(f"problem: {kept.problem}", file=sys.stderr)
        return UNDONE
    print(f"model: {kept.order.folder}")
    print(f"registered: {kept.uri}")
    return DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.register`."""
    command = command_parser(
        "register",
        "Trains a configuration of a study on every subject, unless that was done, and registers it in MLflow's model\n"
        "registry with the alias `champion`. A search does this for its winner when every configuration is decided.",
        "python -m platform.register --study demo-demo-seed0 --configuration c0003",
    )
    command.add_argument("--study", required=True, metavar="NAME", help="as the search printed it")
    command.add_argument("--configuration", default="", metavar="ID", help="for instance c0003 (default: the best)")
    command.add_argument("--name", default="", help="of the registered model (default: that of the study)")
    add_dataset_options(command)
    add_compute_options(command)
    command.add_argument("--gpus", type=float, default=0.0, help="for the training (default: 0)")
    add_workspace_option(command)
    add_tracking_option(command)
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
