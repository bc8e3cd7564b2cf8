"""Simul-TS ([Deng2024] Sec. 4.4.1, Fig. 6 c): at every scale first time, then space."""

from torch import nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.simul_stages import SimulStages
from spotformer_core.model.temporal_downsampling import TemporalDownsampling


class SimulTS(SimulStages):
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
        super().__init__(config, _graph_stage)


def _graph_stage(config: ModelConfig, pooling: nn.Module, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.TIME),
        AttentionLayer(config, axis=Axis.NODE),
        TemporalDownsampling(config.width, num_frames=num_frames),
        pooling,
    )
