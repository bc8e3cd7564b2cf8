"""Does training in bfloat16 cost quality? The demo's first configuration in both precisions, same folds, same seeds.

    python -m platform.demo && python -m platform.extract --max-window 17 && make bench-bf16

Every seed trains all folds twice. A figure is the honest overall F1 with its bootstrap interval over subjects; the
paired difference has an interval of its own. Quality holds when the F1 in bfloat16 lies within the interval of the F1
in float32 for every seed. The demo is rendered: these F1 say nothing about real faces.
"""

import argparse
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.results_file import write_result
from platform.stages.feature_options import usual_features
from platform.study.identity import fold_seed
from platform.study.workspace import Workspace
from search_spaces.demo import DEMO
from spotformer_core.config import Configuration, Precision
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.errors import SpotFormerError
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.comparison import paired_difference
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.protocols import Protocol, apply_protocol
from spotformer_core.metrics.threshold_counts import threshold_counts
from spotformer_core.training.fold import evaluate_fold
from spotformer_core.training.folds import leave_one_subject_out

GOALS = {"seeds whose F1 in bfloat16 lies in the interval of float32, share": 1.0}
MAX_WINDOW = 17


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedResult:
    """What one seed gave in both precisions; the difference is bfloat16 less float32."""

    seed: int
    float32: Estimate
    bfloat16: Estimate
    difference: Estimate

    @property
    def holds(self) -> bool:
        """Whether the F1 in bfloat16 lies in the interval of the other."""
        return self.float32.low <= self.bfloat16.value <= self.float32.high


def load_bands(workspace: Workspace) -> tuple[FlowBand, ...]:
    """The demo's features.

    Raises:
        SpotFormerError: when they are not there.
    """
    settings = usual_features().settings("demo", max_window=MAX_WINDOW)
    store = FlowStore.open(workspace.flow_store("demo", settings), settings)
    return tuple(store.read(recording) for recording in read_dataset("demo", workspace.demo_root).recordings)


def overall_counts(bands: tuple[FlowBand, ...], configuration: Configuration, *, seed: int) -> np.ndarray:
    """TP, FP and FN of every held-out subject, thresholds chosen on the others: (subjects, 3)."""
    tables = {}
    for fold in leave_one_subject_out(bands):
        scores = evaluate_fold(configuration, fold, seed=fold_seed(seed, fold.held_out)).scores
        truths = [(scores[band.recording.name], band.recording.expressions) for band in fold.testing]
        tables[fold.held_out] = threshold_counts(truths, DEMO.apex_thresholds, configuration.decoding)
    result = apply_protocol(Protocol.HONEST, tables, DEMO.apex_thresholds)
    pooled = [sum(per_kind.values(), start=Counts()) for per_kind in result.counts.values()]
    return np.array([[one.true_positives, one.false_positives, one.false_negatives] for one in pooled])


def compare(bands: tuple[FlowBand, ...], seed: int) -> SeedResult:
    """Both precisions with one seed."""
    first = DEMO.configuration(dict(DEMO.starting_points[0]))
    single, half = (
        overall_counts(bands, first.with_parameters({"precision": precision}), seed=seed)
        for precision in (Precision.FLOAT32, Precision.BFLOAT16)
    )
    return SeedResult(
        seed=seed,
        float32=f1_interval(single),
        bfloat16=f1_interval(half),
        difference=paired_difference(half, single).f1,
    )


def show(results: list[SeedResult]) -> None:
    """Prints one row per seed."""
    table = Table(title="rendered demo, overall F1, thresholds chosen on the other subjects", title_justify="left")
    for column in ("seed", "float32", "bfloat16", "bfloat16 - float32"):
        table.add_column(column, justify="right")
    for result in results:
        estimates = (result.float32, result.bfloat16, result.difference)
        table.add_row(str(result.seed), *(f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in estimates))
    Console(width=110).print(table)


def figures_of(results: list[SeedResult]) -> dict[str, float]:
    """Every figure by its name."""
    figures = {next(iter(GOALS)): statistics.mean(result.holds for result in results)}
    for result in results:
        figures[f"seed {result.seed}, float32"] = result.float32.value
        figures[f"seed {result.seed}, float32, low"] = result.float32.low
        figures[f"seed {result.seed}, float32, high"] = result.float32.high
        figures[f"seed {result.seed}, bfloat16"] = result.bfloat16.value
    figures["mean difference"] = statistics.mean(result.difference.value for result in results)
    return figures


def main() -> int:
    """0 when quality holds for every seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, default=Path("workspace"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        bands = load_bands(Workspace(options.workspace.resolve()))
    except SpotFormerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    results = [compare(bands, seed) for seed in options.seeds]
    show(results)
    figures = figures_of(results)
    print(f"written to {write_result('bf16_quality', figures, GOALS, repeats=len(results))}")
    holds = all(result.holds for result in results)
    print("quality holds" if holds else "quality does not hold")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
