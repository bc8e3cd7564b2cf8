"""Seq-ST ([Deng2024] Sec. 4.4.1, Fig. 6 a): all of space first, then all of time."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


class SeqST(nn.Module):
    """Every frame becomes one node; then the frames of the window become one.

                nodes   frames for w = 17
    space         10     17   spatial attention, FLGP
                   3     17   spatial attention, FLGP
    time           1     17   temporal attention, temporal downsampling
                   1      8   the same
                   1      3   the same
                   1      2   the same
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        to_parts, to_face = graph_poolings(config)
        self.space = nn.Sequential(
            AttentionLayer(config, axis=Axis.NODE), to_parts, AttentionLayer(config, axis=Axis.NODE), to_face
        )
        self.time = nn.Sequential(
            *(
                nn.Sequential(
                    AttentionLayer(config, axis=Axis.TIME), TemporalDownsampling(config.width, num_frames=num_frames)
                )
                for num_frames in temporal_lengths(config.window)[:-1]
            )
        )

    def forward(self, nodes: Float[Tensor, "batch window regions width"]) -> Float[Tensor, "batch width"]:
        """The one node that is left."""
        left: Tensor = self.time(self.space(nodes))
        return left.flatten(start_dim=1)
