"""`python -m platform.extract`: brings the flow store of a dataset up to date."""

import argparse
import sys

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.landmarks.choice import landmark_source
from platform.stages.computing import add_compute_options
from platform.stages.extracting import extract_missing, extraction_settings, problems
from platform.stages.reading import add_dataset_options, add_workspace_option, dataset_options, read
from spotformer_core.config import LARGEST_WINDOW


def main(options: argparse.Namespace) -> int:
    """Extracts what is missing; 0 when every recording has its flow."""
    chosen = dataset_options(options)
    settings = extraction_settings(chosen.name, max_window=options.max_window, face_size=chosen.face_size)
    dataset = read(chosen)
    landmarks = landmark_source(chosen.landmarks, root=chosen.root)
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
    return UNDONE if failed else DONE


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.extract`."""
    command = command_parser(
        "extract",
        "Extracts SW-MRO optical-flow features with Ray Data, one recording at a time. Finished recordings are kept\n"
        "and never extracted again; stop it and give the same command to go on.",
        "python -m platform.extract --dataset samm-lv --root DIR --workers 8",
    )
    add_dataset_options(command)
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
