"""How many times faster a training step is than in the layout of the released code, side by side in one run.

    python -m benchmarks.training [--windows 512] [--rounds 5] [--threads 1]

Both networks see the same windows and minimise the same plain loss with AdamW, in turns; a figure is the median over
the rounds of the ratio of one round. Nothing here says how long anything takes on another machine.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor

from benchmarks.published_layout import PublishedLayout
from benchmarks.published_loader import SEGMENT, segment_loader, write_segments
from benchmarks.results_file import write_result
from spotformer_core.config import ModelConfig, TrainingConfig
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.optimizer import make_optimizer
from spotformer_core.training.training_set import TrainingSet

WINDOW = 17
RESIDENT_FRAMES = 69_000
"""SAMM-LV after subsampling."""
GOALS = {
    "width 256, float32": 1.7,
    "width 256, bfloat16": 3.0,
    "width 64, float32": 1.5,
    "gathering a batch": 100.0,
    "gather / step, at most": 0.02,
}

Step = Callable[[], object]


def our_step(width: int, windows: Tensor, *, bfloat16: bool) -> Step:
    """One step of our network: forward, backward, AdamW."""
    network = SpotFormer(ModelConfig(window=WINDOW, width=width))
    optimizer = make_optimizer(network, TrainingConfig())

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            output = network(windows)
        loss = output.logits.float().square().mean() + output.features.float().square().mean()
        loss.backward()
        optimizer.step()

    return step


def published_step(width: int, windows: Tensor) -> Step:
    """One step of the published layout with the same loss."""
    network = PublishedLayout(width)
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-4, betas=(0.7, 0.9), weight_decay=0.1)
    flow = windows.permute(0, 3, 1, 2).contiguous()

    def step() -> None:
        optimizer.zero_grad()
        logits, features = network(flow)
        loss = logits.square().mean() + features.square().mean()
        loss.backward()
        optimizer.step()

    return step


def seconds(step: Step) -> float:
    """Processor time of one call: work of others on the machine does not count, though it still disturbs the cache."""
    start = time.process_time()
    step()
    return time.process_time() - start


def ratio_of_steps(width: int, windows: Tensor, *, rounds: int, bfloat16: bool = False) -> tuple[float, float]:
    """Median of published / ours, and the seconds of our quickest step."""
    ours, published = our_step(width, windows, bfloat16=bfloat16), published_step(width, windows)
    ours()
    published()
    pairs = [(seconds(published), seconds(ours)) for _ in range(rounds)]
    return statistics.median(theirs / mine for theirs, mine in pairs), min(mine for _, mine in pairs)


def resident_set() -> TrainingSet:
    """A training set of the size of SAMM-LV's; what it holds does not matter."""
    labels = WindowLabels(
        boundary=torch.zeros(RESIDENT_FRAMES, 2, dtype=torch.int64),
        apex=torch.zeros(RESIDENT_FRAMES, 2),
        expression=torch.zeros(RESIDENT_FRAMES, 2),
        contrast=torch.zeros(RESIDENT_FRAMES, dtype=torch.int64),
    )
    return TrainingSet(windows=torch.ones(RESIDENT_FRAMES, WINDOW, 10, 2, dtype=torch.float16), labels=labels)


def gather_times(num_windows: int, *, rounds: int) -> tuple[float, float]:
    """Seconds for a batch: median of a loader over files, median of our gathering."""
    memory = BatchMemory([resident_set()], num_windows)
    with tempfile.TemporaryDirectory() as folder:
        paths = write_segments(Path(folder), max(64, 4 * num_windows // SEGMENT), window=WINDOW)
        loader = segment_loader(paths, batch_size=num_windows)
        batches = iter(loader)
        from_files, gathered = [], []
        for _ in range(min(rounds, len(loader))):
            from_files.append(seconds(lambda: next(batches)))
            indices = torch.randint(RESIDENT_FRAMES, (1, num_windows))
            gathered += [seconds(partial(memory.gather, indices)) for _ in range(5)]
    return statistics.median(from_files), statistics.median(gathered)


def measure(num_windows: int, *, rounds: int) -> dict[str, float]:
    """Every figure by its name."""
    windows = torch.randn(num_windows, WINDOW, 10, 2)
    figures = {}
    figures["width 256, float32"], step_seconds = ratio_of_steps(256, windows, rounds=rounds)
    if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported():  # noqa: SLF001
        figures["width 256, bfloat16"], _ = ratio_of_steps(256, windows, rounds=rounds, bfloat16=True)
    figures["width 64, float32"], _ = ratio_of_steps(64, windows, rounds=rounds)
    from_files, gathered = gather_times(num_windows, rounds=rounds)
    figures["gathering a batch"] = from_files / gathered
    figures["gather / step, at most"] = gathered / step_seconds
    return figures


def show(figures: dict[str, float]) -> bool:
    """Prints one row per figure; whether every goal that was measured is met."""
    table = Table(title="published / ours", title_justify="left")
    for column in ("", "measured", "goal"):
        table.add_column(column, justify="left" if not column else "right")
    all_met = True
    for name, goal in GOALS.items():
        if name not in figures:
            table.add_row(name, "no bfloat16 here", f"{goal:g}")
            continue
        met = figures[name] <= goal if name.endswith("at most") else figures[name] >= goal
        all_met &= met
        table.add_row(name, f"{figures[name]:.3g}" + ("" if met else " (missed)"), f"{goal:g}")
    Console(width=100).print(table)
    return all_met


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="1, as in a fold of the platform")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    figures = measure(options.windows, rounds=options.rounds)
    met = show(figures)
    print(f"written to {write_result('training', figures, GOALS, repeats=options.rounds)}")
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
