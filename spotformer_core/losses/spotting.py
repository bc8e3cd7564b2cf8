"""The whole loss of one batch, Eq. 5 of [Deng2024]."""

import torch
from torch import Tensor

from spotformer_core.config import LossConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.losses.contrastive import supervised_contrastive_loss
from spotformer_core.losses.focal import binary_focal_loss, categorical_focal_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.head import BOUNDARY_CHANNELS, boundary_logits
from spotformer_core.model.spotformer import SpotFormerOutput
from spotformer_core.shapes import Float

_MACRO, _MICRO = KINDS.index(ExpressionKind.MACRO), KINDS.index(ExpressionKind.MICRO)


def spotting_loss(output: SpotFormerOutput, labels: WindowLabels, config: LossConfig) -> Float[Tensor, ""]:
    """L_cls + lambda L_con of Eq. 5.

    L_cls adds the three tasks of Sec. 3.2.7 for both kinds of expression, with the weights of `config`; each task is a
    mean over the batch. The paper names no weights, those of the released code are the defaults.
    """
    losses = classification_losses(output.logits, labels, config)
    classification = config.macro_weight * losses[_MACRO] + losses[_MICRO]
    if config.contrastive_lambda == 0:
        return classification
    contrast = supervised_contrastive_loss(output.features, labels.contrast, tau=config.contrastive_tau)
    return classification + config.contrastive_lambda * contrast


def classification_losses(
    logits: Float[Tensor, "batch kinds channels"], labels: WindowLabels, config: LossConfig
) -> Float[Tensor, " kinds"]:
    """The weighted sum of the apex, boundary and expression losses of each kind."""
    apex = binary_focal_loss(
        logits[..., Channel.APEX], labels.apex, alpha=config.focal_alpha_apex, gamma=config.focal_gamma
    )
    expression = binary_focal_loss(
        logits[..., Channel.EXPRESSION],
        labels.expression,
        alpha=config.focal_alpha_expression,
        gamma=config.focal_gamma,
    )
    is_class = torch.stack([labels.boundary == channel for channel in BOUNDARY_CHANNELS], dim=-1)
    boundary = categorical_focal_loss(boundary_logits(logits), is_class.to(logits.dtype), gamma=config.focal_gamma)
    losses = config.apex_weight * apex + config.boundary_weight * boundary + config.expression_weight * expression
    return losses.mean(dim=0)
