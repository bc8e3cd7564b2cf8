"""The network in the layout of the released code, plainly: what our training speed is measured against.

Written from a description of the released network, not from its text. It computes what `SpotFormer` with the
published configuration computes (a test compares them with the same weights); only how it lays out its work differs:
every batch normalisation moves the channels second, copies, normalises, moves them back and copies again, and dropout
is PyTorch's.
"""

import torch
from torch import Tensor, nn

_HEAD_WIDTH = 64
_PARTS = ((0, 3), (3, 6), (6, 10))
_PADDINGS = (0, 0, 1, 1)
"""Of the four temporal downsamplings from 17 frames to 1."""


class ChannelsSecondNorm(nn.Module):
    """Batch normalisation over D of nodes (batch, time, node, D)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(width)

    def forward(self, nodes: Tensor) -> Tensor:
        """Two copies around the normalisation."""
        images = nodes.permute(0, 3, 1, 2).contiguous()
        normed: Tensor = self.norm(images).permute(0, 2, 3, 1).contiguous()
        return normed


class Attention(nn.Module):
    """Multi-head self-attention over the last but one axis."""

    def __init__(self, width: int, num_heads: int, dropout: float) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.to_qkv = nn.Linear(width, 3 * num_heads * _HEAD_WIDTH, bias=False)
        self.weights_dropout = nn.Dropout(dropout)
        self.out = nn.Sequential(nn.Linear(num_heads * _HEAD_WIDTH, width), nn.Dropout(dropout))

    def forward(self, sequences: Tensor) -> Tensor:
        """(batch, other, length, D) to the same."""
        batch, other, length, _ = sequences.shape
        parts = self.to_qkv(sequences).chunk(3, dim=-1)
        q, k, v = (part.reshape(batch, other, length, self.num_heads, _HEAD_WIDTH).transpose(2, 3) for part in parts)
        weights = self.weights_dropout((torch.matmul(q, k.transpose(-1, -2)) * _HEAD_WIDTH**-0.5).softmax(dim=-1))
        gathered = torch.matmul(weights, v).transpose(2, 3).reshape(batch, other, length, -1)
        merged: Tensor = self.out(gathered)
        return merged


class Block(nn.Module):
    """Attention and feed-forward, each after a normalisation and with a residual, along time or along the nodes."""

    def __init__(self, width: int, num_heads: int, dropout: float, *, along_time: bool) -> None:
        super().__init__()
        self.along_time = along_time
        self.norm_1, self.norm_2 = ChannelsSecondNorm(width), ChannelsSecondNorm(width)
        self.attention = Attention(width, num_heads, dropout)
        self.feed_forward = nn.Sequential(
            nn.Linear(width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, width), nn.Dropout(dropout)
        )

    def forward(self, nodes: Tensor) -> Tensor:
        """(batch, time, node, D) to the same."""
        normed = self.norm_1(nodes)
        if self.along_time:
            attended = self.attention(normed.transpose(1, 2).contiguous()).transpose(1, 2).contiguous()
        else:
            attended = self.attention(normed)
        nodes = attended + nodes
        transformed: Tensor = self.feed_forward(self.norm_2(nodes)) + nodes
        return transformed


class Downsampling(nn.Module):
    """Normalisation and a convolution over time, the nodes taken into the batch."""

    def __init__(self, width: int, padding: int) -> None:
        super().__init__()
        self.norm = ChannelsSecondNorm(width)
        self.convolution = nn.Conv1d(width, width, 3, stride=2, padding=padding, bias=False)

    def forward(self, nodes: Tensor) -> Tensor:
        """(batch, time, node, D) to about half the time."""
        batch, time, node, width = nodes.shape
        rows = self.norm(nodes).permute(0, 2, 3, 1).reshape(batch * node, width, time)
        shorter: Tensor = self.convolution(rows)
        return shorter.reshape(batch, node, width, -1).permute(0, 3, 1, 2).contiguous()


class PublishedLayout(nn.Module):
    """The released network for w = 17 and ten regions."""

    def __init__(self, width: int = 256, num_heads: int = 4, dropout: float = 0.1) -> None:
        super().__init__()
        self.node = nn.Linear(2, width)
        self.node_norm = ChannelsSecondNorm(width)
        self.time_tokens = nn.Parameter(torch.randn(1, 18, width))
        self.part_tokens = nn.Parameter(torch.randn(3, width))
        self.dropout = nn.Dropout(dropout)
        self.spatial = nn.ModuleList(Block(width, num_heads, dropout, along_time=False) for _ in range(2))
        self.temporal = nn.ModuleList(Block(width, num_heads, dropout, along_time=True) for _ in range(4))
        self.pool_norms = nn.ModuleList(ChannelsSecondNorm(width) for _ in range(2))
        self.downsamplings = nn.ModuleList(Downsampling(width, padding) for padding in _PADDINGS)
        self.head = nn.Linear(width, 10)

    def forward(self, flow: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, 2, 17, 10) to ten logits (micro boundary, macro boundary, apexes, expressions) and the features."""
        nodes = self.node_norm(self.node(flow.permute(0, 2, 3, 1).contiguous()))
        nodes = nodes + self.time_tokens[:, : nodes.shape[1], None]
        members = [self.part_tokens[part].repeat(last - first, 1) for part, (first, last) in enumerate(_PARTS)]
        nodes = self.dropout(nodes + torch.cat(members))
        nodes = self.temporal[0](self.spatial[0](nodes))
        normed = self.pool_norms[0](nodes)
        nodes = torch.stack([normed[:, :, first:last].max(dim=2)[0] for first, last in _PARTS], dim=2)
        nodes = self.temporal[1](self.spatial[1](self.downsamplings[0](nodes)))
        nodes = self.pool_norms[1](nodes).max(dim=2, keepdim=True)[0]
        nodes = self.downsamplings[1](nodes)
        for stage in (2, 3):
            nodes = self.downsamplings[stage](self.temporal[stage](nodes))
        features = nodes.reshape(len(nodes), -1)
        return self.head(features), features
