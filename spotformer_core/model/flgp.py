"""Facial local graph pooling, FLGP, and the pooling that it is compared with ([Deng2024] Sec. 3.2.5, Table III).

                     flgp                      average
    first pooling    regions to parts (max)    every region stays
    second pooling   parts to face (max)       regions to face (mean)

Each pooling normalises first, as the released code does (not the paper), so that both have the same parameters.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from spotformer_core.config import GraphPooling, ModelConfig
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.shapes import Float


class NormalizedPooling(nn.Module):
    """Batch normalisation, then a reduction of the graph."""

    def __init__(self, width: int, reduction: nn.Module) -> None:
        super().__init__()
        self.normalization = NodeBatchNorm(width)
        self.reduction = reduction

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time group width"]:
        """The nodes of the next scale."""
        reduced: Tensor = self.reduction(self.normalization(nodes))
        return reduced


class GroupMaximum(nn.Module):
    """Replaces every group of neighbouring nodes by one node: the largest value of each channel.

    Args:
        group_sizes: number of members of each group, in the order of the nodes.
    """

    def __init__(self, group_sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.group_sizes = group_sizes

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time group width"]:
        """One node per group."""
        pooled: Tensor = _GroupMaximum.apply(nodes, self.group_sizes)  # type: ignore[no-untyped-call]
        return pooled


class GraphMean(nn.Module):
    """Replaces all nodes by their mean."""

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time 1 width"]:
        """One node."""
        return nodes.mean(dim=2, keepdim=True)


def graph_reductions(config: ModelConfig) -> tuple[nn.Module, nn.Module]:
    """From the first scale of the facial graph to the second, and from the second to one node."""
    if config.graph_pooling is GraphPooling.AVERAGE:
        return nn.Identity(), GraphMean()
    graph = facial_graph(config.regions)
    return GroupMaximum(graph.regions_per_part), GroupMaximum((graph.num_parts,))


def graph_poolings(config: ModelConfig) -> tuple[NormalizedPooling, NormalizedPooling]:
    """`graph_reductions`, each after its batch normalisation."""
    first, second = graph_reductions(config)
    return NormalizedPooling(config.width, first), NormalizedPooling(config.width, second)


class _GroupMaximum(torch.autograd.Function):
    """The gradient written out: PyTorch's own takes three times as many passes over the nodes."""

    @staticmethod
    def forward(ctx: Any, nodes: Tensor, group_sizes: tuple[int, ...]) -> Tensor:
        groups = torch.split(nodes, list(group_sizes), dim=2)
        pooled = torch.stack([members.amax(dim=2) for members in groups], dim=2)
        ctx.save_for_backward(nodes, pooled)
        ctx.group_sizes = group_sizes
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        nodes, pooled = ctx.saved_tensors
        of_nodes = torch.empty_like(nodes)
        first = 0
        for group, size in enumerate(ctx.group_sizes):
            members = slice(first, first + size)
            is_largest = (nodes[:, :, members] == pooled[:, :, group, None]).to(nodes.dtype)
            # Equal members share the gradient: in the first frame of a window all flow is zero and all members equal.
            share = gradient[:, :, group] / is_largest.sum(dim=2)
            torch.mul(is_largest, share[:, :, None], out=of_nodes[:, :, members])
            first += size
        return of_nodes, None
