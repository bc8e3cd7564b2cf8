import math

import pytest
import torch

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
