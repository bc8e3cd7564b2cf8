"""The supervised contrastive loss, Eq. 4 of [Deng2024], which is L_out of [Khosla2020]."""

import torch
from torch import Tensor
from torch.nn import functional

from spotformer_core.shapes import Float, Int


def supervised_contrastive_loss(
    features: Float[Tensor, "batch width"], classes: Int[Tensor, " batch"], *, tau: float
) -> Float[Tensor, ""]:
    """How far features of one class are from each other, compared with those of other classes.

    A frame that is alone in its class has no positive (Q(i) is empty) and is left out; a batch without any positive
    costs 0. Features are first divided by their Euclidean length, as in [Khosla2020] Sec. 3.1; the paper is silent,
    and the released code of [Deng2024] does not normalise.

    Args:
        features: z; any length.
        classes: y tilde, one number per class.
        tau: temperature, greater than 0.
    """
    directions = functional.normalize(features, dim=-1)
    is_self = torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    is_positive = (classes[:, None] == classes) & ~is_self
    num_positives = is_positive.sum(dim=1)

    log_shares = (directions @ directions.T / tau).masked_fill(is_self, -torch.inf).log_softmax(dim=1)
    # Selected, not multiplied by zero: the logarithm of a frame's share in itself is minus infinity.
    sums = log_shares.where(is_positive, 0.0).sum(dim=1)
    anchor_losses = -sums / num_positives.clamp(min=1)
    # Differs from [Deng2024] Eq. 4: the mean over anchors, not the sum, so that lambda keeps its meaning for any batch.
    return anchor_losses.sum() / (num_positives > 0).sum().clamp(min=1)
