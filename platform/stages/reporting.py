"""What a search says when it ends, on a terminal and as JSON."""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from platform.reporting.comparison_report import (
    comparison_as_json,
    infeasible_lines,
    print_comparison,
    write_comparison_markdown,
)
from platform.reporting.ledger_report import ledger_lines
from platform.reporting.study_comparison import StudyComparison, compare_configurations, infeasible_configurations
from platform.stages.beginning import is_rendered
from platform.stages.search_options import SearchOptions
from platform.stages.searching import SearchOutcome
from platform.study.leaderboard import configuration_entries
from platform.study.workspace import Workspace, leaderboard_path
from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.recording import Dataset
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.metrics.protocols import Protocol


def comparison_of(dataset: Dataset, outcome: SearchOutcome) -> StudyComparison | None:
    """The complete configurations compared; None where there is none."""
    if not outcome.state.ranking():
        return None
    return replace(compare_configurations(outcome.state), is_rendered=is_rendered(dataset))


def print_outcome(
    comparison: StudyComparison | None, options: SearchOptions, outcome: SearchOutcome, *, workspace: Workspace
) -> None:
    """Prints the leaderboard, leaves it in the study's folder too, and says where to look next."""
    folder, title = workspace.study(options.study), f"study {options.study}"
    if comparison is not None:
        print_comparison(comparison, title=title)
        write_comparison_markdown(leaderboard_path(folder), comparison, title=title)
        workspace.storage.send(leaderboard_path(folder))
    else:
        for line in infeasible_lines(infeasible_configurations(outcome.state)):
            print(line)
    print(f"{outcome.new_folds} folds were run now, {outcome.resumed_folds} were finished before.")
    print("\n".join(ledger_lines(outcome.ledger)))
    for problem in outcome.problems:
        print(f"problem: {problem}", file=sys.stderr)
    if outcome.winner is not None:
        print(f"winner, trained on all subjects: {outcome.winner.order.folder}")
        if outcome.winner.uri and isinstance(outcome.winner.order.store.settings, ExtractionSettings):
            print(f"spot in any video: python -m platform.spot VIDEO --model {outcome.winner.uri} --out DIR")
    print(f"journal, frame scores and leaderboard: {folder}")
    print(f"compare the runs: {_look_at(outcome.tracked.tracking_uri)}")


def write_json(path: Path, dataset: Dataset, outcome: SearchOutcome, comparison: StudyComparison | None) -> None:
    """Writes everything that the search found to `path`."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps(_as_json(dataset, outcome, comparison), indent=2) + "\n")


def _look_at(tracking_uri: str) -> str:
    return "make ui, then http://127.0.0.1:5000" if tracking_uri.startswith("sqlite:") else tracking_uri


def _as_json(dataset: Dataset, outcome: SearchOutcome, comparison: StudyComparison | None) -> dict[str, Any]:
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
        "comparison": None if comparison is None else comparison_as_json(comparison),
        "winner": None if outcome.winner is None else outcome.winner.as_json(),
        "seconds": {stage: round(value, 3) for stage, value in outcome.seconds.items()},
        "mlflow": asdict(outcome.tracked),
        "resumed_folds": outcome.resumed_folds,
        "new_folds": outcome.new_folds,
        "efficiency": outcome.ledger.as_dict(),
        "problems": outcome.problems,
    }
