"""Temporal downsampling by convolutions of kernel 3 and stride 2 ([Deng2024] Sec. 3.2.5)."""

from torch import Tensor, nn

from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.shapes import Float

_KERNEL = 3
_STRIDE = 2


class TemporalDownsampling(nn.Module):
    """Batch normalisation and a convolution over time that all nodes share.

    Args:
        num_frames: length of the time axis before it; decides the padding.
    """

    def __init__(self, width: int, *, num_frames: int) -> None:
        super().__init__()
        self.normalization = NodeBatchNorm(width)
        padding = temporal_padding(num_frames)
        self.convolution = nn.Conv2d(width, width, (_KERNEL, 1), stride=(_STRIDE, 1), padding=(padding, 0), bias=False)

    def forward(self, nodes: Float[Tensor, "batch time node width"]) -> Float[Tensor, "batch shorter node width"]:
        """Nodes of about half as many frames."""
        # Seen as (batch, width, time, node) the nodes lie in memory as channels-last images do: no copy either way.
        images = self.normalization(nodes).permute(0, 3, 1, 2)
        shorter: Tensor = self.convolution(images)
        return shorter.permute(0, 2, 3, 1)


def temporal_padding(num_frames: int) -> int:
    """Frames of zeros added at each end: 0 while at least two frames are left after the convolution, otherwise 1.

    The paper leaves the padding open; for w = 17 this rule gives the paddings 0, 0, 1, 1 of the released code.
    """
    return 0 if _length_after(num_frames, padding=0) >= 2 else 1


def temporal_lengths(window: int) -> tuple[int, ...]:
    """Lengths of the time axis from the window down to 1, one downsampling between neighbours.

    Every window from 5 on takes two downsamplings or more, one for each pooling of the facial graph: two for 5, three
    up to 13, four from 15 on.

    >>> temporal_lengths(17)
    (17, 8, 3, 2, 1)
    """
    lengths = [window]
    while lengths[-1] > 1:
        lengths.append(_length_after(lengths[-1], padding=temporal_padding(lengths[-1])))
    return tuple(lengths)


def _length_after(num_frames: int, *, padding: int) -> int:
    return (num_frames + 2 * padding - _KERNEL) // _STRIDE + 1
