"""SpotFormer, the multi-scale spatio-temporal transformer ([Deng2024] Sec. 3.2.6, Fig. 4 a).

                     nodes   frames for w = 17
    embedding          10     17
    stage 1            10     17   spatial attention, temporal attention
      pooling           3      8   FLGP, temporal downsampling
    stage 2             3      8   spatial attention, temporal attention
      pooling           1      3   FLGP, temporal downsampling
    stage 3             1      3   temporal attention
      pooling           1      2   temporal downsampling
    stage 4             1      2   temporal attention
      pooling           1      1   temporal downsampling
    head                           10 logits

Nothing is shared between stages. Layers keep PyTorch's own initialisation, as in the released code.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.embedding import GraphEmbedding
from spotformer_core.model.facial_graph import PARTS_PER_FACE, REGIONS_PER_PART
from spotformer_core.model.flgp import FacialLocalGraphPooling
from spotformer_core.model.head import FrameHead
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotFormerOutput:
    """What the network says about the frame in the middle of every window.

    Attributes:
        logits: before softmax and sigmoid; `head.frame_probabilities` makes probabilities of them.
        features: what the head saw, neither normalised nor projected; the z of Eq. 4 of [Deng2024].
    """

    logits: Float[Tensor, "batch kinds channels"]
    features: Float[Tensor, "batch width"]


class SpotFormer(nn.Module):
    """The network for windows of `config.window` frames."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.embedding = GraphEmbedding(config)
        self.stages = nn.Sequential(*_stages(config))
        self.head = FrameHead(config.width)

    def forward(self, windows: Float[Tensor, "batch window regions 2"]) -> SpotFormerOutput:
        """Logits and features of the frame in the middle of every window.

        Args:
            windows: SW-MRO features in pixels of the face crop.
        """
        features = self.stages(self.embedding(windows)).flatten(start_dim=1)
        return SpotFormerOutput(logits=self.head(features), features=features)


def _stages(config: ModelConfig) -> list[nn.Sequential]:
    """Two stages on the facial graph, then as many on the single node as bring the time axis to length 1."""
    # The lengths before each downsampling; the last length, 1, is what the head sees.
    first, second, *others = temporal_lengths(config.window)[:-1]
    return [
        _graph_stage(config, num_frames=first, group_sizes=REGIONS_PER_PART),
        _graph_stage(config, num_frames=second, group_sizes=PARTS_PER_FACE),
        *(_node_stage(config, num_frames=num_frames) for num_frames in others),
    ]


def _graph_stage(config: ModelConfig, *, num_frames: int, group_sizes: tuple[int, ...]) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.NODE),
        AttentionLayer(config, axis=Axis.TIME),
        FacialLocalGraphPooling(config.width, group_sizes=group_sizes),
        TemporalDownsampling(config.width, num_frames=num_frames),
    )


def _node_stage(config: ModelConfig, *, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.TIME), TemporalDownsampling(config.width, num_frames=num_frames)
    )
