"""Spatial graph attention and temporal node attention ([Deng2024] Sec. 3.2.4)."""

from enum import IntEnum

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.dropout import Dropout
from spotformer_core.model.feed_forward import FeedForward
from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.model.softmax_attention import SoftmaxAttention
from spotformer_core.shapes import Float


class Axis(IntEnum):
    """The axis of (batch, time, node, width) along which a node looks at others."""

    TIME = 1
    """Temporal node attention: the same node in all frames of its window."""
    NODE = 2
    """Spatial graph attention: all nodes of the same frame."""


class AttentionLayer(nn.Module):
    """Eq. 2 of [Deng2024]: z + MHSA(BN(z)), then z + MLP(BN(z)); what is added goes through dropout."""

    def __init__(self, config: ModelConfig, *, axis: Axis) -> None:
        super().__init__()
        self.attention_norm = NodeBatchNorm(config.width)
        self.attention = MultiHeadSelfAttention(config, axis=axis)
        self.feed_forward_norm = NodeBatchNorm(config.width)
        self.feed_forward = FeedForward(config)
        self.dropout = Dropout(config.dropout)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """Nodes that have seen the others along the axis of this layer."""
        attended = self.dropout(self.attention(self.attention_norm(nodes)), added_to=nodes)
        transformed: Tensor = self.dropout(self.feed_forward(self.feed_forward_norm(attended)), added_to=attended)
        return transformed


class MultiHeadSelfAttention(nn.Module):
    """MHSA of Eq. 2: softmax(q k' / sqrt(head_width)) v per head, along one axis of the nodes."""

    def __init__(self, config: ModelConfig, *, axis: Axis) -> None:
        super().__init__()
        inner_width = config.num_heads * config.head_width
        self.axis = axis
        self.heads_shape = (3, config.num_heads, config.head_width)
        self.queries_keys_values = nn.Linear(config.width, 3 * inner_width, bias=False)
        self.merge_heads = nn.Linear(inner_width, config.width)
        self.weights_dropout = Dropout(config.dropout)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """What every node gathered from the nodes along the axis."""
        projected = self.queries_keys_values(nodes).unflatten(-1, self.heads_shape)
        factors = self._weight_factors(nodes)
        gathered: Tensor = SoftmaxAttention.apply(projected, factors, self.axis)  # type: ignore[no-untyped-call]
        merged: Tensor = self.merge_heads(gathered.flatten(start_dim=-2))
        return merged

    def _weight_factors(self, nodes: Tensor) -> Tensor | None:
        """Dropout of the attention weights, (batch, sequence, heads, length, length); None where nothing is dropped."""
        if not self.weights_dropout.drops:
            return None
        length, num_sequences = nodes.shape[self.axis], nodes.shape[Axis.TIME + Axis.NODE - self.axis]
        _, num_heads, _ = self.heads_shape
        weights = nodes.new_empty((len(nodes), num_sequences, num_heads, length, length))
        return self.weights_dropout.factors(weights)
