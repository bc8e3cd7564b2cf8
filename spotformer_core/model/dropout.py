"""Dropout whose random numbers cost about as much as reading them.

On the CPU PyTorch draws one Bernoulli number after the other from one generator, which takes longer than most layers
of the network. Here every element's number is a hash of its position, so that they can be computed side by side, and
again for the gradient instead of being kept; only the two keys of the hash come from a generator of PyTorch, which
therefore decides everything.

The hash is an integer finaliser of two rounds with the second key between them: every bit of the position and of the
keys changes each of the 32 bits of the result in about half of all cases. A test counts what it drops.
"""

from typing import Any, NamedTuple, TypeAlias, no_type_check

import numba
import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

from spotformer_core.model.bfloat16 import as_float, as_stored
from spotformer_core.shapes import Float

_RANGE = 2**32

Keys: TypeAlias = tuple[tuple[int, int], ...]
"""The two keys of every part of the values: one part, or one for each of several folds that share a batch."""


class Dropout(nn.Module):
    """Sets elements to 0 with probability `rate` during training and scales the others, so that the mean stays.

    Attributes:
        streams: where the folds that share a batch draw their keys from, one generator for each; empty: one fold, which
            draws from PyTorch's default generator. On a GPU it is always the default generator of the device.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.streams: tuple[torch.Generator, ...] = ()

    @property
    def drops(self) -> bool:
        """Whether anything is dropped now."""
        return self.training and self.rate > 0

    def forward(
        self, values: Float[Tensor, "*shape"], added_to: Float[Tensor, "*shape"] | None = None
    ) -> Float[Tensor, "*shape"]:
        """What is left of `values`, all of them in evaluation.

        Args:
            added_to: what is left is added to it (a residual connection), if given.
        """
        if self.drops and values.device.type == "cpu" and _is_compiled_for(values, added_to):
            dropped: Tensor = _Dropped.apply(values, added_to, self._draw(), self.rate)  # type: ignore[no-untyped-call]
            return dropped
        left = values * self.factors(values) if self.drops else values
        return left if added_to is None else added_to + left

    def factors(self, values: Tensor) -> Tensor:
        """What dropout multiplies `values` by: 0 with probability `rate`, otherwise 1 / (1 - rate).

        On the CPU the rate is exact to 2^-32, and the factors depend on the generators and on the number of elements
        alone, not on the number of threads.
        """
        if values.device.type != "cpu":
            return functional.dropout(torch.ones_like(values), self.rate)
        factors = torch.empty(values.shape, dtype=torch.float32)
        keys = self._draw()
        for part, of_part in zip(factors.view(len(keys), -1).numpy(), keys, strict=True):
            _write_factors(part, *_hash(of_part, self.rate))
        return factors.to(values.dtype)

    def _draw(self) -> Keys:
        streams = self.streams or (torch.default_generator,)
        drawn = [torch.randint(_RANGE, (2,), generator=stream).tolist() for stream in streams]
        return tuple((first, second) for first, second in drawn)


class _Dropped(torch.autograd.Function):
    """Dropout, and the addition after it, in one pass over memory."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, added_to: Tensor | None, keys: Keys, rate: float) -> Tensor:
        ctx.keys, ctx.rate, ctx.type = keys, rate, values.dtype
        return _left(values, added_to, keys, rate, values.dtype if added_to is None else added_to.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor | None, None, None]:
        of_values = _left(gradient, None, ctx.keys, ctx.rate, ctx.type)
        return of_values, gradient if ctx.needs_input_grad[1] else None, None, None


def _is_compiled_for(values: Tensor, added_to: Tensor | None) -> bool:
    known = values.dtype in {torch.float32, torch.bfloat16}
    return known and (added_to is None or added_to.dtype == torch.float32)


def _left(values: Tensor, added_to: Tensor | None, keys: Keys, rate: float, type_: torch.dtype) -> Tensor:
    """What is left, in numbers of this type; products and sums are those of float32, rounded once."""
    left = torch.empty(values.shape, dtype=type_)
    arrays = [_as_array(tensor, len(keys)) for tensor in (values, left)]
    rest = None if added_to is None else _as_array(added_to, len(keys))
    for part, of_part in enumerate(keys):
        if rest is None:
            _write_left(arrays[1][part], arrays[0][part], *_hash(of_part, rate))
        else:
            _write_sum(arrays[1][part], arrays[0][part], rest[part], *_hash(of_part, rate))
    return left


def _as_array(tensor: Tensor, num_parts: int) -> np.ndarray:
    """The memory of a tensor, part by part; of bfloat16, which NumPy lacks, the bits."""
    parts = tensor.contiguous().view(num_parts, -1)
    return parts.view(torch.uint16).numpy() if tensor.dtype == torch.bfloat16 else parts.numpy()


class _Hash(NamedTuple):
    first_key: np.uint32
    second_key: np.uint32
    threshold: np.uint32
    """Smaller hashes are dropped."""
    scale: np.float32
    """What the others are multiplied by."""


def _hash(keys: tuple[int, int], rate: float) -> _Hash:
    threshold = min(round(rate * _RANGE), _RANGE - 1)
    return _Hash(np.uint32(keys[0]), np.uint32(keys[1]), np.uint32(threshold), np.float32(1 / (1 - rate)))


@numba.njit(cache=True, nogil=True)
@no_type_check
def _factor(
    position: int, first_key: np.uint32, second_key: np.uint32, threshold: np.uint32, scale: np.float32
) -> np.float32:
    # Every product and sum is cut to 32 bits at once: otherwise it would be computed in 64, at half the speed.
    bits = np.uint32(np.uint32(np.uint32(position) * np.uint32(0x9E3779B9)) + first_key)
    bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))
    bits = np.uint32(bits * np.uint32(0x7FEB352D))
    bits = np.uint32(bits ^ second_key)
    bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(15)))
    bits = np.uint32(bits * np.uint32(0x846CA68B))
    bits = np.uint32(bits ^ np.uint32(bits >> np.uint32(16)))
    return scale if bits >= threshold else np.float32(0)


@numba.njit(cache=True, nogil=True)
@no_type_check
def _write_factors(
    factors: np.ndarray, first_key: np.uint32, second_key: np.uint32, threshold: np.uint32, scale: np.float32
) -> None:
    for position in range(factors.size):
        factors[position] = _factor(position, first_key, second_key, threshold, scale)


@numba.njit(cache=True, nogil=True)
@no_type_check
def _write_left(
    left: np.ndarray,
    values: np.ndarray,
    first_key: np.uint32,
    second_key: np.uint32,
    threshold: np.uint32,
    scale: np.float32,
) -> None:
    for position in range(left.size):
        number = as_float(values[position]) * _factor(position, first_key, second_key, threshold, scale)
        left[position] = as_stored(number, left)


@numba.njit(cache=True, nogil=True)
@no_type_check
def _write_sum(
    sums: np.ndarray,
    values: np.ndarray,
    added_to: np.ndarray,
    first_key: np.uint32,
    second_key: np.uint32,
    threshold: np.uint32,
    scale: np.float32,
) -> None:
    for position in range(sums.size):
        left = as_float(values[position]) * _factor(position, first_key, second_key, threshold, scale)
        sums[position] = added_to[position] + left
