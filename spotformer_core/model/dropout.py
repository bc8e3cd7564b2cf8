"""Dropout whose random numbers cost about as much as reading them.

On the CPU PyTorch draws one Bernoulli number after the other from one generator, which takes longer than most layers
of the network. Here every element's number is a hash of its position, so that they can be computed side by side; only
the two keys of the hash come from PyTorch's generator, which therefore decides everything.

The hash is an integer finaliser of two rounds with the second key between them: every bit of the position and of the
keys changes each of the 32 bits of the result in about half of all cases. A test counts what it drops.
"""

from typing import no_type_check

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from spotformer_core.shapes import Float

_RANGE = 2**32


class Dropout(nn.Module):
    """Sets elements to 0 with probability `rate` during training and scales the others, so that the mean stays."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, values: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """`values` themselves in evaluation."""
        if not self.training or self.rate == 0:
            return values
        return values * dropout_factors(values, self.rate)


def dropout_factors(values: Tensor, rate: float) -> Tensor:
    """What dropout multiplies `values` by: 0 with probability `rate`, otherwise 1 / (1 - rate).

    On the CPU the rate is exact to 2^-32, and the factors depend on PyTorch's generator and on the number of elements
    alone, not on the number of threads.
    """
    if values.device.type != "cpu":
        return functional.dropout(torch.ones_like(values), rate)
    first_key, second_key = torch.randint(_RANGE, (2,)).tolist()
    factors = torch.empty(values.shape, dtype=torch.float32)
    threshold = np.uint32(min(round(rate * _RANGE), _RANGE - 1))
    scale = np.float32(1 / (1 - rate))
    _write_factors(factors.view(-1).numpy(), np.uint32(first_key), np.uint32(second_key), threshold, scale)
    return factors.to(values.dtype)


@numba.njit(cache=True, nogil=True)
@no_type_check
def _write_factors(
    factors: np.ndarray, first_key: np.uint32, second_key: np.uint32, threshold: np.uint32, scale: np.float32
) -> None:
    for position in range(factors.size):
        # Every product and sum is cut to 32 bits at once: otherwise it would be computed in 64, at half the speed.
        bits = np.uint32(np.uint32(np.uint32(position) * np.uint32(0x9E3779B9)) + first_key)
        bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))
        bits = np.uint32(bits * np.uint32(0x7FEB352D))
        bits = np.uint32(bits ^ second_key)
        bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(15)))
        bits = np.uint32(bits * np.uint32(0x846CA68B))
        bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))
        factors[position] = scale if bits >= threshold else np.float32(0)
