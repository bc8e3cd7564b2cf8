"""Is what the demo search found worth more than nothing? Baselines beside the best configuration, on the same folds.

    make search && make bench-demo

The demo is rendered: these F1 say that the machinery works and nothing about real faces.
"""

import argparse
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.magnitude_peaks import peak_scores
from benchmarks.results_file import write_result
from platform.stages.feature_options import usual_features
from platform.study.identity import fold_seed
from platform.study.journal import read_journal
from platform.study.records import StudyRecord
from platform.study.state import StudyState
from platform.study.workspace import Workspace, journal_path
from search_spaces.named import named_space
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_labels import label_scores
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.errors import SpotFormerError, StudyError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, apply_protocol
from spotformer_core.metrics.threshold_counts import threshold_counts
from spotformer_core.training.fold import untrained_fold
from spotformer_core.training.folds import Fold, leave_one_subject_out
from spotformer_core.training.scoring import ScoresByRecording

GOALS = {
    "best overall F1": 0.60,
    "best micro F1": 0.50,
    "untrained overall F1, at most": 0.15,
    "labels overall F1": 1.0,
}
UNTRAINED_SEEDS = (0, 1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoStudy:
    """The finished demo search."""

    state: StudyState
    best: str
    configuration: Configuration
    bands: tuple[FlowBand, ...]

    @property
    def thresholds(self) -> list[float]:
        """Apex thresholds that the search tried."""
        return list(self.state.study.space["apex_thresholds"])


def load(workspace: Workspace, study: str) -> DemoStudy:
    """The demo search in `workspace`.

    Raises:
        StudyError: when there is none, or it found nothing yet.
    """
    path = journal_path(workspace.study(study))
    if not path.exists():
        raise StudyError(f"the benchmark needs a finished demo search, got no {path}. Run make search first.")
    records = read_journal(path)
    if not records or not isinstance(records[0], StudyRecord):
        raise StudyError(f"{path} must begin with its study. Run make search first.")
    state = StudyState(records[0], records)
    if not state.ranking():
        raise StudyError(f"{path} has no complete configuration. Run make search to its end first.")
    best = state.ranking()[0]
    settings = usual_features().settings("demo", max_window=int(records[0].extraction["max_window"]))
    store = FlowStore.open(workspace.flow_store("demo", settings), settings)
    dataset = read_dataset("demo", workspace.demo_root)
    configuration = named_space(records[0].space["name"]).configuration(state.configurations[best].params)
    bands = tuple(store.read(recording) for recording in dataset.recordings)
    return DemoStudy(state=state, best=best, configuration=configuration, bands=bands)


def scored(study: DemoStudy, score: Callable[[Fold], ScoresByRecording]) -> ProtocolResult:
    """The honest result of whatever gives frame scores for the held-out recordings of a fold."""
    tables = {}
    for fold in leave_one_subject_out(study.bands):
        scores = score(fold)
        tables[fold.held_out] = threshold_counts(
            [(scores[band.recording.name], band.recording.expressions) for band in fold.testing],
            study.thresholds,
            study.configuration.decoding,
        )
    return apply_protocol(Protocol.HONEST, tables, study.thresholds)


def baselines(study: DemoStudy) -> dict[str, ProtocolResult]:
    """Honest results by name: labels, best, peaks, untrained networks."""
    decoding = study.configuration.decoding
    results = {
        "true labels through the decoder": scored(
            study,
            lambda fold: {
                band.recording.name: label_scores(band.recording.expressions, len(band.flow)) for band in fold.testing
            },
        ),
        f"best configuration ({study.best})": study.state.result(study.best, Protocol.HONEST),
        "flow-magnitude peaks": scored(
            study, lambda fold: {band.recording.name: peak_scores(band, decoding) for band in fold.testing}
        ),
    }
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as workers:
        futures = {seed: workers.submit(_untrained, study, seed) for seed in UNTRAINED_SEEDS}
        results |= {f"untrained network, seed {seed}": future.result() for seed, future in futures.items()}
    return results


def _untrained(study: DemoStudy, seed: int) -> ProtocolResult:
    torch.set_num_threads(1)
    return scored(study, lambda fold: untrained_fold(study.configuration, fold, seed=fold_seed(seed, fold.held_out)))


def show(results: dict[str, ProtocolResult]) -> None:
    """Prints one row per result."""
    table = Table(title="rendered demo, thresholds chosen on the other subjects", title_justify="left")
    for column in ("", "F1 overall", "macro", "micro"):
        table.add_column(column, justify="left" if not column else "right")
    for name, result in results.items():
        f1 = (result.overall.f1, *(result.pooled(kind).f1 for kind in next(iter(result.counts.values()))))
        table.add_row(name, *(f"{value:.3f}" for value in f1))
    Console(width=100).print(table)


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, default=Path("workspace"))
    parser.add_argument("--study", default="demo-demo-seed0")
    options = parser.parse_args()
    try:
        study = load(Workspace(options.workspace.resolve()), options.study)
    except SpotFormerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    results = baselines(study)
    show(results)
    labels, best, peaks, *untrained = results.values()
    kinds = next(iter(best.counts.values()))
    figures = {
        "best overall F1": best.overall.f1,
        "best micro F1": best.pooled(list(kinds)[1]).f1,
        "untrained overall F1, at most": float(np.max([result.overall.f1 for result in untrained])),
        "labels overall F1": labels.overall.f1,
        "peaks overall F1": peaks.overall.f1,
    }
    print(f"written to {write_result('demo', figures, GOALS, repeats=1)}")
    met = (
        figures["best overall F1"] >= GOALS["best overall F1"]
        and figures["best micro F1"] >= GOALS["best micro F1"]
        and figures["untrained overall F1, at most"] <= GOALS["untrained overall F1, at most"]
        and figures["labels overall F1"] == GOALS["labels overall F1"]
        and figures["peaks overall F1"] < figures["best overall F1"]
    )
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
