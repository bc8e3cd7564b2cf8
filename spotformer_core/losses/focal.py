"""Focal losses, Eq. 3 of [Deng2024] as in [Lin2017]: -y alpha (1 - p)^gamma log(p), summed over the classes.

Differs from the released code of [Deng2024], which uses plain cross entropy for the boundary classes and adds a label
smoothing of 0.16 to the binary tasks; here Eq. 3 stands as printed, for all tasks.

Both functions leave the mean over frames to the caller. Probabilities are only ever handled as logarithms, so neither
the losses nor their gradients overflow for large logits, whatever gamma is.
"""

import torch
from torch import Tensor
from torch.nn import functional

from spotformer_core.shapes import Float


def binary_focal_loss(
    logits: Float[Tensor, "*frames"], targets: Float[Tensor, "*frames"], *, alpha: float, gamma: float
) -> Float[Tensor, "*frames"]:
    """The loss of every frame for one yes-or-no question.

    Args:
        targets: y in [0, 1]. A soft target counts as y of a yes and 1 - y of a no.
        alpha: weight of yes; 1 - alpha weighs no, as in [Lin2017] Sec. 3.1.
        gamma: how much less the frames count that are already right; 0 is cross entropy.
    """
    log_yes, log_no = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    loss_of_yes = alpha * (gamma * log_no).exp() * log_yes
    loss_of_no = (1 - alpha) * (gamma * log_yes).exp() * log_no
    return -(targets * loss_of_yes + (1 - targets) * loss_of_no)


def categorical_focal_loss(
    logits: Float[Tensor, "*frames classes"], targets: Float[Tensor, "*frames classes"], *, gamma: float
) -> Float[Tensor, "*frames"]:
    """The loss of every frame for one question with several answers, all weighed alike.

    Args:
        targets: y, the probability of each class; usually one is 1 and the others are 0.
        gamma: how much less the frames count that are already right; 0 is cross entropy.
    """
    log_probabilities = logits.log_softmax(dim=-1)
    focus = (gamma * _log_of_the_others(logits)).exp()
    return -(targets * focus * log_probabilities).sum(dim=-1)


def _log_of_the_others(logits: Float[Tensor, "*frames classes"]) -> Float[Tensor, "*frames classes"]:
    """log(1 - p) of every class p, summed from the other classes: it stays finite where 1 - p rounds to 0."""
    is_self = torch.eye(logits.shape[-1], dtype=torch.bool, device=logits.device)
    others = logits.unsqueeze(-2).masked_fill(is_self, -torch.inf).logsumexp(dim=-1)
    return others - logits.logsumexp(dim=-1, keepdim=True)
