"""Focal losses, Eq. 3 of [Deng2024] as in [Lin2017]: -y alpha (1 - p)^gamma log(p), summed over the classes.

`distance_focal_loss` is what the released code of [Deng2024] computes for its binary tasks instead:

    target     Eq. 3 (y: soft target)                        released code (s: label smoothing)
    y > 0      -y alpha (1 - p)^gamma log(p)                 -alpha |y - p|^gamma log(p + 1e-5)
               - (1 - y) (1 - alpha) p^gamma log(1 - p)
    y = 0      -(1 - alpha) p^gamma log(1 - p)               -(1 - alpha) |s - p|^gamma log(1 - p + 1e-5)

All functions leave the mean over frames to the caller. Neither the losses nor their gradients overflow for large
logits, whatever gamma is: probabilities of Eq. 3 are only ever handled as logarithms.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from spotformer_core.shapes import Float

_RELEASED_EPSILON = 1e-5
_SMALLEST_DISTANCE = 1e-6
"""Below it a distance to the target counts as this much: the slope of |x|^gamma at 0 is infinite for gamma < 1."""


def binary_focal_loss(
    logits: Float[Tensor, "*frames"],
    targets: Float[Tensor, "*frames"],
    *,
    alpha: float,
    gamma: float,
    smoothing: float = 0.0,
) -> Float[Tensor, "*frames"]:
    """The loss of every frame for one yes-or-no question.

    Args:
        targets: y in [0, 1]. A soft target counts as y of a yes and 1 - y of a no.
        alpha: weight of yes; 1 - alpha weighs no, as in [Lin2017] Sec. 3.1.
        gamma: how much less the frames count that are already right; 0 is cross entropy.
        smoothing: s: a no whose probability is s counts as entirely right; |p - s| takes the place of p.
    """
    log_yes, log_no = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    focus_of_no = (gamma * log_yes).exp() if smoothing == 0 else _distance_power(logits.sigmoid() - smoothing, gamma)
    loss_of_yes = alpha * (gamma * log_no).exp() * log_yes
    loss_of_no = (1 - alpha) * focus_of_no * log_no
    return -(targets * loss_of_yes + (1 - targets) * loss_of_no)


def distance_focal_loss(
    logits: Float[Tensor, "*frames"], targets: Float[Tensor, "*frames"], *, alpha: float, gamma: float, smoothing: float
) -> Float[Tensor, "*frames"]:
    """The loss of every frame for one yes-or-no question in the released code of [Deng2024].

    Args:
        targets: y in [0, 1]; everything above 0 is a yes whose probability should be y.
        alpha: weight of yes; 1 - alpha weighs no.
        gamma: how much less the frames count whose probability is near its target.
        smoothing: s: the probability that a no should have.
    """
    probabilities = logits.sigmoid()
    loss_of_yes = alpha * _distance_power(targets - probabilities, gamma) * (probabilities + _RELEASED_EPSILON).log()
    # 1 - p as the sigmoid of the opposite: for large logits the difference would lose all its digits.
    log_no = ((-logits).sigmoid() + _RELEASED_EPSILON).log()
    loss_of_no = (1 - alpha) * _distance_power(probabilities - smoothing, gamma) * log_no
    return -loss_of_yes.where(targets > 0, loss_of_no)


def categorical_focal_loss(
    logits: Float[Tensor, "*frames classes"],
    targets: Float[Tensor, "*frames classes"],
    *,
    alphas: Sequence[float],
    gamma: float,
) -> Float[Tensor, "*frames"]:
    """The loss of every frame for one question with several answers.

    Args:
        targets: y, the probability of each class; usually one is 1 and the others are 0.
        alphas: weight of each class.
        gamma: how much less the frames count that are already right; 0 is weighted cross entropy.
    """
    terms = targets * logits.log_softmax(dim=-1)
    if gamma != 0:
        terms = terms * (gamma * _log_of_the_others(logits)).exp()
    # Numbers and no tensor of them: a step that is recorded on a GPU must not copy anything there.
    weighted = [alpha * term for alpha, term in zip(alphas, terms.unbind(dim=-1), strict=True)]
    return -torch.stack(weighted, dim=-1).sum(dim=-1)


def _distance_power(differences: Tensor, gamma: float) -> Tensor:
    return differences.abs().clamp(min=_SMALLEST_DISTANCE) ** gamma


def _log_of_the_others(logits: Float[Tensor, "*frames classes"]) -> Float[Tensor, "*frames classes"]:
    """log(1 - p) of every class p, summed from the other classes: it stays finite where 1 - p rounds to 0."""
    is_self = torch.eye(logits.shape[-1], dtype=torch.bool, device=logits.device)
    others = logits.unsqueeze(-2).masked_fill(is_self, -torch.inf).logsumexp(dim=-1)
    return others - logits.logsumexp(dim=-1, keepdim=True)
