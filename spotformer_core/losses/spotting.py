"""The whole loss of one batch, Eq. 5 of [Deng2024], in the paper's form or in that of its released code.

                               recipe `paper`                     recipe `as-released`
    apex, expression           focal, Eq. 3                       distance focal with label smoothing 0.16
    onset / offset / neither   focal, Eq. 3                       plain cross entropy
    contrast                   Eq. 4                              Eq. 4 times tau / 0.07
    macro against micro        0.5 (the paper names no weights)   0.55 for SAMM-LV, otherwise 0.5

Each row is a field of `LossConfig` of its own.
"""

import torch
from torch import Tensor

from spotformer_core.config import BinaryLoss, BoundaryLoss, LossConfig
from spotformer_core.datasets.frame_channels import KINDS, Channel
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.losses.contrastive import supervised_contrastive_loss
from spotformer_core.losses.focal import binary_focal_loss, categorical_focal_loss, distance_focal_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.head import BOUNDARY_CHANNELS, boundary_logits
from spotformer_core.model.spotformer import SpotFormerOutput
from spotformer_core.shapes import Float

_MACRO, _MICRO = KINDS.index(ExpressionKind.MACRO), KINDS.index(ExpressionKind.MICRO)


def spotting_loss(output: SpotFormerOutput, labels: WindowLabels, config: LossConfig) -> Float[Tensor, ""]:
    """L_cls + lambda L_con of Eq. 5, divided by the number of windows.

    L_cls adds the three tasks of Sec. 3.2.7 for both kinds of expression, with the weights of `config`.

    Differs from [Deng2024] Eq. 3 and 4: both are printed as sums over the batch; their mean is the same up to a factor
    that all of Eq. 5 shares, and keeps its size when the batch has another one.
    """
    losses = classification_losses(output.logits, labels, config)
    classification = config.macro_weight * losses[_MACRO] + losses[_MICRO]
    if config.contrastive_lambda == 0:
        return classification
    weight = config.contrastive_lambda / len(output.features)
    if config.contrastive_base_tau > 0:
        weight *= config.contrastive_tau / config.contrastive_base_tau
    return classification + weight * supervised_contrastive_loss(
        output.features, labels.contrast, tau=config.contrastive_tau, unit_length=config.contrastive_unit_length
    )


def fold_losses(
    output: SpotFormerOutput, labels: WindowLabels, config: LossConfig, *, num_folds: int
) -> Float[Tensor, " folds"]:
    """`spotting_loss` of every fold, whose windows stand together in the batch, each fold for itself."""
    if num_folds == 1:
        return spotting_loss(output, labels, config).unsqueeze(0)

    def loss_of_fold(logits: Tensor, features: Tensor, *columns: Tensor) -> Tensor:
        boundary, apex, expression, contrast = columns
        of_fold = WindowLabels(boundary=boundary, apex=apex, expression=expression, contrast=contrast)
        return spotting_loss(SpotFormerOutput(logits=logits, features=features), of_fold, config)

    tensors = (output.logits, output.features, labels.boundary, labels.apex, labels.expression, labels.contrast)
    by_fold = (tensor.view(num_folds, -1, *tensor.shape[1:]) for tensor in tensors)
    losses: Tensor = torch.vmap(loss_of_fold)(*by_fold)
    return losses


def classification_losses(
    logits: Float[Tensor, "batch kinds channels"], labels: WindowLabels, config: LossConfig
) -> Float[Tensor, " kinds"]:
    """The weighted sum of the apex, boundary and expression losses of each kind."""
    apex = _binary_loss(logits[..., Channel.APEX], labels.apex, config, alpha=config.focal_alpha_apex)
    expression = _binary_loss(
        logits[..., Channel.EXPRESSION], labels.expression, config, alpha=config.focal_alpha_expression
    )
    losses = (
        config.apex_weight * apex
        + config.boundary_weight * _boundary_loss(logits, labels, config)
        + config.expression_weight * expression
    )
    return losses.mean(dim=0)


def _binary_loss(logits: Tensor, targets: Tensor, config: LossConfig, *, alpha: float) -> Tensor:
    loss = binary_focal_loss if config.binary_loss is BinaryLoss.FOCAL else distance_focal_loss
    return loss(logits, targets, alpha=alpha, gamma=config.focal_gamma, smoothing=config.label_smoothing)


def _boundary_loss(logits: Tensor, labels: WindowLabels, config: LossConfig) -> Tensor:
    is_class = torch.stack([labels.boundary == channel for channel in BOUNDARY_CHANNELS], dim=-1).to(logits.dtype)
    gamma = config.focal_gamma if config.boundary_loss is BoundaryLoss.FOCAL else 0.0
    return categorical_focal_loss(boundary_logits(logits), is_class, gamma=gamma)
