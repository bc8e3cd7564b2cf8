"""`python -m platform.search`: the main job, from a dataset to a leaderboard."""

import argparse
import sys
import time
from pathlib import Path

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.landmarks.choice import landmark_source
from platform.stages.computing import add_compute_options, num_cores
from platform.stages.extracting import extract_missing, extraction_settings, problems
from platform.stages.reading import add_dataset_options, add_workspace_option, dataset_options, read
from platform.stages.rendering import ensure_demo
from platform.stages.reporting import print_dry_run, print_outcome, write_json
from platform.stages.searching import SearchOptions, require_two_subjects, search
from platform.study.planning import Scheduling
from search_spaces.named import named_space, names_of_spaces

DEFAULT_CONFIGURATIONS = 4
DEFAULT_LAG = 3
SMALLEST_MAX_WINDOW = 17
"""One flow store for all named spaces: each window up to the paper's best is there."""


def main(options: argparse.Namespace) -> int:
    """Does whatever is missing of rendering, extraction and search; 0 when all of it is done."""
    wanted = _search_options(options)
    chosen = dataset_options(options)
    max_window = max(SMALLEST_MAX_WINDOW, wanted.space.max_window)
    settings = extraction_settings(chosen.name, max_window=max_window, face_size=chosen.face_size)
    seconds: dict[str, float] = {}
    started = time.monotonic()
    if not options.dry_run:
        ensure_demo(chosen, workspace=options.workspace, num_workers=num_cores())
    seconds["demo"] = time.monotonic() - started
    dataset = read(chosen)
    require_two_subjects(dataset)
    landmarks = landmark_source(chosen.landmarks, root=chosen.root)
    if options.dry_run:
        print_dry_run(dataset, landmarks, wanted, workspace=options.workspace, settings=settings)
        return DONE
    started = time.monotonic()
    store, outcomes = extract_missing(
        dataset,
        landmarks,
        workspace=options.workspace,
        settings=settings,
        address=wanted.address,
        num_workers=wanted.num_workers,
    )
    seconds["extraction"] = time.monotonic() - started
    failed = problems(outcomes)
    if failed:
        print("error: the search needs the flow of every recording, but these failed:", file=sys.stderr)
        print("\n".join(f"  {problem}" for problem in failed), file=sys.stderr)
        print("Repair them and give the same command, or name the others with --recordings.", file=sys.stderr)
        return UNDONE
    outcome = search(dataset, store, wanted, workspace=options.workspace)
    outcome.seconds = {**seconds, **outcome.seconds}
    print_outcome(dataset, wanted, outcome, workspace=options.workspace)
    if options.json is not None:
        write_json(options.json, dataset, outcome)
    return UNDONE if outcome.problems else DONE


def _search_options(options: argparse.Namespace) -> SearchOptions:
    space = named_space(options.space)
    return SearchOptions(
        study=options.study or f"{options.dataset}-{space.name}-seed{options.seed}",
        space=space,
        num_configurations=options.configurations,
        seed=options.seed,
        scheduling=Scheduling(options.scheduling),
        lag=options.lag,
        num_workers=options.workers,
        gpus_per_fold=options.gpus_per_fold,
        address=options.address,
        tracking_uri=options.tracking_uri,
    )


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.search`."""
    spaces = "\n".join(f"  {name:10} {description}" for name, description in names_of_spaces().items())
    command = command_parser(
        "search",
        "Searches hyper-parameters of SpotFormer by leave-one-subject-out folds and says how good the best is.\n"
        "Whatever is missing of the demo dataset and of the features is made first. What is finished is never done\n"
        "twice: stop it and give the same command to go on.\n\n"
        f"spaces:\n{spaces}",
        "python -m platform.search --dataset samm-lv --root DIR --space demo --configurations 8",
    )
    add_dataset_options(command)
    study = command.add_argument_group("study")
    study.add_argument("--space", default="demo", help="what may vary (default: demo)")
    study.add_argument("--configurations", type=int, default=DEFAULT_CONFIGURATIONS, help="default: %(default)s")
    study.add_argument("--seed", type=int, default=0, help="equal seeds give equal results (default: 0)")
    study.add_argument("--study", default="", metavar="NAME", help="default: DATASET-SPACE-seedSEED")
    study.add_argument(
        "--scheduling",
        choices=[str(mode) for mode in Scheduling],
        default=str(Scheduling.REPRODUCIBLE),
        help="same decisions with any number of workers, or never let a worker wait (default: reproducible)",
    )
    study.add_argument(
        "--lag",
        type=int,
        default=DEFAULT_LAG,
        help="in reproducible scheduling, configuration c waits for all up to c - LAG (default: %(default)s)",
    )
    study.add_argument("--dry-run", action="store_true", help="only say what would run")
    add_compute_options(command)
    command.add_argument("--gpus-per-fold", type=float, default=0.0, help="a fraction lets folds share (default: 0)")
    add_workspace_option(command)
    command.add_argument("--tracking-uri", default="", help="of MLflow (default: a SQLite file in the workspace)")
    command.add_argument("--json", type=Path, metavar="FILE", help="write the result there too")
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
