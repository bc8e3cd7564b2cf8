"""The supervised contrastive loss, Eq. 4 of [Deng2024], which is L_out of [Khosla2020], and its released variant.

With s_ie = z_i . z_e / tau and sums over e other than i, the logarithm of Eq. 4 for a positive q is

    Eq. 4             s_iq - log( sum exp(s_ie) )
    released code     s_iq - m_i - log( sum exp(s_ie - m_i) + 1e-6 ),   m_i = max(s_i1, ..., s_ii, ..., s_iN)

Both are the same but for the 1e-6. Since m_i is usually the similarity of a frame with itself and features are not
normalised, all s_ie - m_i may lie far below 0; then the released term is s_iq - m_i + 13.8, and pulls a frame towards
its class without pushing the others away. m_i takes no part in the gradient.
"""

import torch
from torch import Tensor
from torch.nn import functional

from spotformer_core.choices import ContrastiveLoss
from spotformer_core.shapes import Bool, Float, Int

_RELEASED_EPSILON = 1e-6


def supervised_contrastive_loss(
    features: Float[Tensor, "batch width"],
    classes: Int[Tensor, " batch"],
    *,
    tau: float,
    unit_length: bool = False,
    form: ContrastiveLoss = ContrastiveLoss.EQ_4,
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
        form: Eq. 4 or the released code's variant of it.
    """
    z = functional.normalize(features, dim=-1) if unit_length else features
    is_self = torch.eye(len(classes), dtype=torch.bool, device=classes.device)
    is_positive = (classes[:, None] == classes) & ~is_self
    num_positives = is_positive.sum(dim=1)

    log_shares = _LOG_SHARES[form](z @ z.T / tau, is_self)
    # Selected, not multiplied by zero: the logarithm of a frame's share in itself is minus infinity, and in a batch of
    # one there is nothing else, so that it is not a number.
    sums = log_shares.where(is_positive, 0.0).sum(dim=1)
    return -(sums / num_positives.clamp(min=1)).sum()


def _log_shares(
    similarities: Float[Tensor, "batch batch"], is_self: Bool[Tensor, "batch batch"]
) -> Float[Tensor, "batch batch"]:
    return similarities.masked_fill(is_self, -torch.inf).log_softmax(dim=1)


def _released_log_shares(
    similarities: Float[Tensor, "batch batch"], is_self: Bool[Tensor, "batch batch"]
) -> Float[Tensor, "batch batch"]:
    below = similarities - similarities.detach().amax(dim=1, keepdim=True)
    others = below.exp().masked_fill(is_self, 0.0).sum(dim=1, keepdim=True)
    return below - (others + _RELEASED_EPSILON).log()


_LOG_SHARES = {ContrastiveLoss.EQ_4: _log_shares, ContrastiveLoss.AS_RELEASED: _released_log_shares}
