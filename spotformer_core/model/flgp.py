"""Facial local graph pooling, FLGP ([Deng2024] Sec. 3.2.5)."""

import torch
from torch import Tensor, nn

from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.shapes import Float


class FacialLocalGraphPooling(nn.Module):
    """Replaces every group of neighbouring nodes by one node: the largest value of each channel.

    The batch normalisation before the maximum stands in the released code, not in the paper.

    Args:
        group_sizes: number of members of each group, in the order of the nodes.
    """

    def __init__(self, width: int, *, group_sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.normalization = NodeBatchNorm(width)
        self.group_sizes = group_sizes

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time group width"]:
        """One node per group."""
        groups = self.normalization(nodes).split(self.group_sizes, dim=2)
        return torch.stack([members.amax(dim=2) for members in groups], dim=2)
