"""The supervised contrastive loss, Eq. 4 of [Deng2024], which is L_out of [Khosla2020]."""

import torch
from torch import Tensor
from torch.nn import functional

from spotformer_core.shapes import Float, Int


def supervised_contrastive_loss(
    features: Float[Tensor, "batch width"], classes: Int[Tensor, " batch"], *, tau: float, unit_length: bool = False
) -> Float[Tensor, ""]:
    """L_con: how far features of one class are from each other, compared with those of other classes; a sum over i.

    A frame that is alone in its class has nothing to sum over (Q(i) is empty) and adds 0; so a batch without any two
    frames of one class costs 0.

    Args:
        features: z; any length.
        classes: y tilde, one number per class.
        tau: temperature, greater than 0.
        unit_length: divide features by their Euclidean length first, as in [Khosla2020] Sec. 3.1. Neither [Deng2024]
            nor its released code says or does so.
    """
    z = functional.normalize(features, dim=-1) if unit_length else features
    is_self = torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    is_positive = (classes[:, None] == classes) & ~is_self
    num_positives = is_positive.sum(dim=1)

    log_shares = (z @ z.T / tau).masked_fill(is_self, -torch.inf).log_softmax(dim=1)
    # Selected, not multiplied by zero: the logarithm of a frame's share in itself is minus infinity, and in a batch of
    # one there is nothing else, so that it is not a number.
    sums = log_shares.where(is_positive, 0.0).sum(dim=1)
    return -(sums / num_positives.clamp(min=1)).sum()
