"""The feed-forward block of an attention layer."""

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.dropout import Dropout
from spotformer_core.shapes import Float


class FeedForward(nn.Module):
    """MLP of Eq. 2 of [Deng2024]: one hidden layer of `mlp_ratio` times the width, rounded, with GELU."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        hidden_width = max(1, round(config.mlp_ratio * config.width))
        self.layers = nn.Sequential(
            nn.Linear(config.width, hidden_width),
            nn.GELU(),
            Dropout(config.dropout),
            nn.Linear(hidden_width, config.width),
        )

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """Every node transformed on its own."""
        transformed: Tensor = self.layers(nodes)
        return transformed
