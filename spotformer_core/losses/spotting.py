"""The whole loss of one batch, Eq. 5 of [Deng2024], in the paper's form or in that of its released code.

                               recipe `published`                 recipe `as-released`
    apex, expression           focal, Eq. 3                       distance focal with label smoothing 0.16
    onset / offset / neither   focal, Eq. 3, alpha 0.45 0.45 0.1  plain cross entropy
    contrast                   Eq. 4                              with 1e-6 in its logarithm, times tau / 0.07
    weights                    macro_weight (apex + boundary + 0.1 expression) + 1.8 apex + boundary + 0.1 expression
    macro_weight               0.55 for SAMM-LV, otherwise 0.5

Each row is a field of `LossConfig` of its own; the paper names neither alphas nor weights.
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
    classification = classification_losses(output.logits, labels, config).sum()
    if config.contrastive_lambda == 0:
        return classification
    weight = config.contrastive_lambda / len(output.features)
    if config.contrastive_base_tau > 0:
        weight *= config.contrastive_tau / config.contrastive_base_tau
    return classification + weight * supervised_contrastive_loss(
        output.features,
        labels.contrast,
        tau=config.contrastive_tau,
        unit_length=config.contrastive_unit_length,
        form=config.contrastive_loss,
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
    """The weighted sum of the apex, boundary and expression losses of each kind; a mean over the batch."""
    macro = config.macro_weight
    # A weight of 0 leaves what it would multiply unread, so that fields without effect can be told by who reads them.
    tasks = (
        (_apex_loss, macro and macro * config.macro_apex_weight, config.micro_apex_weight),
        (_boundary_loss, macro and macro * config.macro_boundary_weight, config.micro_boundary_weight),
        (_expression_loss, macro and macro * config.macro_expression_weight, config.micro_expression_weight),
    )
    losses = logits.new_zeros(len(KINDS))
    for task_loss, macro_weight, micro_weight in tasks:
        if macro_weight > 0 or micro_weight > 0:
            means = task_loss(logits, labels, config).mean(dim=0)
            losses = losses + torch.stack([macro_weight * means[_MACRO], micro_weight * means[_MICRO]])
    return losses


def _apex_loss(logits: Tensor, labels: WindowLabels, config: LossConfig) -> Tensor:
    return _binary_loss(logits[..., Channel.APEX], labels.apex, config, alpha=config.focal_alpha_apex)


def _expression_loss(logits: Tensor, labels: WindowLabels, config: LossConfig) -> Tensor:
    return _binary_loss(logits[..., Channel.EXPRESSION], labels.expression, config, alpha=config.focal_alpha_expression)


def _binary_loss(logits: Tensor, targets: Tensor, config: LossConfig, *, alpha: float) -> Tensor:
    loss = binary_focal_loss if config.binary_loss is BinaryLoss.FOCAL else distance_focal_loss
    gamma = config.focal_gamma
    # With a gamma of 0 every frame counts as much as any other, wherever its probability should lie.
    return loss(logits, targets, alpha=alpha, gamma=gamma, smoothing=config.label_smoothing if gamma else 0.0)


def _boundary_loss(logits: Tensor, labels: WindowLabels, config: LossConfig) -> Tensor:
    is_class = torch.stack([labels.boundary == channel for channel in BOUNDARY_CHANNELS], dim=-1).to(logits.dtype)
    if config.boundary_loss is BoundaryLoss.CROSS_ENTROPY:
        return categorical_focal_loss(boundary_logits(logits), is_class, alphas=(1.0, 1.0, 1.0), gamma=0.0)
    alpha = config.focal_alpha_boundary
    alphas = tuple(1 - alpha if channel is Channel.NEUTRAL else alpha / 2 for channel in BOUNDARY_CHANNELS)
    return categorical_focal_loss(boundary_logits(logits), is_class, alphas=alphas, gamma=config.focal_gamma)
