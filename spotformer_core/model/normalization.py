"""Batch normalisation of node features in the layout (batch, time, node, channel)."""

from torch import Tensor, nn

from spotformer_core.shapes import Float


class NodeBatchNorm(nn.Module):
    """Normalises every channel over batch, time and nodes together."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.statistics = nn.BatchNorm1d(width)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """`nodes` with mean 0 and variance 1 per channel, scaled and shifted by learned weights."""
        # Channels stand last, so (-1, width) is a view: the channels-second layout would cost two copies.
        normalized: Tensor = self.statistics(nodes.flatten(end_dim=-2))
        return normalized.view(nodes.shape)
