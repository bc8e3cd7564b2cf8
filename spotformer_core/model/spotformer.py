"""The whole network: embedding, one of the architectures of [Deng2024] Table IV, head.

    windows (batch, window, regions, 2) - embedding - architecture - features (batch, width) - head - ten logits

The architectures are made of the same parts and, `paral-st` apart, of equally many: two spatial attention layers, one
temporal attention layer and one temporal downsampling per length of the time axis, two poolings. Nothing is shared
between stages. Layers keep PyTorch's own initialisation, as in the released code.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from spotformer_core.config import Architecture, ModelConfig
from spotformer_core.model.embedding import GraphEmbedding
from spotformer_core.model.head import FrameHead
from spotformer_core.model.paral_st import ParalST
from spotformer_core.model.paral_st_shared import ParalSTShared
from spotformer_core.model.seq_st import SeqST
from spotformer_core.model.simul_st import SimulST
from spotformer_core.model.simul_ts import SimulTS
from spotformer_core.shapes import Float

_ARCHITECTURES = {
    Architecture.SIMUL_ST: SimulST,
    Architecture.SEQ_ST: SeqST,
    Architecture.PARAL_ST: ParalST,
    Architecture.PARAL_ST_SHARED: ParalSTShared,
    Architecture.SIMUL_TS: SimulTS,
}


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
        self.config = config
        self.embedding = GraphEmbedding(config)
        self.architecture: nn.Module = _ARCHITECTURES[config.architecture](config)
        self.head = FrameHead(config.width)

    def forward(self, windows: Float[Tensor, "batch window regions 2"]) -> SpotFormerOutput:
        """Logits and features of the frame in the middle of every window.

        Args:
            windows: the features of `config.features`, in pixels of the face crop.
        """
        features = self.architecture(self.embedding(windows))
        return SpotFormerOutput(logits=self.head(features), features=features)
