"""Paral-ST ([Deng2024] Sec. 4.4.1, Fig. 6 b): time at every scale of the face, finer scales added to coarser ones."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_reductions
from spotformer_core.model.graph_scales import GraphScales
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


class ParalST(nn.Module):
    """Three branches with their own layers; at every length of the time axis each one is added to the next.

    regions              parts                face
    temporal attention   temporal attention   temporal attention
       '-- convolution, max --> +
                                '-- convolution, max --> +
    downsampling         downsampling         downsampling           and again, until one frame is left
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.scales = GraphScales(config)
        *others, last = temporal_lengths(config.window)[:-1]
        self.stages = nn.ModuleList(
            [
                *(_FusedStage(config, num_frames=num_frames, num_branches_left=3) for num_frames in others),
                _FusedStage(config, num_frames=last, num_branches_left=1),
            ]
        )

    def forward(self, nodes: Float[Tensor, "batch window regions width"]) -> Float[Tensor, "batch width"]:
        """The face node that is left."""
        branches = list(self.scales(nodes))
        for stage in self.stages:
            branches = stage(branches)
        face: Tensor = branches[-1]
        return face.flatten(start_dim=1)


class _FusedStage(nn.Module):
    """One length of the time axis: attention on every branch, fusion from fine to coarse, downsampling.

    Args:
        num_branches_left: the coarsest so many branches go on; the head sees the face only.
    """

    def __init__(self, config: ModelConfig, *, num_frames: int, num_branches_left: int) -> None:
        super().__init__()
        reductions = graph_reductions(config)
        self.attentions = nn.ModuleList(AttentionLayer(config, axis=Axis.TIME) for _ in range(3))
        self.fusions = nn.ModuleList(_Fusion(config.width, reduction) for reduction in reductions)
        self.downsamplings = nn.ModuleList(
            TemporalDownsampling(config.width, num_frames=num_frames) for _ in range(num_branches_left)
        )

    def forward(self, branches: list[Tensor]) -> list[Tensor]:
        attended: list[Tensor] = [attend(nodes) for attend, nodes in zip(self.attentions, branches, strict=True)]
        for coarser, fusion in enumerate(self.fusions, start=1):
            attended[coarser] = attended[coarser] + fusion(attended[coarser - 1])
        left = attended[-len(self.downsamplings) :]
        return [downsample(nodes) for downsample, nodes in zip(self.downsamplings, left, strict=True)]


class _Fusion(nn.Module):
    """The CNN layer between two scales. The paper names it without details: here a convolution over three frames that
    all nodes share, followed by the reduction that also brings the graph itself to the coarser scale.
    """

    def __init__(self, width: int, reduction: nn.Module) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(width, width, (3, 1), padding=(1, 0), bias=False)
        self.reduction = reduction

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time group width"]:
        convolved = self.convolution(nodes.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        reduced: Tensor = self.reduction(convolved)
        return reduced
