import json
import re
from dataclasses import FrozenInstanceError, fields
from enum import StrEnum

import pytest

from spotformer_core.config import (
    LOSS_WEIGHTS,
    ClassBalance,
    Configuration,
    DecodingConfig,
    LearningRateSchedule,
    LossConfig,
    ModelConfig,
    TrainingConfig,
)
from spotformer_core.errors import InvalidValueError

GROUPS = (ModelConfig, LossConfig, TrainingConfig, DecodingConfig)
ALL_NAMES = [field.name for group in GROUPS for field in fields(group)]

OTHER_VALUES = {
    "architecture": "simul-ts",
    "window": 9,
    "features": "adjacent",
    "regions": "with-nose-sides",
    "graph_pooling": "average",
    "width": 32,
    "num_heads": 2,
    "head_width": 16,
    "mlp_ratio": 2.0,
    "dropout": 0.0,
    "boundary_loss": "cross-entropy",
    "binary_loss": "distance-focal",
    "label_smoothing": 0.16,
    "focal_gamma": 2.0,
    "focal_alpha_apex": 0.5,
    "focal_alpha_expression": 0.5,
    "focal_alpha_boundary": 0.5,
    "macro_apex_weight": 1.8,
    "macro_boundary_weight": 0.5,
    "macro_expression_weight": 0.2,
    "micro_apex_weight": 1.0,
    "micro_boundary_weight": 0.5,
    "micro_expression_weight": 0.2,
    "macro_weight": 1.0,
    "contrastive_loss": "as-released",
    "contrastive_lambda": 0.0,
    "contrastive_tau": 0.1,
    "contrastive_base_tau": 0.07,
    "contrastive_unit_length": True,
    "learning_rate": 1e-3,
    "beta1": 0.9,
    "beta2": 0.999,
    "weight_decay": 0.0,
    "batch_size": 64,
    "num_epochs": 3,
    "warmup_steps": 10,
    "learning_rate_schedule": "cosine",
    "learning_rate_decay": 0.9,
    "class_balance": "balanced",
    "training_frames": "all",
    "labels": "whole-recording",
    "precision": "bfloat16",
    "macro_apex_threshold": 0.3,
    "micro_apex_threshold": 0.2,
    "overlap_threshold": 0.4,
    "suppression_length": "inclusive",
    "macro_duration": 90,
    "macro_min_duration": 20,
    "micro_duration": 20,
    "micro_min_duration": 6,
    "boundary_consistency": True,
    "max_proposals_per_recording": 5,
}
"""A valid value of every field that is not its default."""

BROKEN_RULES = [
    *(("window", value, "an odd number from 5 to 25") for value in (3, 8, 16, 26, 27, -9)),
    *(
        (name, value, "greater than 0")
        for name in ("width", "num_heads", "head_width", "num_epochs", "batch_size")
        for value in (0, -1)
    ),
    *(
        (name, value, "greater than 0")
        for name in ("mlp_ratio", "contrastive_tau", "learning_rate")
        for value in (0.0, -0.5)
    ),
    *((name, value, r"in \[0, 1\)") for name in ("dropout", "beta1", "beta2") for value in (-0.1, 1.0)),
    *((name, -0.1, "0 or more") for name in ("focal_gamma", *LOSS_WEIGHTS, "contrastive_lambda", "weight_decay")),
    ("contrastive_base_tau", -0.1, "0 or more"),
    *(("label_smoothing", value, r"in \[0, 1\)") for value in (-0.1, 1.0)),
    *(("learning_rate_decay", value, r"in \(0, 1\]") for value in (0.0, 1.1)),
    ("contrastive_unit_length", 1, "true or false"),
    *((name, -1, "0 or more") for name in ("warmup_steps", "max_proposals_per_recording")),
    *(
        (f"focal_alpha_{task}", value, r"in \(0, 1\)")
        for task in ("apex", "expression", "boundary")
        for value in (0.0, 1.0)
    ),
    *((f"{kind}_apex_threshold", value, r"in \[0, 1\]") for kind in ("macro", "micro") for value in (-0.1, 1.1)),
    *(("overlap_threshold", value, r"in \[0, 1\]") for value in (-0.1, 1.1)),
    *(("macro_min_duration", value, r"from 2 to macro_duration \(60\)") for value in (1, 61)),
    *(("micro_min_duration", value, r"from 2 to micro_duration \(16\)") for value in (1, 17)),
    *(("boundary_consistency", value, "true or false") for value in (0, 1)),
    *((name, float("nan"), "in|0") for name in ("dropout", "learning_rate", "contrastive_tau", "overlap_threshold")),
]


def test_the_defaults_are_those_of_the_paper():
    parameters = Configuration().parameters()

    # [Deng2024] Sec. 4.1; the window of Table V and the lambda of Table VI that it found best.
    published = {
        "learning_rate": 0.0002,
        "beta1": 0.7,
        "beta2": 0.9,
        "num_epochs": 100,
        "batch_size": 512,
        "contrastive_tau": 0.5,
        "contrastive_lambda": 0.005,
        "window": 17,
        "width": 256,
        "num_heads": 4,
        "macro_duration": 60,
        "micro_duration": 16,
        "macro_min_duration": 16,
        "micro_min_duration": 4,
    }
    assert {name: parameters[name] for name in published} == published


def test_no_two_groups_share_a_name():
    assert len(set(ALL_NAMES)) == len(ALL_NAMES)


@pytest.mark.parametrize("name", ALL_NAMES)
def test_a_parameter_reaches_its_own_field_and_no_other(name):
    usual, value = Configuration().parameters(), OTHER_VALUES[name]

    changed = Configuration.from_parameters({name: value}).parameters()

    assert value != usual[name]
    assert changed == usual | {name: value}


@pytest.mark.parametrize(("name", "value", "rule"), BROKEN_RULES)
def test_a_value_that_breaks_the_rule_of_its_field_is_refused(name, value, rule):
    with pytest.raises(InvalidValueError, match=rf"^{name} must be .*({rule}).*, got {value}\. \S"):
        Configuration.from_parameters({name: value})


def test_every_field_with_a_rule_has_a_test_of_it():
    chosen_by_name = {field.name for group in GROUPS for field in fields(group) if issubclass(field.type, StrEnum)}
    # The durations have no rule of their own but bound the minimum durations.
    bounds = {"macro_duration", "micro_duration"}

    assert {name for name, *_ in BROKEN_RULES} == set(ALL_NAMES) - chosen_by_name - bounds


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("window", value) for value in (5, 25)),
        *(("dropout", 0.0), ("beta1", 0.0), ("batch_size", 1), ("warmup_steps", 0), ("contrastive_lambda", 0.0)),
        *(("label_smoothing", 0.0), ("learning_rate_decay", 1.0), ("contrastive_base_tau", 0.0)),
        *(("macro_apex_threshold", value) for value in (0.0, 1.0)),
        *(("macro_min_duration", value) for value in (2, 60)),
    ],
)
def test_the_ends_of_a_rule_are_allowed(name, value):
    assert Configuration.from_parameters({name: value}).parameters()[name] == value


def test_a_duration_below_its_minimum_is_refused_as_a_minimum_above_it():
    with pytest.raises(InvalidValueError, match=r"macro_min_duration must be from 2 to macro_duration \(15\), got 16"):
        Configuration.from_parameters({"macro_duration": 15})


def test_a_configuration_survives_json():
    configuration = Configuration.from_parameters(OTHER_VALUES)

    restored = Configuration.from_parameters(json.loads(json.dumps(configuration.parameters())))

    assert restored == configuration
    assert configuration.parameters() == OTHER_VALUES


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(
        InvalidValueError, match=r"got 'learning_rat'. Did you mean 'learning_rate'\? Known: architecture"
    ):
        Configuration.from_parameters({"learning_rat": 1e-3})


def test_a_whole_number_is_taken_for_a_number():
    value = Configuration.from_parameters({"mlp_ratio": 2}).model.mlp_ratio

    assert value == 2.0
    assert isinstance(value, float)


@pytest.mark.parametrize("value", [9.0, 9.5, "9", True, None])
def test_only_a_whole_number_is_taken_for_a_whole_number(value):
    with pytest.raises(InvalidValueError, match=f"window must be a whole number, got {value!r}. Write it without"):
        Configuration.from_parameters({"window": value})


@pytest.mark.parametrize("value", ["0.1", True, None, [0.1]])
def test_only_a_number_is_taken_for_a_number(value):
    with pytest.raises(InvalidValueError, match=rf"dropout must be a number, got {re.escape(repr(value))}\. Write it"):
        Configuration.from_parameters({"dropout": value})


def test_a_choice_is_taken_by_its_name():
    training = Configuration.from_parameters({"class_balance": "balanced", "learning_rate_schedule": "cosine"}).training

    assert training.class_balance is ClassBalance.BALANCED
    assert training.learning_rate_schedule is LearningRateSchedule.COSINE


def test_an_unknown_choice_is_answered_with_the_nearest():
    message = r"class_balance must be one of \['natural', 'balanced'\], got 'balance'. Did you mean 'balanced'\?"

    with pytest.raises(InvalidValueError, match=message):
        Configuration.from_parameters({"class_balance": "balance"})


@pytest.mark.parametrize("value", [None, 1, ["natural"]])
def test_a_choice_of_another_type_is_refused(value):
    with pytest.raises(InvalidValueError, match=rf"class_balance must be one of .*, got {re.escape(repr(value))}\."):
        Configuration.from_parameters({"class_balance": value})


def test_further_parameters_leave_the_earlier_ones():
    configuration = Configuration.from_parameters({"window": 9, "dropout": 0.3})

    changed = configuration.with_parameters({"dropout": 0.2, "num_epochs": 4})

    assert (changed.model.window, changed.model.dropout, changed.training.num_epochs) == (9, 0.2, 4)
    assert configuration.model.dropout == 0.3


def test_a_configuration_cannot_be_changed_and_serves_as_a_key():
    configuration = Configuration()

    with pytest.raises(FrozenInstanceError):
        configuration.model.window = 9
    assert {configuration: 1}[Configuration()] == 1
