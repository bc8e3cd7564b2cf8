"""Graph node, temporal and facial part embeddings ([Deng2024] Sec. 3.2.1 to 3.2.3)."""

import torch
from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.dropout import Dropout
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.shapes import Float


class GraphEmbedding(nn.Module):
    """From the flow of every region to a feature vector that also knows its place in the window and in the face."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        graph = facial_graph(config.regions)
        self.regions_per_part = graph.regions_per_part
        self.node = nn.Linear(2, config.width)
        self.normalization = NodeBatchNorm(config.width)
        # delta_t and delta_s of Sec. 3.2.2 and 3.2.3; the paper names no initialisation, the released code a normal.
        self.time_tokens = nn.Parameter(torch.randn(config.window, config.width))
        self.part_tokens = nn.Parameter(torch.randn(graph.num_parts, config.width))
        self.dropout = Dropout(config.dropout)

    def forward(self, windows: Float[Tensor, "batch window regions 2"]) -> Float[Tensor, "batch window regions width"]:
        """The embedded nodes: every frame's nodes share a time token, every part's nodes share a part token."""
        nodes = self.normalization(self.node(windows))
        tokens = self.time_tokens[..., :, None, :] + self._region_tokens()[..., None, :, :]
        # Tokens of several folds have a leading axis of folds, whose windows stand together in the batch.
        by_fold = nodes.view(*tokens.shape[:-3], -1, *nodes.shape[1:])
        embedded: Tensor = self.dropout((by_fold + tokens.unsqueeze(-4)).view(nodes.shape))
        return embedded

    def _region_tokens(self) -> Float[Tensor, "*folds regions width"]:
        parts = zip(self.part_tokens.unbind(dim=-2), self.regions_per_part, strict=True)
        return torch.cat(
            [token.unsqueeze(-2).expand(*token.shape[:-1], num_regions, -1) for token, num_regions in parts], dim=-2
        )
