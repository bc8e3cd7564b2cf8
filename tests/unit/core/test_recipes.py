"""Both recipes against the formulas of the paper and of its released code, written out here."""

import math

import numpy as np
import pytest
import torch

from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.errors import InvalidValueError
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormerOutput
from spotformer_core.recipes import RECIPES, changes_of, recipe

DATASETS = ("samm-lv", "cas-me-2", "cas-me-3", "demo")
MACRO, MICRO = 0, 1
MACRO_WEIGHT = {"samm-lv": 0.55, "cas-me-2": 0.5, "cas-me-3": 0.5, "demo": 0.5}
LAMBDA, TAU, BASE_TAU = 0.005, 0.5, 0.07
NUM_FRAMES, WIDTH = 12, 6


def a_batch() -> tuple[np.ndarray, np.ndarray, WindowLabels]:
    """Logits (frames, kinds, channels), features and labels in which every class of every task stands at least once."""
    generator = np.random.default_rng(7)
    boundary = np.full((NUM_FRAMES, 2), int(Channel.NEUTRAL))
    boundary[[0, 5], MACRO] = Channel.ONSET
    boundary[[3], MACRO] = Channel.OFFSET
    boundary[[2], MICRO] = Channel.ONSET
    boundary[[4, 9], MICRO] = Channel.OFFSET
    apex = np.zeros((NUM_FRAMES, 2))
    apex[[1, 2], MACRO] = 1.0, math.exp(-1 / 32)
    apex[[3, 4], MICRO] = 1.0, math.exp(-1 / 32)
    expression = np.zeros((NUM_FRAMES, 2))
    expression[0:4, MACRO] = 1.0
    expression[2:5, MICRO] = 1.0
    labels = WindowLabels(
        boundary=torch.from_numpy(boundary),
        apex=torch.from_numpy(apex),
        expression=torch.from_numpy(expression),
        contrast=torch.tensor([1, 1, 1, 1, 2, 0, 0, 0, 2, 2, 0, 0]),
    )
    return generator.normal(size=(NUM_FRAMES, 2, 5)), generator.normal(size=(NUM_FRAMES, WIDTH)), labels


def sigmoid(values: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-values))


def boundary_probabilities(logits: np.ndarray, kind: int) -> np.ndarray:
    """Softmax over onset, offset and neither, of one kind: (frames, 3)."""
    three = logits[:, kind][:, [Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL]]
    powers = np.exp(three)
    return powers / powers.sum(axis=1, keepdims=True)


def true_class(labels: WindowLabels, kind: int) -> np.ndarray:
    classes = (Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL)
    return np.array([classes.index(Channel(int(value))) for value in labels.boundary[:, kind]])


def published_loss(logits: np.ndarray, features: np.ndarray, labels: WindowLabels, dataset: str) -> float:
    """Eq. 3, 4 and 5 of [Deng2024]; gamma, alphas and weights are those of the released code's configuration."""

    def focal(p: np.ndarray, y: np.ndarray, alpha: float) -> float:
        # Eq. 3 over the two classes of a binary question; a soft y counts as y of a yes and 1 - y of a no.
        return float(np.mean(-y * alpha * (1 - p) * np.log(p) - (1 - y) * (1 - alpha) * p * np.log(1 - p)))

    of_kind = []
    for kind, apex_weight in ((MACRO, 1.0), (MICRO, 1.8)):
        apex = focal(sigmoid(logits[:, kind, Channel.APEX]), labels.apex[:, kind].numpy(), 0.9)
        expression = focal(sigmoid(logits[:, kind, Channel.EXPRESSION]), labels.expression[:, kind].numpy(), 0.8)
        own = true_class(labels, kind)
        p = boundary_probabilities(logits, kind)[np.arange(NUM_FRAMES), own]
        alphas = np.array([0.45, 0.45, 0.10])[own]
        boundary = float(np.mean(-alphas * (1 - p) * np.log(p)))
        of_kind.append(apex_weight * apex + boundary + 0.1 * expression)
    contrast = 0.0
    classes = labels.contrast.numpy()
    for i in range(NUM_FRAMES):
        others = [e for e in range(NUM_FRAMES) if e != i]
        total = sum(math.exp(features[i] @ features[e] / TAU) for e in others)
        positives = [q for q in others if classes[q] == classes[i]]
        contrast -= sum(math.log(math.exp(features[i] @ features[q] / TAU) / total) for q in positives) / len(positives)
    return MACRO_WEIGHT[dataset] * of_kind[MACRO] + of_kind[MICRO] + LAMBDA * contrast / NUM_FRAMES


def released_loss(logits: np.ndarray, features: np.ndarray, labels: WindowLabels, dataset: str) -> float:
    """What the released code of [Deng2024] adds up."""

    def distance_focal(p: np.ndarray, y: np.ndarray, alpha: float) -> float:
        yes = (y > 0) * alpha * np.abs(y - p) * np.log(p + 1e-5)
        no = (y == 0) * (1 - alpha) * np.abs(y + 0.16 - p) * np.log(1 - p + 1e-5)
        return -float(np.mean(yes + no))

    of_kind = []
    for kind, apex_weight in ((MACRO, 1.0), (MICRO, 1.8)):
        apex = distance_focal(sigmoid(logits[:, kind, Channel.APEX]), labels.apex[:, kind].numpy(), 0.9)
        expression = distance_focal(
            sigmoid(logits[:, kind, Channel.EXPRESSION]), labels.expression[:, kind].numpy(), 0.8
        )
        p = boundary_probabilities(logits, kind)[np.arange(NUM_FRAMES), true_class(labels, kind)]
        of_kind.append(apex_weight * apex + float(np.mean(-np.log(p))) + 0.1 * expression)
    contrast = 0.0
    classes = labels.contrast.numpy()
    for i in range(NUM_FRAMES):
        row = features[i] @ features.T / TAU
        row = row - row.max()
        others = [e for e in range(NUM_FRAMES) if e != i]
        log_sum = math.log(sum(math.exp(row[e]) for e in others) + 1e-6)
        positives = [q for q in others if classes[q] == classes[i]]
        contrast -= sum(row[q] - log_sum for q in positives) / len(positives)
    contrast *= TAU / BASE_TAU / NUM_FRAMES
    return of_kind[MICRO] + MACRO_WEIGHT[dataset] * of_kind[MACRO] + LAMBDA * contrast


FORMULAS = {"published": published_loss, "as-released": released_loss}


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("name", RECIPES)
def test_the_whole_loss_of_a_recipe_is_its_formula(name, dataset):
    logits, features, labels = a_batch()
    output = SpotFormerOutput(logits=torch.from_numpy(logits), features=torch.from_numpy(features))

    loss = spotting_loss(output, labels, recipe(name, dataset=dataset).loss)

    assert loss.item() == pytest.approx(FORMULAS[name](logits, features, labels, dataset), rel=1e-12)


@pytest.mark.parametrize("name", RECIPES)
def test_the_gradient_of_every_channel_is_that_of_the_formula(name):
    logits, features, labels = a_batch()
    tensor = torch.from_numpy(logits).requires_grad_()
    output = SpotFormerOutput(logits=tensor, features=torch.from_numpy(features))
    step = 1e-5

    spotting_loss(output, labels, recipe(name, dataset="samm-lv").loss).backward()

    for frame in range(NUM_FRAMES):
        for kind in (MACRO, MICRO):
            for channel in Channel:
                moved = [logits.copy(), logits.copy()]
                moved[0][frame, kind, channel] += step
                moved[1][frame, kind, channel] -= step
                above, below = (FORMULAS[name](one, features, labels, "samm-lv") for one in moved)
                # Central differences are exact to step ** 2 and to rounding of the loss over the step.
                expected = (above - below) / (2 * step)
                assert tensor.grad[frame, kind, channel].item() == pytest.approx(expected, abs=1e-9, rel=1e-6)


def test_a_macro_apex_weighs_less_than_a_micro_apex_in_both_recipes():
    """The released code weighs the apex by 1.8 for micro-expressions only; 0.5 is the weight of the macro group."""
    logits = torch.zeros(1, 2, 5, dtype=torch.float64, requires_grad=True)
    labels = WindowLabels(
        boundary=torch.full((1, 2), int(Channel.NEUTRAL)),
        apex=torch.ones(1, 2, dtype=torch.float64),
        expression=torch.zeros(1, 2, dtype=torch.float64),
        contrast=torch.tensor([0]),
    )

    for name in RECIPES:
        logits.grad = None
        output = SpotFormerOutput(logits=logits, features=torch.zeros(1, 4, dtype=torch.float64))
        spotting_loss(output, labels, recipe(name, dataset="cas-me-2").loss).backward()

        macro, micro = logits.grad[0, :, Channel.APEX].tolist()
        assert micro / macro == pytest.approx(1.8 / 0.5)


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_published_recipe_is_the_default_but_for_the_weight_of_macro_expressions_on_samm_lv(dataset):
    assert changes_of(recipe("published", dataset=dataset)) == ({"macro_weight": 0.55} if dataset == "samm-lv" else {})


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_released_recipe_differs_from_the_published_one_in_these_fields_only(dataset):
    published, released = (recipe(name, dataset=dataset).parameters() for name in ("published", "as-released"))

    # ORIGIN: the released code's configuration, training and post-processing.
    expected = {
        "binary_loss": "distance-focal",
        "label_smoothing": 0.16,
        "boundary_loss": "cross-entropy",
        "contrastive_loss": "as-released",
        "contrastive_base_tau": 0.07,
        "macro_duration": 59,
        "micro_min_duration": 5,
        "boundary_consistency": True,
        "max_proposals_per_recording": 5,
    }
    expected |= {"num_epochs": 90} if dataset == "cas-me-3" else {}
    assert {name: value for name, value in released.items() if value != published[name]} == expected


def test_changes_are_what_makes_a_configuration_out_of_the_default():
    for name in RECIPES:
        configuration = recipe(name, dataset="cas-me-3")

        assert Configuration.from_parameters(changes_of(configuration)) == configuration


def test_an_unknown_recipe_is_answered_with_the_nearest():
    with pytest.raises(
        InvalidValueError, match=r"got 'as-relased'. Did you mean 'as-released'\? Known: as-released, pub"
    ):
        recipe("as-relased", dataset="samm-lv")


def test_recipes_have_these_names():
    assert sorted(RECIPES) == ["as-released", "published"]
