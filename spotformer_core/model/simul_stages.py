"""What Simul-ST and Simul-TS share: two stages on the facial graph, then stages on the one node that is left."""

from collections.abc import Callable

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths
from spotformer_core.shapes import Float

GraphStage = Callable[[ModelConfig, nn.Module, int], nn.Sequential]
"""Makes a stage on the graph from the configuration, the pooling of its nodes and its number of frames."""


class SimulStages(nn.Module):
    """Space and time are pooled in the same stages; `graph_stage` says in which order."""

    def __init__(self, config: ModelConfig, graph_stage: GraphStage) -> None:
        super().__init__()
        first, second, *others = temporal_lengths(config.window)[:-1]
        to_parts, to_face = graph_poolings(config)
        self.stages = nn.Sequential(
            graph_stage(config, to_parts, first),
            graph_stage(config, to_face, second),
            *(_node_stage(config, num_frames) for num_frames in others),
        )

    def forward(self, nodes: Float[Tensor, "batch window regions width"]) -> Float[Tensor, "batch width"]:
        """The one node that is left."""
        left: Tensor = self.stages(nodes)
        return left.flatten(start_dim=1)


def _node_stage(config: ModelConfig, num_frames: int) -> nn.Sequential:
    return nn.Sequential(
        AttentionLayer(config, axis=Axis.TIME), TemporalDownsampling(config.width, num_frames=num_frames)
    )
