"""The labels of windows, in the form in which the losses take them."""

from dataclasses import dataclass

from torch import Tensor

from spotformer_core.shapes import Float, Int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class WindowLabels:
    """Labels of the frame in the middle of every window; `datasets.frame_labels` says what they mean.

    Attributes:
        boundary: `Channel.ONSET`, `Channel.OFFSET` or `Channel.NEUTRAL`.
        apex: 1 at an apex, less beside it, otherwise 0.
        expression: 1 inside an expression, otherwise 0.
        contrast: a `ContrastClass`.
    """

    boundary: Int[Tensor, "batch kinds"]
    apex: Float[Tensor, "batch kinds"]
    expression: Float[Tensor, "batch kinds"]
    contrast: Int[Tensor, " batch"]
