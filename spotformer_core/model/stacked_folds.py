"""Networks of several folds as one, so that a GPU does the work of all in one operation.

The batch of the stacked network holds the windows of the folds one after another. Only what has parameters must know
that: linear layers, batch normalisations and convolutions, which are replaced here by ones whose parameters have a
leading axis of folds, and the tokens of the embedding, which take that axis as they are. All else (attention, pooling,
GELU) works on windows and does not ask whose they are, so every box of [Deng2024] stays where it is.

    parameter of the network of fold k      a view of row k of that of the stacked network
    its gradient                            a view of row k of its gradient
    running statistics of fold k            a view of row k

Each fold's network is therefore trained with the stacked one; it can be scored or saved at any moment, and its own
optimiser moves its rows.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from spotformer_core.model.dropout import Dropout
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Float


class StackedLinear(nn.Module):
    """`nn.Linear` of several folds: weight (folds, out, in), bias (folds, out)."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias

    def forward(self, values: Float[Tensor, "*rows inputs"]) -> Float[Tensor, "*rows outputs"]:
        """Each fold's rows by its own weights."""
        rows = values.reshape(len(self.weight), -1, values.shape[-1])
        if self.bias is None:
            products = torch.bmm(rows, self.weight.mT)
        else:
            products = torch.baddbmm(self.bias[:, None], rows, self.weight.mT)
        return products.view(*values.shape[:-1], -1)


class StackedConvolution(nn.Module):
    """`nn.Conv2d` over time alone, of several folds: weight (folds, out, in, kernel, 1), no bias."""

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__()
        self.weight = layer.weight
        self.stride, self.padding = layer.stride[0], int(layer.padding[0])

    def forward(self, images: Float[Tensor, "batch inputs time node"]) -> Float[Tensor, "batch outputs shorter node"]:
        """Each fold's images by its own weights."""
        nodes = functional.pad(images.permute(0, 2, 3, 1), (0, 0, 0, 0, self.padding, self.padding))
        seen = nodes.unfold(1, self.weight.shape[3], self.stride)  # (batch, shorter, node, inputs, kernel)
        rows = seen.reshape(len(self.weight), -1, self.weight[0, 0].numel())
        products = torch.bmm(rows, self.weight.flatten(start_dim=2).mT)
        return products.view(*seen.shape[:3], -1).permute(0, 3, 1, 2)


class StackedBatchNorm(nn.Module):
    """`nn.BatchNorm1d` of several folds, each with its own statistics: all state has a leading axis of folds."""

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(self, layer: nn.BatchNorm1d) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight, layer.bias
        self.epsilon, self.momentum = layer.eps, layer.momentum or 0.0
        for name, buffer in layer.named_buffers():
            self.register_buffer(name, buffer)

    def forward(self, rows: Float[Tensor, "rows width"]) -> Float[Tensor, "rows width"]:
        """Each fold's rows with mean 0 and variance 1 per channel, scaled and shifted by its own weights."""
        by_fold = rows.view(len(self.weight), -1, rows.shape[-1])
        variance, mean = torch.var_mean(by_fold, dim=1, correction=0) if self.training else self._running()
        if self.training:
            self._follow(mean.detach(), variance.detach(), num_rows=by_fold.shape[1])
        scale = self.weight * (variance + self.epsilon).rsqrt()
        return ((by_fold - mean[:, None]) * scale[:, None] + self.bias[:, None]).view_as(rows)

    def _running(self) -> tuple[Tensor, Tensor]:
        return self.running_var, self.running_mean

    def _follow(self, mean: Tensor, variance: Tensor, *, num_rows: int) -> None:
        """Moves the running statistics; like PyTorch's, they follow the variance of a sample."""
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        of_sample = variance * (num_rows / (num_rows - 1))
        self.running_var.lerp_(of_sample.to(self.running_var.dtype), self.momentum)
        self.num_batches_tracked.add_(1)


_STACKED: dict[type[nn.Module], Callable[[Any], nn.Module]] = {
    nn.Linear: StackedLinear,
    nn.Conv2d: StackedConvolution,
    nn.BatchNorm1d: StackedBatchNorm,
}


def stacked_network(networks: Sequence[SpotFormer], streams: Sequence[torch.Generator]) -> SpotFormer:
    """The network of all folds; from now on it shares its memory with `networks`.

    Args:
        networks: of one configuration and on one device.
        streams: what the dropout of each fold draws from on the CPU.
    """
    stacked = deepcopy(networks[0])
    for name, layer in list(stacked.named_modules()):
        if type(layer) in _STACKED:
            stacked.set_submodule(name, _STACKED[type(layer)](layer))
        elif isinstance(layer, Dropout):
            layer.streams = tuple(streams)
    for name, _ in list(stacked.named_parameters()):
        _share_parameter(stacked, networks, name)
    for name, _ in list(stacked.named_buffers()):
        _share_buffer(stacked, networks, name)
    return stacked


def _share_parameter(stacked: SpotFormer, networks: Sequence[SpotFormer], name: str) -> None:
    of_folds = [network.get_parameter(name) for network in networks]
    together = nn.Parameter(torch.stack([of_fold.detach() for of_fold in of_folds]))
    together.grad = torch.zeros_like(together)
    for row, of_fold in enumerate(of_folds):
        of_fold.data, of_fold.grad = together.data[row], together.grad[row]
    owner, _, attribute = name.rpartition(".")
    setattr(stacked.get_submodule(owner), attribute, together)


def _share_buffer(stacked: SpotFormer, networks: Sequence[SpotFormer], name: str) -> None:
    together = torch.stack([network.get_buffer(name) for network in networks])
    owner, _, attribute = name.rpartition(".")
    setattr(stacked.get_submodule(owner), attribute, together)
    for row, network in enumerate(networks):
        setattr(network.get_submodule(owner), attribute, together[row])
