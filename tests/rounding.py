"""How far rounding may move what a training gives. No tolerance is fitted to a processor.

Processors, libraries and numbers of threads sum in different orders, and AdamW makes steps of what is left: where a
gradient is zero but for rounding (a bias before a batch normalisation), it divides rounding by rounding.

    double precision   the same function gives the same but for `largest_move_in_double`, which is derived. Networks are
                       drawn in double precision, whose random numbers are the same on every processor.
    single precision   `spread` measures, on the machine that runs the test, what it does to the same training when
                       every weight starts one unit in the last place higher or lower: all sums are then rounded
                       otherwise. A test allows `MULTIPLE` times that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
import torch

from spotformer_core.config import Configuration, ModelConfig
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.model.spotformer import SpotFormer

DOUBLE = torch.finfo(torch.float64).eps
SINGLE = torch.finfo(torch.float32).eps
BFLOAT16 = torch.finfo(torch.bfloat16).eps
KEPT_IN_SINGLE = SINGLE / 2
"""The largest distance of two probabilities that are one and the same up to less than they are rounded by when kept."""

MULTIPLE = 10
"""Of the spread of `NUM_MOVES` moved trainings. A larger one of many is still below it, another seed is far above."""
NUM_MOVES = 3

_EPSILON_OF_ADAMW = 1e-8


@contextmanager
def networks_in(dtype: torch.dtype, *, moved_by: float = 0.0, seed: int = 0) -> Iterator[None]:
    """New networks are drawn in double precision and compute in `dtype`, and with them everything in training.

    Args:
        moved_by: every weight starts higher or lower by this part of itself.
        seed: decides which are higher.
    """
    initialise = SpotFormer.__init__
    generator = torch.Generator().manual_seed(seed)

    def drawn(self: SpotFormer, config: ModelConfig) -> None:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            initialise(self, config)
        finally:
            torch.set_default_dtype(before)
        if moved_by:
            with torch.no_grad():
                for weights in self.parameters():
                    signs = 2 * torch.randint(2, weights.shape, generator=generator) - 1
                    weights.mul_(1 + moved_by * signs.to(weights.dtype))
        self.to(dtype)

    with mock.patch.object(SpotFormer, "__init__", drawn):
        yield


def largest_move_in_double(configuration: Configuration, *, num_steps: int) -> float:
    """How far rounding may move a probability, or the loss relative to itself, in so many steps in double precision.

    A gradient that is zero but for rounding is a sum of n numbers below 1, n = batch x window x nodes: at most n eps.
    AdamW moves its weight by at most learning rate x n eps / 1e-8, and a probability moves by less than its logit.
    Probabilities are kept in single precision, which rounds each of two that are compared.
    """
    training, model = configuration.training, configuration.model
    num_summed = training.batch_size * model.window * facial_graph(model.regions).num_regions
    return KEPT_IN_SINGLE + num_steps * training.learning_rate * num_summed * DOUBLE / _EPSILON_OF_ADAMW


def spread(train: Callable[[], np.ndarray], *, dtype: torch.dtype = torch.float32, moved_by: float = SINGLE) -> float:
    """How far the result of `train` moves at most when every weight of its networks starts one unit away."""
    with networks_in(dtype):
        unmoved = train()
    moves = []
    for seed in range(NUM_MOVES):
        with networks_in(dtype, moved_by=moved_by, seed=seed):
            moves.append(np.abs(train() - unmoved).max())
    return float(max(moves))
