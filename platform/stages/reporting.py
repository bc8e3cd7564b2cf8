"""What a search says when it ends, on a terminal and as JSON."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from platform.console.leaderboard_table import print_dropped, print_leaderboard
from platform.stages.searching import SearchOptions, SearchOutcome, is_rendered
from platform.study.leaderboard import configuration_entries, leaderboard
from platform.study.workspace import Workspace
from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Dataset
from spotformer_core.metrics.protocols import Protocol

RENDERED_WARNING = (
    "These recordings are rendered from one photograph: the F1 says that the machinery works, nothing about real faces."
)


def print_outcome(dataset: Dataset, options: SearchOptions, outcome: SearchOutcome, *, workspace: Workspace) -> None:
    """Prints the leaderboard and where to look next."""
    rows = leaderboard(outcome.state)
    if rows:
        print_leaderboard(rows, title=f"study {options.study}: {len(rows)} configurations")
    configurations = outcome.state.configurations.values()
    dropped = [one.dropped for one in configurations if one.dropped is not None]
    print_dropped(dropped, num_subjects=len(outcome.state.study.subjects))
    if is_rendered(dataset):
        print(RENDERED_WARNING)
    print("honest: thresholds chosen on the other subjects. paper: chosen on the pooled result itself, optimistic.")
    print(f"{outcome.new_folds} folds were run now, {outcome.resumed_folds} were finished before.")
    for problem in outcome.problems:
        print(f"problem: {problem}", file=sys.stderr)
    print(f"journal and frame scores: {workspace.study(options.study)}")
    print(f"compare the runs: {_look_at(outcome.tracked.tracking_uri)}")


def write_json(path: Path, dataset: Dataset, outcome: SearchOutcome) -> None:
    """Writes everything that the search found to `path`."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(_as_json(dataset, outcome), indent=2) + "\n")


def _look_at(tracking_uri: str) -> str:
    return "make ui, then http://127.0.0.1:5000" if tracking_uri.startswith("sqlite:") else tracking_uri


def _as_json(dataset: Dataset, outcome: SearchOutcome) -> dict[str, Any]:
    ranking = outcome.state.ranking()
    return {
        "dataset": dataset.name,
        "dataset_details": {
            "root": str(dataset.root),
            "rendered": is_rendered(dataset),
            "recordings": len(dataset.recordings),
            "subjects": list(dataset.subjects),
            "repairs": dataset.repairs,
            "digest": outcome.state.study.dataset_digest,
        },
        "protocol": str(Protocol.HONEST),
        "configurations": configuration_entries(outcome.state),
        "best": ranking[0] if ranking else None,
        "seconds": {stage: round(value, 3) for stage, value in outcome.seconds.items()},
        "mlflow": asdict(outcome.tracked),
        "resumed_folds": outcome.resumed_folds,
        "new_folds": outcome.new_folds,
        "problems": outcome.problems,
    }
