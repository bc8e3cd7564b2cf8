"""`python -m platform.search`: the main job, from a dataset to a leaderboard."""

import argparse
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from platform.console.command import DONE, UNDONE, command_parser, run_command
from platform.stages.beginning import require_two_subjects
from platform.stages.budgeting import add_budget_options, budget_options
from platform.stages.checking import add_check_option, check_dataset
from platform.stages.computing import add_compute_options, num_cores
from platform.stages.dry_run import print_dry_run
from platform.stages.dry_run_features import features_to_extract, features_to_import
from platform.stages.feature_options import add_feature_options, feature_options
from platform.stages.fold_options import add_fold_options, gpus_per_fold
from platform.stages.importing import add_released_feature_options, find_released, released_options
from platform.stages.own_spaces import chosen_space
from platform.stages.preparing import PreparedFeatures, extracted_features, imported_features, render_and_read
from platform.stages.reading import (
    add_dataset_options,
    add_tracking_option,
    dataset_options,
    named_release,
    read,
    require_readable,
)
from platform.stages.reporting import comparison_of, print_outcome, write_json
from platform.stages.search_options import SearchOptions
from platform.stages.searching import search
from platform.stages.study_options import add_study_options, study_options
from platform.stages.tracking import require_tracking
from platform.stages.workspace_options import add_workspace_option
from platform.study.keeping import fetch_journals
from search_spaces.named import names_of_spaces
from spotformer_core.choices import GpuSteps
from spotformer_core.datasets import lineage
from spotformer_core.errors import InvalidValueError

SMALLEST_MAX_WINDOW = 17
"""One flow store for all named spaces: each window up to the paper's best is there."""


def main(options: argparse.Namespace) -> int:
    """Does whatever is missing of rendering, extraction and search; 0 when all of it is done."""
    wanted = search_options(options)
    if options.features is not None:
        return _search_released(options, wanted)
    chosen = dataset_options(options)
    features = feature_options(options)
    settings = features.settings(
        chosen.name, max_window=max(SMALLEST_MAX_WINDOW, wanted.space.max_window), regions=wanted.space.regions
    )
    make_landmarks = partial(features.landmark_source, chosen.name, root=chosen.root, workspace=options.workspace)
    if options.check:
        return check_dataset(chosen, make_landmarks)
    options.workspace.storage.require_usable(to_write=not options.dry_run)
    if options.dry_run:
        fetch_journals(options.workspace)
        dataset = read(chosen)
        require_readable(dataset)
        require_two_subjects(dataset)
        plan = features_to_extract(dataset, make_landmarks(), workspace=options.workspace, settings=settings)
        print_dry_run(dataset, plan, wanted, workspace=options.workspace)
        return DONE
    require_tracking(wanted, workspace=options.workspace)
    dataset, seconds = render_and_read(chosen, workspace=options.workspace, num_workers=num_cores())
    require_two_subjects(dataset)
    prepared = extracted_features(
        dataset,
        make_landmarks(),
        workspace=options.workspace,
        settings=settings,
        address=wanted.address,
        num_workers=wanted.num_workers,
    )
    return _search_prepared(replace(prepared, seconds={"demo": seconds, **prepared.seconds}), options, wanted)


def _search_released(options: argparse.Namespace, wanted: SearchOptions) -> int:
    """A search on features that came without videos."""
    if options.check:
        raise InvalidValueError(
            "--check looks at frames on disk, got it with --features. "
            "Leave it out: `python -m platform.import_features` checks every file of released features."
        )
    if options.annotations is None or options.dataset != lineage.NAME:
        raise InvalidValueError(
            f"--features must come with --dataset {lineage.NAME} and --annotations, got --dataset {options.dataset} "
            f"and --annotations {options.annotations}. Give the table that came with the features."
        )
    options.workspace.storage.require_usable(to_write=not options.dry_run)
    if options.dry_run:
        fetch_journals(options.workspace)
        found = find_released(released_options(options), workspace=options.workspace)
        require_two_subjects(found.dataset)
        plan = features_to_import(found, wanted.space, workspace=options.workspace)
        print_dry_run(found.dataset, plan, wanted, workspace=options.workspace)
        return DONE
    require_tracking(wanted, workspace=options.workspace)
    prepared = imported_features(released_options(options), space=wanted.space, workspace=options.workspace)
    require_two_subjects(prepared.dataset)
    return _search_prepared(prepared, options, wanted)


def _search_prepared(prepared: PreparedFeatures, options: argparse.Namespace, wanted: SearchOptions) -> int:
    if prepared.problems:
        print("error: the search needs the features of every recording, but these failed:", file=sys.stderr)
        print("\n".join(f"  {problem}" for problem in prepared.problems), file=sys.stderr)
        print("Repair them and give the same command, or name the others with --recordings.", file=sys.stderr)
        return UNDONE
    budget = replace(wanted.budget, seconds_before=sum(prepared.seconds.values()))
    outcome = search(prepared.dataset, prepared.store, replace(wanted, budget=budget), workspace=options.workspace)
    outcome.seconds = {**prepared.seconds, **outcome.seconds}
    comparison = comparison_of(prepared.dataset, outcome)
    print_outcome(comparison, wanted, outcome, workspace=options.workspace)
    if options.json is not None:
        write_json(options.json, prepared.dataset, outcome, comparison)
    return UNDONE if outcome.problems else DONE


def search_options(options: argparse.Namespace) -> SearchOptions:
    """What is to be searched and how, by the command line.

    Raises:
        InvalidValueError: for a value that breaks the rule of its option, or an unknown space.
    """
    space = chosen_space(options.space, dataset=named_release(options.dataset, options.root, options.annotations))
    return SearchOptions(
        study=options.study or f"{options.dataset}-{space.name}-seed{options.seed}",
        space=space,
        num_workers=options.workers,
        gpus_per_fold=gpus_per_fold(options.gpus_per_fold),
        retry_infeasible=options.retry_infeasible,
        fold_timeout=options.fold_timeout,
        gpu_steps=GpuSteps(options.gpu_steps),
        address=options.address,
        tracking_uri=options.tracking_uri,
        budget=budget_options(options),
        command=getattr(options, "command", ""),
        **study_options(options, space),
    )


def parser() -> argparse.ArgumentParser:
    """The command line of `python -m platform.search`."""
    spaces = "\n".join(f"  {name:17} {description}" for name, description in names_of_spaces().items())
    command = command_parser(
        "search",
        "Searches hyper-parameters of SpotFormer by leave-one-subject-out folds and says how good the best is.\n"
        "Whatever is missing of the demo dataset and of the features is made first. What is finished is never done\n"
        "twice: stop it and give the same command to go on.\n\n"
        f"spaces:\n{spaces}",
        "python -m platform.search --dataset samm-lv --root DIR --space demo --configurations 8",
    )
    add_dataset_options(command)
    add_feature_options(command)
    add_released_feature_options(command, required=False)
    add_check_option(command)
    add_study_options(command)
    add_compute_options(command)
    add_budget_options(command)
    add_fold_options(command)
    add_workspace_option(command)
    add_tracking_option(command)
    command.add_argument("--json", type=Path, metavar="FILE", help="write the result there too")
    return command


if __name__ == "__main__":
    sys.exit(run_command(main, parser(), sys.argv[1:]))
