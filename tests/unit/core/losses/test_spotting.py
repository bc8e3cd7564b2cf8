import math

import pytest
import torch

from spotformer_core.config import LossConfig
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.losses.contrastive import supervised_contrastive_loss
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormerOutput

CONFIG = LossConfig(
    focal_gamma=1.0,
    focal_alpha_apex=0.9,
    focal_alpha_expression=0.8,
    apex_weight=1.8,
    boundary_weight=3.0,
    expression_weight=0.1,
    macro_weight=0.5,
    contrastive_lambda=0.0,
)


def labels_of_an_apex_and_an_offset() -> WindowLabels:
    """Two frames: the first is the apex of a macro-expression, the second the offset of a micro-expression."""
    return WindowLabels(
        boundary=torch.tensor([[Channel.NEUTRAL, Channel.NEUTRAL], [Channel.NEUTRAL, Channel.OFFSET]]),
        apex=torch.tensor([[1.0, 0.0], [0.0, 0.0]]),
        expression=torch.tensor([[1.0, 0.0], [0.0, 1.0]]),
        contrast=torch.tensor([1, 2]),
    )


def undecided(num_frames: int) -> SpotFormerOutput:
    return SpotFormerOutput(logits=torch.zeros(num_frames, 2, 5), features=torch.randn(num_frames, 4))


def test_the_loss_of_an_undecided_network_can_be_computed_by_hand():
    loss = spotting_loss(undecided(2), labels_of_an_apex_and_an_offset(), CONFIG)

    half, third = 0.5 * math.log(2), (2 / 3) * math.log(3)
    macro = 1.8 * half * (0.9 + 0.1) / 2 + 3.0 * third + 0.1 * half * (0.8 + 0.2) / 2
    micro = 1.8 * half * (0.1 + 0.1) / 2 + 3.0 * third + 0.1 * half * (0.2 + 0.8) / 2
    assert loss.item() == pytest.approx(0.5 * macro + micro, rel=1e-6)


def test_lambda_weighs_the_contrastive_loss():
    output, labels = undecided(4), labels_of_an_apex_and_an_offset()
    labels = WindowLabels(
        boundary=labels.boundary.repeat(2, 1),
        apex=labels.apex.repeat(2, 1),
        expression=labels.expression.repeat(2, 1),
        contrast=labels.contrast.repeat(2),
    )
    with_contrast = LossConfig(contrastive_lambda=0.25, contrastive_tau=0.3)
    without_contrast = LossConfig(contrastive_lambda=0.0, contrastive_tau=0.3)

    difference = spotting_loss(output, labels, with_contrast) - spotting_loss(output, labels, without_contrast)

    contrast = supervised_contrastive_loss(output.features, labels.contrast, tau=0.3)
    torch.testing.assert_close(difference, 0.25 * contrast)


@pytest.mark.parametrize(
    ("frame", "kind", "channel", "rises"),
    [
        (0, 0, Channel.APEX, False),
        (0, 1, Channel.APEX, True),
        (1, 1, Channel.OFFSET, False),
        (1, 1, Channel.NEUTRAL, True),
        (1, 0, Channel.NEUTRAL, False),
        (0, 0, Channel.ONSET, True),
        (1, 1, Channel.EXPRESSION, False),
        (1, 0, Channel.EXPRESSION, True),
    ],
)
def test_a_larger_logit_costs_less_exactly_where_the_label_is_true(frame, kind, channel, rises):
    logits = torch.zeros(2, 2, 5, requires_grad=True)
    output = SpotFormerOutput(logits=logits, features=torch.randn(2, 4))

    spotting_loss(output, labels_of_an_apex_and_an_offset(), CONFIG).backward()

    slope = logits.grad[frame, kind, channel].item()
    assert slope > 0 if rises else slope < 0
