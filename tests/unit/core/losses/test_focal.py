import math

import pytest
import torch
from torch.nn import functional

from spotformer_core.losses.focal import binary_focal_loss, categorical_focal_loss, distance_focal_loss


def logit(probability: float) -> float:
    return math.log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("probability", "target", "expected"),
    [
        (0.8, 1.0, -0.9 * 0.2**2 * math.log(0.8)),
        (0.8, 0.0, -0.1 * 0.8**2 * math.log(0.2)),
        (0.8, 0.25, -0.25 * 0.9 * 0.2**2 * math.log(0.8) - 0.75 * 0.1 * 0.8**2 * math.log(0.2)),
        (0.5, 1.0, -0.9 * 0.5**2 * math.log(0.5)),
    ],
)
def test_binary_focal_loss_equals_its_formula(probability, target, expected):
    logits, targets = torch.tensor([logit(probability)]), torch.tensor([target])

    loss = binary_focal_loss(logits, targets, alpha=0.9, gamma=2.0)

    torch.testing.assert_close(loss, torch.tensor([expected]))


def test_without_focus_and_with_equal_weights_the_binary_loss_is_half_the_cross_entropy():
    logits, targets = torch.randn(20), torch.rand(20)

    loss = binary_focal_loss(logits, targets, alpha=0.5, gamma=0.0)

    expected = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") / 2
    torch.testing.assert_close(loss, expected)


def test_categorical_focal_loss_equals_its_formula():
    logits = torch.tensor([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]]).log()
    targets = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

    loss = categorical_focal_loss(logits, targets, alphas=(0.45, 0.45, 0.1), gamma=1.5)

    expected = [-0.45 * (0.3**1.5) * math.log(0.7), -0.1 * (0.9**1.5) * math.log(0.1)]
    torch.testing.assert_close(loss, torch.tensor(expected))


def test_without_focus_the_categorical_loss_is_cross_entropy():
    logits, classes = torch.randn(20, 3), torch.arange(20) % 3

    loss = categorical_focal_loss(logits, functional.one_hot(classes, 3).float(), alphas=(1.0, 1.0, 1.0), gamma=0.0)

    torch.testing.assert_close(loss, functional.cross_entropy(logits, classes, reduction="none"))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_the_gradient_of_the_binary_focal_loss_is_that_of_its_differences(gamma):
    logits = torch.randn(6, dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([0, 1, 0.3, 1, 0, 0.9], dtype=torch.float64)

    assert torch.autograd.gradcheck(lambda x: binary_focal_loss(x, targets, alpha=0.9, gamma=gamma), logits)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_the_gradient_of_the_categorical_focal_loss_is_that_of_its_differences(gamma):
    logits = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    targets = functional.one_hot(torch.tensor([0, 1, 2, 1]), 3).double()

    def loss(x):
        return categorical_focal_loss(x, targets, alphas=(0.5, 0.3, 0.2), gamma=gamma)

    assert torch.autograd.gradcheck(loss, logits)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("size", [50.0, 1e4])
def test_focal_losses_and_their_gradients_stay_finite_for_large_logits(gamma, size):
    logits = torch.tensor([[size, -size, 0.0], [-size, size, size]], requires_grad=True)
    targets = torch.tensor([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])

    binary = binary_focal_loss(logits, targets, alpha=0.9, gamma=gamma)
    categorical = categorical_focal_loss(logits, targets, alphas=(0.5, 0.3, 0.2), gamma=gamma)
    (binary.sum() + categorical.sum()).backward()

    assert binary.isfinite().all()
    assert categorical.isfinite().all()
    assert logits.grad.isfinite().all()
    # A certain and wrong answer costs its logit.
    torch.testing.assert_close(binary[1, 0].item(), 0.9 * size)


def test_smoothing_moves_the_target_of_a_no():
    logits = torch.tensor([logit(0.3), logit(0.16), logit(0.05)])

    loss = binary_focal_loss(logits, torch.zeros(3), alpha=0.9, gamma=2.0, smoothing=0.16)

    expected = [-0.1 * abs(p - 0.16) ** 2 * math.log(1 - p) for p in (0.3, 0.16, 0.05)]
    torch.testing.assert_close(loss, torch.tensor(expected), atol=1e-7, rtol=1e-4)


@pytest.mark.parametrize(
    ("probability", "target", "expected"),
    [
        (0.8, 1.0, -0.9 * 0.2 * math.log(0.8 + 1e-5)),
        (0.8, 0.6, -0.9 * 0.2 * math.log(0.8 + 1e-5)),
        (0.8, 0.0, -0.1 * 0.64 * math.log(0.2 + 1e-5)),
        (0.1, 0.0, -0.1 * 0.06 * math.log(0.9 + 1e-5)),
    ],
)
def test_the_distance_focal_loss_equals_the_formula_of_the_released_code(probability, target, expected):
    loss = distance_focal_loss(
        torch.tensor([logit(probability)]), torch.tensor([target]), alpha=0.9, gamma=1.0, smoothing=0.16
    )

    torch.testing.assert_close(loss, torch.tensor([expected]))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
def test_the_gradient_of_the_distance_focal_loss_is_that_of_its_differences(gamma):
    logits = torch.randn(6, dtype=torch.float64, requires_grad=True)
    targets = torch.tensor([0, 1, 0.3, 1, 0, 0.9], dtype=torch.float64)

    def loss(x):
        return distance_focal_loss(x, targets, alpha=0.9, gamma=gamma, smoothing=0.16)

    assert torch.autograd.gradcheck(loss, logits)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("size", [50.0, 1e4])
def test_the_distance_focal_loss_and_its_gradient_stay_finite(gamma, size):
    # The third probability is exactly its target, where the slope of a root would be infinite.
    logits = torch.tensor([size, -size, logit(0.16), size, -size], dtype=torch.float64).requires_grad_()
    targets = torch.tensor([1.0, 1.0, 0.0, 0.0, 0.0], dtype=torch.float64)

    losses = distance_focal_loss(logits, targets, alpha=0.9, gamma=gamma, smoothing=0.16)
    losses.sum().backward()

    assert losses.isfinite().all()
    assert logits.grad.isfinite().all()
