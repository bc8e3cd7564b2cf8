"""Paral-ST with no additional parameters ([Deng2024] Sec. 4.4.1, Table IV)."""

import torch
from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_reductions
from spotformer_core.model.graph_scales import GraphScales
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


class ParalSTShared(nn.Module):
    """Paral-ST whose scales share their temporal layers and are added to each other without convolutions.

    Temporal layers treat every node alike, so the nodes of all scales go through them side by side, as one graph of
    10 + 3 + 1 nodes. That also gives the scales common statistics in batch normalisation, in training as in scoring.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.scales = GraphScales(config)
        self.reductions = nn.ModuleList(graph_reductions(config))
        lengths = temporal_lengths(config.window)[:-1]
        self.attentions = nn.ModuleList(AttentionLayer(config, axis=Axis.TIME) for _ in lengths)
        self.downsamplings = nn.ModuleList(
            TemporalDownsampling(config.width, num_frames=num_frames) for num_frames in lengths
        )

    def forward(self, nodes: Float[Tensor, "batch window regions width"]) -> Float[Tensor, "batch width"]:
        """The face node that is left."""
        branches = self.scales(nodes)
        sizes = [branch.shape[2] for branch in branches]
        side_by_side = torch.cat(branches, dim=2)
        for attention, downsample in zip(self.attentions, self.downsamplings, strict=True):
            attended = list(attention(side_by_side).split(sizes, dim=2))
            for coarser, reduction in enumerate(self.reductions, start=1):
                attended[coarser] = attended[coarser] + reduction(attended[coarser - 1])
            side_by_side = downsample(torch.cat(attended, dim=2))
        return side_by_side[:, :, -1].flatten(start_dim=1)
