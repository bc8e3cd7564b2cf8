"""`python -m platform.extract`: brings the flow store of a dataset up to date."""

import argparse
import sys
from functools import partial

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.stages.checking import add_check_option, check_dataset
from platform.stages.computing import add_compute_options
from platform.stages.extracting import extract_missing, problems
from platform.stages.feature_options import add_feature_options, feature_options
from platform.stages.reading import add_dataset_options, dataset_options, read
from platform.stages.workspace_options import add_workspace_option
from spotformer_core.config import LARGEST_WINDOW


def main(options: argparse.Namespace) -> int:
    """Extracts what is missing; 0 when every recording has its flow."""
    chosen = dataset_options(options)
    features = feature_options(options)
    settings = features.settings(chosen.name, max_window=options.max_window)
    make_landmarks = partial(features.landmark_source, chosen.name, root=chosen.root, workspace=options.workspace)
    if options.check:
        return check_dataset(chosen, make_landmarks)
    options.workspace.storage.require_usable()
    dataset = read(chosen)
    landmarks = make_landmarks()
    store, outcomes = extract_missing(
        dataset,
        landmarks,
        workspace=options.workspace,
        settings=settings,
        address=options.address,
        num_workers=options.workers,
    )
    failed = problems(outcomes)
    print(f"flow store {store.folder}: {len(outcomes) - len(failed)} recordings extracted now, {len(failed)} failed")
    for problem in failed:
        print(f"  {problem}", file=sys.stderr)
    return UNDONE if failed or dataset.unreadable else DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.extract`."""
    command = command_parser(
        "extract",
        "Extracts SW-MRO optical-flow features with Ray Data, one recording at a time. Finished recordings are kept\n"
        "and never extracted again; stop it and give the same command to go on.",
        "python -m platform.extract --dataset samm-lv --root DIR --workers 8",
    )
    add_dataset_options(command)
    add_feature_options(command)
    add_check_option(command)
    add_workspace_option(command)
    add_compute_options(command)
    command.add_argument(
        "--max-window",
        type=int,
        default=LARGEST_WINDOW,
        help="largest window that the features will serve (default: %(default)s)",
    )
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
