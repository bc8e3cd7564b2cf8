"""Simul-ST, which is SpotFormer itself ([Deng2024] Sec. 3.2.6, Fig. 4 a): at every scale first space, then time."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


class SimulST(nn.Module):
    """Stages on the facial graph until it is one node, then stages on that node until it is one frame.

                nodes   frames for w = 17
    stage 1       10     17   spatial attention, temporal attention
      pooling      3      8   FLGP, temporal downsampling
    stage 2        3      8   spatial attention, temporal attention
      pooling      1      3   FLGP, temporal downsampling
    stage 3        1      3   temporal attention
      pooling      1      2   temporal downsampling
    stage 4        1      2   temporal attention
      pooling      1      1   temporal downsampling
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        first, second, *others = temporal_lengths(config.window)[:-1]
        to_parts, to_face = graph_poolings(config)
        self.stages = nn.Sequential(
            _graph_stage(config, pooling=to_parts, num_frames=first),
            _graph_stage(config, pooling=to_face, num_frames=second),
            *(_node_stage(config, num_frames=num_frames) for num_frames in others),
        )

    def forward(self, nodes: Float[Tensor, "batch window regions width"]) -> Float[Tensor, "batch width"]:
        """The one node that is left."""
        left: Tensor = self.stages(nodes)
        return left.flatten(start_dim=1)


def _graph_stage(config: ModelConfig, *, pooling: nn.Module, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.NODE),
        AttentionLayer(config, axis=Axis.TIME),
        pooling,
        TemporalDownsampling(config.width, num_frames=num_frames),
    )


def _node_stage(config: ModelConfig, *, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.TIME), TemporalDownsampling(config.width, num_frames=num_frames)
    )
