"""How many steps of folds per second: one fold after another, or all as one stacked network; on a GPU also recorded.

    python -m benchmarks.stacked_folds [--device cuda:0] [--folds 4] [--width 64] [--batch 128] [--rounds 5]

A figure is the median over the rounds of seconds(one after another, launched one by one) / seconds(the other way), for
one step of every fold. On a CPU nothing is recorded, and the platform runs folds as processes. No GPU was at hand so
far: the figures of a GPU have never been measured.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch

from benchmarks.results_file import write_result
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.model.stacked_folds import stacked_network
from spotformer_core.training.optimizer import make_optimizer
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.training_set import TrainingSet

FRAMES = 4096
WINDOW = 17
RATE = 1e-3
STEPS_BEFORE = 5
"""Steps before the clock runs: a GPU records the fourth."""

Steps = Callable[[], object]


def some_set(device: torch.device) -> TrainingSet:
    """Windows and labels that mean nothing."""
    labels = WindowLabels(
        boundary=torch.full((FRAMES, 2), 4, device=device),
        apex=torch.rand(FRAMES, 2, device=device),
        expression=torch.rand(FRAMES, 2, device=device),
        contrast=torch.arange(FRAMES, device=device) % 3,
    )
    windows = torch.randn(FRAMES, WINDOW, 10, 2, device=device).to(torch.float16)
    return TrainingSet(windows=windows, labels=labels)


def one_after_another(configuration: Configuration, sets: list[TrainingSet], *, gpu_steps: GpuSteps) -> Steps:
    """One step of every fold, each with its own network."""
    steps = []
    for training_set in sets:
        network = SpotFormer(configuration.model).to(training_set.windows.device).train()
        optimizer = make_optimizer(network, configuration.training)
        steps.append(
            TrainingStep(network, [training_set], [optimizer], configuration=configuration, gpu_steps=gpu_steps)
        )
    indices = torch.randint(FRAMES, (1, configuration.training.batch_size), device=sets[0].windows.device)
    return lambda: [step(indices, [RATE]) for step in steps]


def side_by_side(configuration: Configuration, sets: list[TrainingSet], *, gpu_steps: GpuSteps) -> Steps:
    """One step of the stacked network of all folds."""
    networks = [SpotFormer(configuration.model).to(one.windows.device) for one in sets]
    optimizers = [make_optimizer(network, configuration.training) for network in networks]
    stacked = stacked_network(networks, [torch.Generator().manual_seed(fold) for fold in range(len(sets))]).train()
    step = TrainingStep(stacked, sets, optimizers, configuration=configuration, gpu_steps=gpu_steps)
    size = (len(sets), configuration.training.batch_size)
    indices = torch.randint(FRAMES, size, device=sets[0].windows.device)
    return lambda: step(indices, [RATE] * len(sets))


def seconds(steps: Steps, device: torch.device) -> float:
    """Wall clock of one step of every fold."""
    start = time.perf_counter()
    steps()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start


def measure(configuration: Configuration, device: torch.device, *, num_folds: int, rounds: int) -> dict[str, float]:
    """Every figure by its name."""
    sets = [some_set(device) for _ in range(num_folds)]
    ways = {"stacked": side_by_side(configuration, sets, gpu_steps=GpuSteps.EAGER)}
    if device.type == "cuda":
        ways["recorded"] = one_after_another(configuration, sets, gpu_steps=GpuSteps.CUDA_GRAPH)
        ways["stacked and recorded"] = side_by_side(configuration, sets, gpu_steps=GpuSteps.CUDA_GRAPH)
    plain = one_after_another(configuration, sets, gpu_steps=GpuSteps.EAGER)
    for steps in (plain, *ways.values()):
        for _ in range(STEPS_BEFORE):
            seconds(steps, device)
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, steps in ways.items():
            ratios[name].append(seconds(plain, device) / seconds(steps, device))
    return {f"one by one / {name}": statistics.median(values) for name, values in ratios.items()}


def main() -> int:
    """Always 0: these figures have no goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    configuration = Configuration.from_parameters(
        {"window": WINDOW, "width": options.width, "batch_size": options.batch}
    )
    figures = measure(configuration, torch.device(options.device), num_folds=options.folds, rounds=options.rounds)
    for name, value in figures.items():
        print(f"{name}: {value:.2f}")
    print(f"written to {write_result('stacked_folds', figures, {}, repeats=options.rounds)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
