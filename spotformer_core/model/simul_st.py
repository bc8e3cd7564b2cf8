"""Simul-ST, which is SpotFormer itself ([Deng2024] Sec. 3.2.6, Fig. 4 a): at every scale first space, then time."""

from torch import nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.simul_stages import SimulStages
from spotformer_core.model.temporal_downsampling import TemporalDownsampling


class SimulST(SimulStages):
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
        super().__init__(config, _graph_stage)


def _graph_stage(config: ModelConfig, pooling: nn.Module, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.NODE),
        AttentionLayer(config, axis=Axis.TIME),
        pooling,
        TemporalDownsampling(config.width, num_frames=num_frames),
    )
