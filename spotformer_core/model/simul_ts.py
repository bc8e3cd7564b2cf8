"""Simul-TS ([Deng2024] Sec. 4.4.1, Fig. 6 c): at every scale first time, then space."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


class SimulTS(nn.Module):
    """Simul-ST with the two attentions, and then the two downsamplings, of every stage in the other order.

                nodes   frames for w = 17
    stage 1       10     17   temporal attention, spatial attention
      pooling      3      8   temporal downsampling, FLGP
    stage 2        3      8   temporal attention, spatial attention
      pooling      1      3   temporal downsampling, FLGP
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
        AttentionLayer(config, axis=Axis.TIME),
        AttentionLayer(config, axis=Axis.NODE),
        TemporalDownsampling(config.width, num_frames=num_frames),
        pooling,
    )


def _node_stage(config: ModelConfig, *, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.TIME), TemporalDownsampling(config.width, num_frames=num_frames)
    )
