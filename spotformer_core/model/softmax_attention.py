"""softmax(q k' / sqrt(head_width)) v along one axis of the nodes, with its gradient written out.

The sequences are short (at most 25) and many, so that moving numbers costs as much as multiplying them. Automatic
differentiation would copy every operand of every product through main memory. Here a few windows at a time are brought
into place, multiplied and put back while they lie in the cache. For the gradient they are kept as they were brought
into place, which takes no more memory than what they were brought from, and the attention weights beside them.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from spotformer_core.shapes import Float

_CACHED_NUMBERS = 2**19
"""Queries, keys and values that are worked on at a time: 2 MB in single precision."""


class SoftmaxAttention(torch.autograd.Function):
    """What every node gathers from the nodes of its sequence, head by head."""

    @staticmethod
    def forward(
        ctx: Any,
        projected: Float[Tensor, "batch time node 3 heads head_width"],
        weight_factors: Float[Tensor, "batch other heads length length"] | None,
        axis: int,
    ) -> Float[Tensor, "batch time node heads head_width"]:
        """Args:
        projected: queries, keys and values.
        weight_factors: multiply the attention weights (dropout), or None.
        axis: along which a sequence lies, 1 (time) or 2 (node); the other one is the axis of sequences.
        """
        scale = projected.shape[-1] ** -0.5
        if weight_factors is not None:
            weight_factors = weight_factors.to(projected.dtype)
        gathered = projected.new_empty((*projected.shape[:3], *projected.shape[4:]))
        kept_for_gradient: list[Tensor] = []
        for windows in _cached_parts(projected):
            queries, keys, values = sequences = _sequences(projected[windows], axis)
            # One column per query: on the CPU a softmax down short columns is faster than one along short rows.
            weights = torch.bmm(keys, queries.mT).mul_(scale).softmax(dim=1).to(values.dtype)
            kept = _kept(weights, weight_factors, windows)
            place = gathered[windows].transpose(2, axis).transpose(2, 3)
            place.copy_(torch.bmm(kept.mT, values).view(place.shape))
            kept_for_gradient += [sequences, weights]
        ctx.save_for_backward(weight_factors, *kept_for_gradient)
        ctx.axis, ctx.scale, ctx.shape = axis, scale, projected.shape
        return gathered

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, of_gathered: Float[Tensor, "batch time node heads head_width"]
    ) -> tuple[Float[Tensor, "batch time node 3 heads head_width"], None, None]:
        """The gradient of the queries, keys and values."""
        weight_factors, *kept = ctx.saved_tensors
        of_projected = of_gathered.new_empty(ctx.shape)
        for windows, sequences, weights in zip(_cached_parts(of_projected), kept[::2], kept[1::2], strict=True):
            queries, keys, values = sequences
            gradients = torch.empty_like(sequences)
            of_sums = of_gathered[windows].transpose(2, ctx.axis).transpose(2, 3).reshape(values.shape)
            torch.bmm(_kept(weights, weight_factors, windows), of_sums, out=gradients[2])
            of_weights = _kept(torch.bmm(values, of_sums.mT), weight_factors, windows)
            of_scores = _of_softmax(of_weights, weights).mul_(ctx.scale)
            torch.bmm(of_scores.mT, keys, out=gradients[0])
            torch.bmm(of_scores, queries, out=gradients[1])
            _put_back(gradients, _by_sequence(of_projected[windows], ctx.axis))
        return of_projected, None, None


def _cached_parts(projected: Tensor) -> Iterator[slice]:
    """Consecutive windows whose numbers fit the cache; all of them at once on a GPU, which hides its memory."""
    num_windows = len(projected)
    step = max(1, _CACHED_NUMBERS // projected[0].numel()) if projected.device.type == "cpu" else num_windows
    return (slice(first, first + step) for first in range(0, num_windows, step))


def _by_sequence(projected: Tensor, axis: int) -> Tensor:
    """A view (3, batch, other, heads, length, head_width)."""
    return projected.transpose(2, axis).permute(3, 0, 1, 4, 2, 5)


def _sequences(projected: Tensor, axis: int) -> Float[Tensor, "3 sequences length head_width"]:
    """Queries, keys and values of every head of every sequence, side by side in memory."""
    view = _by_sequence(projected, axis)
    return view.reshape(3, -1, *view.shape[-2:])


def _put_back(gradients: Float[Tensor, "3 sequences length head_width"], place: Tensor) -> None:
    """Writes the gradients of queries, keys and values where `_sequences` took them from."""
    gradients = gradients.view(place.shape)
    for part in range(3):
        for head in range(place.shape[3]):
            # One head at a time: the inner loop of a copy runs over two axes, and heads are few but frames are not.
            place[part, :, :, head].copy_(gradients[part, :, :, head])


def _of_softmax(of_weights: Tensor, weights: Tensor) -> Tensor:
    """The gradient before a softmax down the columns, by the operator that automatic differentiation uses."""
    gradient: Tensor = torch.ops.aten._softmax_backward_data(of_weights, weights, 1, weights.dtype)  # noqa: SLF001
    return gradient


def _kept(weights: Tensor, weight_factors: Tensor | None, windows: slice) -> Tensor:
    """The weights that dropout leaves."""
    return weights if weight_factors is None else weights * weight_factors[windows].view(weights.shape)
