"""From the feature vector of a frame to its ten probabilities ([Deng2024] Sec. 3.2.7)."""

import torch
from torch import Tensor, nn

from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.shapes import Float

BOUNDARY_CHANNELS = (Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL)
"""The three classes of one softmax: onset, offset or neither."""


class FrameHead(nn.Module):
    """The fully connected layer that ends the network."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, len(KINDS) * len(Channel))

    def forward(self, features: Float[Tensor, "batch width"]) -> Float[Tensor, "batch kinds channels"]:
        """Logits in the order of `KINDS` and `Channel`."""
        logits: Tensor = self.linear(features)
        return logits.view(-1, len(KINDS), len(Channel))


def boundary_logits(logits: Float[Tensor, "batch kinds channels"]) -> Float[Tensor, "batch kinds 3"]:
    """The logits of one softmax per kind, in the order of `BOUNDARY_CHANNELS`."""
    return torch.stack([logits[..., channel] for channel in BOUNDARY_CHANNELS], dim=-1)


def frame_probabilities(logits: Float[Tensor, "batch kinds channels"]) -> Float[Tensor, "batch kinds channels"]:
    """The ten probabilities of every frame: onset, offset and neutral sum to 1; apex and expression stand alone."""
    probabilities = logits.sigmoid()
    boundary = boundary_logits(logits).softmax(dim=-1)
    by_channel = list(probabilities.unbind(dim=-1))
    for channel, probability in zip(BOUNDARY_CHANNELS, boundary.unbind(dim=-1), strict=True):
        by_channel[channel] = probability
    return torch.stack(by_channel, dim=-1)
