"""Writes `first_losses.json`: the losses of the first twenty steps of a small fold, to the last bit.

    python -m tests.golden.first_losses

Run it after a change that is meant to alter the numbers, and say so in the change. Bits depend on the kind of machine
(the matrix library and the compiler choose their instructions by the processor) and on the number of threads; the
losses are those of one thread, and every kind of machine has its own entry. Entries of other machines are dropped,
because they no longer hold.
"""

import json
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np
import torch

from spotformer_core.config import Architecture, Configuration
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.flow.band import FlowBand
from spotformer_core.recipes import recipe
from spotformer_core.training.fold import evaluate_fold
from spotformer_core.training.folds import Fold

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


def kind_of_machine() -> str:
    """What bits depend on, beside the code and the number of threads."""
    processor = llvmlite.binding.get_host_cpu_name()
    return f"torch {torch.__version__}, numba {numba.__version__}, numpy {np.__version__}, {processor}"


def first_losses(configuration: Configuration) -> list[float]:
    """The loss of every step, with one thread."""
    losses: list[float] = []
    num_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        evaluate_fold(configuration, _fold(), seed=7, report=lambda _, loss: losses.append(loss))
    finally:
        torch.set_num_threads(num_threads)
    return losses


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
    losses = {name: [loss.hex() for loss in first_losses(configuration)] for name, configuration in CASES.items()}
    PATH.write_text(json.dumps({kind_of_machine(): losses}, indent=1) + "\n")


if __name__ == "__main__":
    main()
