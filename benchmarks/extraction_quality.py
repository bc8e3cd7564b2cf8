"""Does the way in which features are extracted change what is found? F1 of one configuration on the demo, per way.

    make bench-extraction-quality

Every way is searched with the first configuration of the demo space, for several seeds; counts are added over seeds,
intervals and differences are over subjects. The demo is rendered: these F1 say nothing about real faces. What is
finished in the workspace is not run again.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.results_file import write_result
from platform.reporting.study_comparison import read_study
from platform.study.workspace import Workspace
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.comparison import paired_difference
from spotformer_core.metrics.protocols import Protocol

WAYS = {
    "farneback": ("--estimator", "farneback"),
    "farneback-warm": ("--estimator", "farneback-warm"),
    "opencv-dis": ("--estimator", "opencv-dis"),
    "realign": ("--estimator", "farneback", "--head-motion", "realign"),
    "mean": ("--estimator", "farneback", "--pooling", "mean"),
}
"""The first is the one that the others are compared with."""


def counts_of(workspace: Workspace, way: str, seeds: range) -> np.ndarray:
    """TP, FP and FN of every subject under the honest protocol, added over kinds and seeds; searched where missing."""
    total = np.zeros((), np.int64)
    for seed in seeds:
        study = f"extraction-{way}-seed{seed}"
        command = ["-m", "platform.search", "--workspace", str(workspace.folder), "--study", study]
        options = ["--configurations", "1", "--seed", str(seed), *WAYS[way]]
        subprocess.run([sys.executable, *command, *options], check=True, stdout=subprocess.DEVNULL)
        state = read_study(workspace.study(study))
        result = state.result(state.ranking()[0], Protocol.HONEST)
        total = total + np.array(
            [
                sum(np.array(list(result.counts[subject][kind].as_dict().values())) for kind in KINDS)
                for subject in sorted(result.counts)
            ]
        )
    return total


def main() -> int:
    """0 when no way differs from the first by more than chance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path, default=Path("workspace"))
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS)[:2])
    parser.add_argument("--seeds", type=int, default=2, help="default: %(default)s")
    options = parser.parse_args()
    workspace = Workspace(options.workspace.resolve())
    ways = [next(iter(WAYS)), *(way for way in options.ways if way != next(iter(WAYS)))]
    counts = {way: counts_of(workspace, way, range(options.seeds)) for way in ways}
    first = counts[ways[0]]
    table = Table(title=f"rendered demo, {len(first)} subjects, {options.seeds} seeds: overall F1 (honest)")
    for heading in ("features", "F1", "difference to the first"):
        table.add_column(heading)
    figures: dict[str, float] = {}
    same = True
    for way, of_way in counts.items():
        f1, difference = f1_interval(of_way), paired_difference(of_way, first).f1
        table.add_row(way, _shown(f1), "" if way == ways[0] else _shown(difference))
        figures |= {f"{way}: F1": f1.value, f"{way}: F1, low": f1.low, f"{way}: F1, high": f1.high}
        figures |= {f"{way}: difference, low": difference.low, f"{way}: difference, high": difference.high}
        same = same and difference.low <= 0 <= difference.high
    Console(width=110).print(table)
    print(f"written to {write_result('extraction-quality', figures, {}, repeats=options.seeds)}")
    return 0 if same else 1


def _shown(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f}, {estimate.high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
