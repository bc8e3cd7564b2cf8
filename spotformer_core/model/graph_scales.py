"""The three scales of the facial graph, made before time is looked at: the first half of Paral-ST."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.shapes import Float


class GraphScales(nn.Module):
    """Spatial attention on the regions, FLGP, spatial attention on the parts, FLGP."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.on_regions = AttentionLayer(config, axis=Axis.NODE)
        self.on_parts = AttentionLayer(config, axis=Axis.NODE)
        self.to_parts, self.to_face = graph_poolings(config)

    def forward(
        self, nodes: Float[Tensor, "batch window regions width"]
    ) -> tuple[
        Float[Tensor, "batch window regions width"],
        Float[Tensor, "batch window parts width"],
        Float[Tensor, "batch window 1 width"],
    ]:
        """The nodes of all three scales, every frame for itself."""
        regions = self.on_regions(nodes)
        parts = self.on_parts(self.to_parts(regions))
        return regions, parts, self.to_face(parts)
