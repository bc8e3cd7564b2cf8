"""Parameters of version 0.1 mean the same loss and the same decoding today."""

import math

import pytest
import torch

from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.earlier_parameters import EARLIER_DEFAULTS, current_parameters
from spotformer_core.losses.spotting import spotting_loss
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.model.spotformer import SpotFormerOutput

EARLIER = {
    "apex_weight": 1.8,
    "boundary_weight": 3.0,
    "expression_weight": 0.2,
    "macro_weight": 0.5,
    "focal_gamma": 1.0,
}
HALF, THIRD = 0.5 * math.log(2), (2 / 3) * math.log(3)


def loss_of(parameters) -> float:
    """Of an undecided network on two frames: the apex of a macro-expression, the offset of a micro-expression."""
    configuration = Configuration.from_parameters(current_parameters({**parameters, "contrastive_lambda": 0.0}))
    labels = WindowLabels(
        boundary=torch.tensor([[Channel.NEUTRAL, Channel.NEUTRAL], [Channel.NEUTRAL, Channel.OFFSET]]),
        apex=torch.tensor([[1.0, 0.0], [0.0, 0.0]], dtype=torch.float64),
        expression=torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64),
        contrast=torch.tensor([1, 2]),
    )
    output = SpotFormerOutput(
        logits=torch.zeros(2, 2, 5, dtype=torch.float64), features=torch.zeros(2, 4, dtype=torch.float64)
    )
    return spotting_loss(output, labels, configuration.loss).item()


def test_the_loss_of_earlier_parameters_is_the_earlier_loss():
    """Written by hand as version 0.1 had it: one set of weights for both kinds, no alpha in the boundary loss."""
    macro = 1.8 * HALF * (0.9 + 0.1) / 2 + 3.0 * THIRD + 0.2 * HALF * (0.8 + 0.2) / 2
    micro = 1.8 * HALF * (0.1 + 0.1) / 2 + 3.0 * THIRD + 0.2 * HALF * (0.2 + 0.8) / 2

    assert loss_of(EARLIER) == pytest.approx(0.5 * macro + micro, rel=1e-12)


def test_the_loss_of_earlier_parameters_with_cross_entropy_is_the_earlier_loss():
    macro = 1.8 * HALF * (0.9 + 0.1) / 2 + 3.0 * math.log(3) + 0.2 * HALF * (0.8 + 0.2) / 2
    micro = 1.8 * HALF * (0.1 + 0.1) / 2 + 3.0 * math.log(3) + 0.2 * HALF * (0.2 + 0.8) / 2

    assert loss_of({**EARLIER, "boundary_loss": "cross-entropy"}) == pytest.approx(0.5 * macro + micro, rel=1e-12)


def test_earlier_defaults_are_those_of_version_0_1():
    parameters = Configuration.from_parameters(current_parameters(EARLIER_DEFAULTS)).parameters()

    assert parameters["macro_apex_weight"] == parameters["micro_apex_weight"] == 1.8
    assert parameters["learning_rate_schedule"] == "constant"
    assert parameters["training_frames"] == "all"
    assert parameters["labels"] == "whole-recording"
    assert parameters["suppression_length"] == "inclusive"


def test_a_length_that_an_earlier_study_states_is_kept():
    assert (
        current_parameters({"apex_weight": 1.0, "suppression_length": "exclusive"})["suppression_length"] == "exclusive"
    )


def test_parameters_of_this_version_come_back_as_they_are():
    parameters = Configuration.from_parameters({"macro_apex_weight": 1.3, "window": 9}).parameters()

    assert current_parameters(parameters) == parameters
    assert current_parameters({}) == {}
