"""Spatial graph attention and temporal node attention ([Deng2024] Sec. 3.2.4)."""

from enum import IntEnum

from torch import Tensor, nn

from spotformer_core.config import ModelConfig
from spotformer_core.model.feed_forward import FeedForward
from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.shapes import Float


class Axis(IntEnum):
    """The axis of (batch, time, node, width) along which a node looks at others."""

    TIME = 1
    """Temporal node attention: the same node in all frames of its window."""
    NODE = 2
    """Spatial graph attention: all nodes of the same frame."""


class AttentionLayer(nn.Module):
    """Eq. 2 of [Deng2024]: z + MHSA(BN(z)), then z + MLP(BN(z))."""

    def __init__(self, config: ModelConfig, *, axis: Axis) -> None:
        super().__init__()
        self.attention_norm = NodeBatchNorm(config.width)
        self.attention = MultiHeadSelfAttention(config, axis=axis)
        self.feed_forward_norm = NodeBatchNorm(config.width)
        self.feed_forward = FeedForward(config)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """Nodes that have seen the others along the axis of this layer."""
        attended: Tensor = nodes + self.attention(self.attention_norm(nodes))
        transformed: Tensor = attended + self.feed_forward(self.feed_forward_norm(attended))
        return transformed


class MultiHeadSelfAttention(nn.Module):
    """MHSA of Eq. 2: softmax(q k' / sqrt(head_width)) v per head, along one axis of the nodes."""

    def __init__(self, config: ModelConfig, *, axis: Axis) -> None:
        super().__init__()
        inner_width = config.num_heads * config.head_width
        self.axis = axis
        self.heads_shape = (3, config.num_heads, config.head_width)
        self.scale = config.head_width**-0.5
        self.queries_keys_values = nn.Linear(config.width, 3 * inner_width, bias=False)
        self.weights_dropout = nn.Dropout(config.dropout)
        self.merge_heads = nn.Linear(inner_width, config.width)
        self.output_dropout = nn.Dropout(config.dropout)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch time node width"]:
        """What every node gathered from the nodes along the axis."""
        heads = self.queries_keys_values(nodes).unflatten(-1, self.heads_shape)
        # (batch, time, node, 3, heads, head_width) to (3, batch, other axis, heads, axis, head_width)
        queries, keys, values = heads.transpose(Axis.NODE, self.axis).permute(3, 0, 1, 4, 2, 5)
        # One column per query: on the CPU a softmax down short columns is faster than one along short rows.
        weights = self.weights_dropout((keys @ queries.mT * self.scale).softmax(dim=-2))
        gathered = (weights.mT @ values).transpose(2, 3).transpose(Axis.NODE, self.axis)
        merged: Tensor = self.output_dropout(self.merge_heads(gathered.flatten(start_dim=-2)))
        return merged
