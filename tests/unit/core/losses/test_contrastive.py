import math

import pytest
import torch

from spotformer_core.choices import ContrastiveLoss
from spotformer_core.losses.contrastive import supervised_contrastive_loss


def equation_4(features: torch.Tensor, classes: list[int], tau: float) -> float:
    """Eq. 4 of [Deng2024] symbol by symbol; an anchor without a positive adds nothing."""
    z = list(features)
    samples = range(len(z))
    loss = 0.0
    for i in samples:
        others = [e for e in samples if e != i]
        positives = [q for q in others if classes[q] == classes[i]]
        if positives:
            total = sum(math.exp(z[i] @ z[e] / tau) for e in others)
            loss += -1 / len(positives) * sum(math.log(math.exp(z[i] @ z[q] / tau) / total) for q in positives)
    return loss


@pytest.mark.parametrize("tau", [0.07, 0.5, 2.0])
def test_the_loss_equals_a_literal_transcription_of_equation_4(tau):
    features = torch.randn(9, 5, dtype=torch.float64)
    classes = [0, 0, 0, 0, 1, 1, 2, 2, 2]

    loss = supervised_contrastive_loss(features, torch.tensor(classes), tau=tau)

    assert loss.item() == pytest.approx(equation_4(features, classes, tau), rel=1e-12)


def test_with_unit_length_the_features_of_equation_4_are_directions():
    features = torch.randn(9, 5, dtype=torch.float64)
    classes = [0, 0, 0, 0, 1, 1, 2, 2, 2]

    loss = supervised_contrastive_loss(features, torch.tensor(classes), tau=0.5, unit_length=True)

    directions = features / features.norm(dim=1, keepdim=True)
    assert loss.item() == pytest.approx(equation_4(directions, classes, 0.5), rel=1e-12)
    assert loss.item() != pytest.approx(equation_4(features, classes, 0.5), rel=1e-3)


def test_a_frame_that_is_alone_in_its_class_is_no_anchor_but_still_pushes_others_away():
    features = torch.randn(5, 4, dtype=torch.float64)
    classes = [0, 0, 1, 1, 2]

    loss = supervised_contrastive_loss(features, torch.tensor(classes), tau=0.5)

    assert loss.item() == pytest.approx(equation_4(features, classes, 0.5), rel=1e-12)
    assert loss.item() > equation_4(features[:4], classes[:4], 0.5)


def test_two_frames_of_one_class_have_nothing_to_be_compared_with():
    loss = supervised_contrastive_loss(torch.randn(2, 4), torch.tensor([1, 1]), tau=0.5)

    assert loss.item() == pytest.approx(0, abs=1e-6)


def test_opposite_classes_have_a_closed_form():
    features = torch.tensor([[2.0, 0.0], [5.0, 0.0], [-1.0, 0.0], [-3.0, 0.0]])

    loss = supervised_contrastive_loss(features, torch.tensor([0, 0, 1, 1]), tau=0.5, unit_length=True)

    # Four anchors: one positive at cosine 1 against two negatives at cosine -1.
    assert loss.item() == pytest.approx(4 * math.log(1 + 2 * math.exp(-4)), rel=1e-5)


@pytest.mark.parametrize("classes", [[0], [0, 1], [0, 1, 2]])
@pytest.mark.parametrize("unit_length", [False, True])
def test_a_batch_without_any_positive_costs_nothing_and_has_no_gradient(classes, unit_length):
    features = torch.randn(len(classes), 4, requires_grad=True)

    loss = supervised_contrastive_loss(features, torch.tensor(classes), tau=0.5, unit_length=unit_length)
    loss.backward()

    assert loss.item() == 0
    assert torch.equal(features.grad, torch.zeros(len(classes), 4))


def test_the_order_of_the_batch_does_not_matter():
    features, classes = torch.randn(8, 4, dtype=torch.float64), torch.tensor([0, 0, 1, 1, 1, 0, 2, 2])
    order = torch.randperm(8)

    loss = supervised_contrastive_loss(features, classes, tau=0.5)
    reordered = supervised_contrastive_loss(features[order], classes[order], tau=0.5)

    torch.testing.assert_close(reordered, loss)


def test_with_unit_length_the_length_of_a_feature_does_not_matter():
    features, classes = torch.randn(6, 4), torch.tensor([0, 0, 1, 1, 1, 0])
    lengths = torch.tensor([[1.0], [20], [3], [0.1], [7], [1]])

    shorter = supervised_contrastive_loss(features, classes, tau=0.5, unit_length=True)
    longer = supervised_contrastive_loss(features * lengths, classes, tau=0.5, unit_length=True)

    torch.testing.assert_close(longer, shorter)


@pytest.mark.parametrize("unit_length", [False, True])
def test_the_gradient_is_that_of_the_differences(unit_length):
    features = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    classes = torch.tensor([0, 0, 1, 1, 1, 2, 0])

    assert torch.autograd.gradcheck(
        lambda x: supervised_contrastive_loss(x, classes, tau=0.5, unit_length=unit_length), features
    )


@pytest.mark.parametrize("unit_length", [False, True])
def test_the_loss_and_its_gradient_stay_finite_for_a_small_temperature_and_large_features(unit_length):
    features = (torch.randn(6, 4) * 1e6).requires_grad_()

    classes = torch.tensor([0, 0, 1, 1, 1, 0])
    loss = supervised_contrastive_loss(features, classes, tau=1e-3, unit_length=unit_length)
    loss.backward()

    assert loss.isfinite()
    assert features.grad.isfinite().all()


def released(features: torch.Tensor, classes: list[int], tau: float) -> float:
    """The released code's variant: similarities below the largest of their row, and 1e-6 inside the logarithm."""
    loss = 0.0
    for i in range(len(classes)):
        below = [(features[i] @ one / tau).item() for one in features]
        below = [value - max(below) for value in below]
        log_sum = math.log(sum(math.exp(value) for e, value in enumerate(below) if e != i) + 1e-6)
        positives = [q for q in range(len(classes)) if q != i and classes[q] == classes[i]]
        if positives:
            loss -= sum(below[q] - log_sum for q in positives) / len(positives)
    return loss


@pytest.mark.parametrize("length", [0.1, 1.0, 10.0])
def test_the_released_variant_is_its_formula(length):
    features = length * torch.randn(9, 5, dtype=torch.float64)
    classes = [0, 0, 0, 0, 1, 1, 2, 2, 3]

    loss = supervised_contrastive_loss(features, torch.tensor(classes), tau=0.5, form=ContrastiveLoss.AS_RELEASED)

    assert loss.item() == pytest.approx(released(features, classes, 0.5), rel=1e-12)


def test_both_forms_agree_for_short_features_and_differ_for_long_ones():
    """Of long features the similarity with oneself is so much the largest that the others vanish beside 1e-6."""
    classes = torch.tensor([0, 0, 1, 1])
    features = torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]], dtype=torch.float64)

    def losses(length):
        return [supervised_contrastive_loss(length * features, classes, tau=0.5, form=form) for form in ContrastiveLoss]

    exact, variant = losses(0.1)
    assert variant.item() == pytest.approx(exact.item(), rel=1e-5)
    exact, variant = losses(20.0)
    # -(s - m) + log(1e-6): the negatives have no part in it any more.
    own = (features * features).sum(dim=1) * 800
    pairs = torch.tensor([0.9, 0.9, 0.9, 0.9], dtype=torch.float64) * 800
    largest = torch.maximum(own, pairs)
    assert variant.item() == pytest.approx((largest - pairs + (1e-6 + (pairs - largest).exp()).log()).sum().item())
    assert variant.item() != pytest.approx(exact.item(), rel=0.1)


def test_the_largest_similarity_of_the_released_variant_takes_no_part_in_its_gradient():
    features = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    classes = torch.tensor([0, 0, 1, 1, 1, 2])
    with torch.no_grad():
        largest = (features @ features.T / 0.5).amax(dim=1, keepdim=True)

    def with_fixed_largest(x):
        below = x @ x.T / 0.5 - largest
        is_self = torch.eye(6, dtype=torch.bool)
        positive = (classes[:, None] == classes) & ~is_self
        log_shares = below - (below.exp().masked_fill(is_self, 0).sum(dim=1, keepdim=True) + 1e-6).log()
        return -(log_shares.where(positive, 0.0).sum(dim=1) / positive.sum(dim=1).clamp(min=1)).sum()

    (expected,) = torch.autograd.grad(with_fixed_largest(features), features)
    loss = supervised_contrastive_loss(features, classes, tau=0.5, form=ContrastiveLoss.AS_RELEASED)
    (gradient,) = torch.autograd.grad(loss, features)

    torch.testing.assert_close(gradient, expected)
