"""Writes `first_losses.json`: the losses of the first twenty steps of a small fold, in double precision.

    python -m tests.golden.first_losses

Run it after a change that is meant to alter the numbers, and say so in the change. The losses are the same on every
processor but for rounding, about which `ROUNDING` is generous; where they were made stands beside them.
"""

import json
from pathlib import Path

import llvmlite.binding
import numpy as np
import torch

from spotformer_core.config import Architecture, Configuration
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.flow.band import FlowBand
from spotformer_core.recipes import recipe
from spotformer_core.training.fold import evaluate_fold
from spotformer_core.training.folds import Fold
from tests.rounding import NUM_THREADS, networks_in

PATH = Path(__file__).with_suffix(".json")
NUM_STEPS = 20
SMALL = {"window": 9, "width": 16, "num_heads": 2, "head_width": 8, "batch_size": 16, "num_epochs": NUM_STEPS}
"""Sixteen frames to train on, so that an epoch is one step."""

CASES: dict[str, Configuration] = {
    **{
        str(name): recipe("published", dataset="samm-lv").with_parameters({**SMALL, "architecture": name})
        for name in Architecture
    },
    "as-released": recipe("as-released", dataset="samm-lv").with_parameters(SMALL),
}


ROUNDING = 2.0**-40
"""By this part of itself a weight is moved to learn what rounding may do: 4096 units in the last place, as if each
weight had been rounded some ten million times (errors of either sign add up as the root of their number)."""


def first_losses(
    configuration: Configuration, *, dtype: torch.dtype = torch.float64, moved_by: float = 0.0, seed: int = 0
) -> np.ndarray:
    """The loss of every step.

    Args:
        dtype: that the network computes in.
        moved_by: every weight starts higher or lower by this part of itself.
        seed: decides which are higher.
    """
    losses: list[float] = []
    num_threads = torch.get_num_threads()
    torch.set_num_threads(NUM_THREADS)
    try:
        with networks_in(dtype, moved_by=moved_by, seed=seed):
            evaluate_fold(configuration, _fold(), seed=7, report=lambda _, loss: losses.append(loss))
    finally:
        torch.set_num_threads(num_threads)
    return np.array(losses)


def _fold() -> Fold:
    """Noise with one expression of each kind; drawn by NumPy, whose streams never change."""
    flow = np.random.default_rng(0).normal(size=(16, 8, 10, 2)).astype(np.float16)
    expressions = (
        Expression(onset=1, apex=4, offset=8, kind=ExpressionKind.MACRO),
        Expression(onset=10, apex=12, offset=14, kind=ExpressionKind.MICRO),
    )
    trained = _recording("s1", expressions)
    return Fold(held_out="s2", training=(FlowBand(recording=trained, flow=flow),), testing=())


def _recording(subject: str, expressions: tuple[Expression, ...]) -> Recording:
    return Recording(
        dataset="golden",
        subject=subject,
        name=subject,
        frame_paths=(),
        frame_numbers=(),
        frames_per_second=30.0,
        expressions=expressions,
    )


def main() -> None:
    """Measures every case here and writes the file."""
    made = f"torch {torch.__version__}, numpy {np.__version__}, {llvmlite.binding.get_host_cpu_name()}"
    losses = {name: first_losses(configuration).tolist() for name, configuration in CASES.items()}
    PATH.write_text(json.dumps({"made with": made, "losses": losses}, indent=1) + "\n")


if __name__ == "__main__":
    main()
