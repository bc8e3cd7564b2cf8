import math
from dataclasses import replace

import pytest
import torch

from spotformer_core.config import BinaryLoss, BoundaryLoss, LossConfig
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.losses.contrastive import supervised_contrastive_loss
from spotformer_core.losses.spotting import classification_losses, spotting_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormerOutput

CONFIG = LossConfig(
    focal_gamma=1.0,
    focal_alpha_apex=0.9,
    focal_alpha_expression=0.8,
    focal_alpha_boundary=0.9,
    macro_apex_weight=1.2,
    macro_boundary_weight=3.0,
    macro_expression_weight=0.1,
    micro_apex_weight=1.8,
    micro_boundary_weight=2.0,
    micro_expression_weight=0.3,
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
    macro = 1.2 * half * (0.9 + 0.1) / 2 + 3.0 * third * (0.1 + 0.1) / 2 + 0.1 * half * (0.8 + 0.2) / 2
    micro = 1.8 * half * (0.1 + 0.1) / 2 + 2.0 * third * (0.1 + 0.45) / 2 + 0.3 * half * (0.2 + 0.8) / 2
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
    # Eq. 4 is a sum over the batch; all of Eq. 5 is divided by the four windows of it.
    torch.testing.assert_close(difference, 0.25 * contrast / 4)


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


def test_a_base_temperature_multiplies_the_contrastive_loss_by_the_ratio_of_both():
    labels = labels_of_an_apex_and_an_offset()
    output = undecided(6)
    labels = WindowLabels(
        boundary=labels.boundary.repeat(3, 1),
        apex=labels.apex.repeat(3, 1),
        expression=labels.expression.repeat(3, 1),
        contrast=torch.tensor([0, 0, 1, 1, 2, 2]),
    )
    losses = [
        spotting_loss(
            output, labels, LossConfig(contrastive_lambda=weight, contrastive_tau=0.5, contrastive_base_tau=base)
        )
        for weight, base in ((0.0, 0.0), (0.1, 0.0), (0.1, 0.07))
    ]

    torch.testing.assert_close(losses[2] - losses[0], (losses[1] - losses[0]) * 0.5 / 0.07)


def test_the_released_losses_of_an_undecided_network_can_be_computed_by_hand():
    config = LossConfig(
        boundary_loss=BoundaryLoss.CROSS_ENTROPY,
        binary_loss=BinaryLoss.DISTANCE_FOCAL,
        label_smoothing=0.16,
        macro_weight=0.55,
        contrastive_lambda=0.0,
    )

    loss = spotting_loss(undecided(2), labels_of_an_apex_and_an_offset(), config)

    # At p = 0.5 a yes is 0.5 from its target and a no 0.34 from its own.
    yes, no = -0.5 * math.log(0.5 + 1e-5), -0.34 * math.log(0.5 + 1e-5)
    macro = 1.0 * (0.9 * yes + 0.1 * no) / 2 + math.log(3) + 0.1 * (0.8 * yes + 0.2 * no) / 2
    micro = 1.8 * (0.1 * no + 0.1 * no) / 2 + math.log(3) + 0.1 * (0.2 * no + 0.8 * yes) / 2
    assert loss.item() == pytest.approx(0.55 * macro + micro, rel=1e-6)


@pytest.mark.parametrize("binary_loss", BinaryLoss)
@pytest.mark.parametrize("boundary_loss", BoundaryLoss)
def test_the_gradient_of_the_whole_loss_is_that_of_its_differences(binary_loss, boundary_loss):
    config = LossConfig(
        binary_loss=binary_loss, boundary_loss=boundary_loss, label_smoothing=0.16, contrastive_lambda=0.3
    )
    labels = labels_of_an_apex_and_an_offset()
    labels = WindowLabels(
        boundary=labels.boundary.repeat(2, 1),
        apex=labels.apex.repeat(2, 1).double(),
        expression=labels.expression.repeat(2, 1).double(),
        contrast=labels.contrast.repeat(2),
    )
    logits = torch.randn(4, 2, 5, dtype=torch.float64, requires_grad=True)
    features = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)

    def loss(logits, features):
        return spotting_loss(SpotFormerOutput(logits=logits, features=features), labels, config)

    assert torch.autograd.gradcheck(loss, (logits, features))


def test_each_kind_of_expression_has_its_own_channels():
    logits, labels = torch.randn(2, 2, 5), labels_of_an_apex_and_an_offset()
    changed = logits.clone()
    changed[:, 0] += torch.randn(2, 5)

    macro_before, micro_before = classification_losses(logits, labels, CONFIG)
    macro_after, micro_after = classification_losses(changed, labels, CONFIG)

    assert micro_after == micro_before
    assert macro_after != macro_before


def test_a_batch_of_one_has_a_loss_and_a_gradient():
    labels = labels_of_an_apex_and_an_offset()
    one = WindowLabels(
        boundary=labels.boundary[:1],
        apex=labels.apex[:1],
        expression=labels.expression[:1],
        contrast=labels.contrast[:1],
    )
    logits, features = torch.zeros(1, 2, 5, requires_grad=True), torch.randn(1, 4, requires_grad=True)

    loss = spotting_loss(SpotFormerOutput(logits=logits, features=features), one, LossConfig())
    loss.backward()

    assert loss.isfinite()
    assert logits.grad.isfinite().all()
    assert torch.equal(features.grad, torch.zeros(1, 4))


@pytest.mark.parametrize("task", ["apex", "boundary", "expression"])
@pytest.mark.parametrize("kind", ["macro", "micro"])
def test_a_task_of_weight_zero_has_no_gradient_and_the_others_keep_theirs(task, kind):
    channels = {
        "apex": [Channel.APEX],
        "boundary": [Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL],
        "expression": [Channel.EXPRESSION],
    }[task]
    column = ["macro", "micro"].index(kind)
    gradients = []
    for config in (CONFIG, replace(CONFIG, **{f"{kind}_{task}_weight": 0.0})):
        logits = torch.zeros(2, 2, 5, requires_grad=True)
        output = SpotFormerOutput(logits=logits, features=torch.zeros(2, 4))
        spotting_loss(output, labels_of_an_apex_and_an_offset(), config).backward()
        gradients.append(logits.grad)

    assert gradients[0][:, column, channels].any()
    assert not gradients[1][:, column, channels].any()
    gradients[0][:, column, channels] = 0
    assert torch.equal(*gradients)


def test_alpha_of_the_boundary_loss_weighs_onset_and_offset_against_the_rest():
    """Of three equal logits the gradient of the true class is alpha * d(-(1 - p) log p) at p = 1/3."""
    labels = labels_of_an_apex_and_an_offset()
    slopes = []
    for alpha in (0.9, 0.5):
        logits = torch.zeros(2, 2, 5, dtype=torch.float64, requires_grad=True)
        output = SpotFormerOutput(logits=logits, features=torch.zeros(2, 4, dtype=torch.float64))
        spotting_loss(output, labels, replace(CONFIG, focal_alpha_boundary=alpha)).backward()
        slopes.append((logits.grad[1, 1, Channel.OFFSET], logits.grad[0, 1, Channel.NEUTRAL]))

    assert (slopes[0][0] / slopes[1][0]).item() == pytest.approx(0.45 / 0.25)
    assert (slopes[0][1] / slopes[1][1]).item() == pytest.approx(0.1 / 0.5)
