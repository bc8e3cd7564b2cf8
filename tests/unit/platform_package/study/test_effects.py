from functools import cache

import numpy as np
import pytest

from platform.study.effects import fields_read, require_decoding_effects, require_effects
from search_spaces import Choice, Condition, Float, Integer, LogFloat, Space
from search_spaces.named import named_space, names_of_spaces
from spotformer_core.config import Configuration
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.miniature import decode_miniature
from spotformer_core.training.miniature import evaluate_miniature, miniature
from tests.unit.core.test_config import ALL_NAMES, OTHER_VALUES

RATES = {"learning_rate": LogFloat(1e-4, 1e-3)}
SMALLER = {
    "width": 4,
    "num_heads": 1,
    "head_width": 2,
    "batch_size": 4,
    "num_epochs": 1,
    "warmup_steps": 1,
    "window": 5,
}
NOT_SEEN = {"window": "windows are cut to the smallest one", "warmup_steps": "one step of warm-up has the whole rate"}
"""Fields whose every other value the miniature cuts away."""

SWITCHED_OFF = [
    (
        {"contrastive_lambda": 0.0},
        {"contrastive_tau", "contrastive_base_tau", "contrastive_loss", "contrastive_unit_length"},
    ),
    ({"learning_rate_schedule": "constant"}, {"learning_rate_decay"}),
    ({"learning_rate_schedule": "cosine"}, {"learning_rate_decay"}),
    ({"num_epochs": 1}, {"learning_rate_decay"}),
    ({"boundary_loss": "cross-entropy"}, {"focal_alpha_boundary"}),
    ({"focal_gamma": 0.0}, {"label_smoothing"}),
    ({"focal_gamma": 0.0, "binary_loss": "distance-focal"}, {"label_smoothing"}),
    ({"macro_weight": 0.0}, {"macro_apex_weight", "macro_boundary_weight", "macro_expression_weight"}),
    ({"macro_apex_weight": 0.0, "micro_apex_weight": 0.0}, {"focal_alpha_apex"}),
    ({"macro_expression_weight": 0.0, "micro_expression_weight": 0.0}, {"focal_alpha_expression"}),
    (
        {"macro_boundary_weight": 0.0, "micro_boundary_weight": 0.0},
        {"focal_alpha_boundary", "boundary_loss"},
    ),
    ({"overlap_threshold": 1.0}, {"suppression_length"}),
    ({"max_proposals_per_recording": 1}, {"overlap_threshold", "suppression_length"}),
]
"""What other values of some fields leave without effect, worked out from the formulas of the losses, of the learning
rate and of the suppression; everything else stays."""


def outcome(parameters):
    """All numbers that the miniature of a configuration gives."""
    return _outcome(miniature(Configuration.from_parameters(parameters)))


@cache
def _outcome(configuration):
    fold = evaluate_miniature(configuration)
    proposals, counts = decode_miniature(configuration.decoding)
    numbers = [one for scores in fold.scores_by_epoch.values() for one in scores.values()]
    return fold.final_loss, fold.num_steps, numbers, proposals, counts.tolist()


def same(one, other):
    return (
        (one[0], one[1], one[3], one[4]) == (other[0], other[1], other[3], other[4])
        and len(one[2]) == len(other[2])
        and all(np.array_equal(left, right) for left, right in zip(one[2], other[2], strict=True))
    )


def space(**changes):
    return Space(**{"name": "mine", "description": "", "dimensions": RATES} | changes)


def test_every_field_is_read_in_the_recipe_of_the_paper():
    assert fields_read(Configuration()) == set(ALL_NAMES)


@pytest.mark.parametrize(("parameters", "unread"), SWITCHED_OFF)
def test_what_others_switch_off_is_not_read_and_everything_else_is(parameters, unread):
    assert set(ALL_NAMES) - fields_read(Configuration.from_parameters(parameters)) == unread


@pytest.mark.parametrize(
    ("parameters", "name"), [(parameters, name) for parameters, unread in SWITCHED_OFF for name in sorted(unread)]
)
def test_another_value_of_a_field_that_is_not_read_changes_no_bit(parameters, name):
    assert same(outcome(parameters), outcome(parameters | {name: OTHER_VALUES[name]}))


@pytest.mark.parametrize("name", sorted(set(ALL_NAMES) - set(NOT_SEEN)))
def test_another_value_of_a_field_that_is_read_changes_something(name):
    # A base that reads every field, and a warm-up of which a longer one differs.
    base = {"warmup_steps": 0}
    value = SMALLER.get(name, OTHER_VALUES[name])

    assert not same(outcome(base), outcome(base | {name: value}))


@pytest.mark.parametrize("name", names_of_spaces())
def test_nothing_in_a_named_space_is_without_effect(name):
    for dataset in ("", "samm-lv", "cas-me-2", "cas-me-3"):
        require_effects(named_space(name, dataset=dataset))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {
                "fixed": {"learning_rate_schedule": "constant"},
                "dimensions": {"learning_rate_decay": Float(0.9, 0.99)},
            },
            (
                "a dimension must have an effect, got learning_rate_decay in the space 'mine', which nothing reads "
                "while learning_rate_schedule is constant. Take learning_rate_decay out, or make "
                "learning_rate_schedule for instance exponential."
            ),
        ),
        (
            {"fixed": {"contrastive_lambda": 0.0}, "dimensions": {"contrastive_tau": Float(0.1, 1.0)}},
            (
                "a dimension must have an effect, got contrastive_tau in the space 'mine', which nothing reads while "
                "contrastive_lambda is 0.0. Take contrastive_tau out, or make contrastive_lambda for instance 0.005."
            ),
        ),
        (
            {"fixed": {"max_proposals_per_recording": 1}, "decoding": {"overlap_threshold": Float(0.1, 0.9)}},
            (
                "a dimension must have an effect, got overlap_threshold in the space 'mine', which nothing reads while "
                "max_proposals_per_recording is 1. "
            ),
        ),
        (
            {"fixed": {"boundary_loss": "cross-entropy", "focal_alpha_boundary": 0.6}},
            (
                "a fixed value must have an effect, got focal_alpha_boundary in the space 'mine', which nothing reads "
                "while boundary_loss is cross-entropy. "
            ),
        ),
        (
            {"fixed": {"num_epochs": 1, "learning_rate_decay": 0.9}},
            (
                "a fixed value must have an effect, got learning_rate_decay in the space 'mine', which nothing reads "
                "while num_epochs is 1. "
            ),
        ),
        (
            {"fixed": {"learning_rate": 0.1}},
            (
                "a fixed value must have an effect, got learning_rate in the space 'mine', where the dimension of that "
                "name takes its place. "
            ),
        ),
        (
            {
                "fixed": {"macro_apex_threshold": 0.4, "micro_apex_threshold": 0.3},
                "apex_thresholds": (0.2, 0.4),
            },
            (
                "apex_thresholds must have an effect, got them in 'mine', where macro_apex_threshold and "
                "micro_apex_threshold are fixed, so that none is chosen. "
            ),
        ),
        ({"num_decodings": 3}, "num_decodings must have an effect, got 3 in 'mine', which has no decoding to draw. "),
        (
            {
                "dimensions": {
                    "learning_rate_schedule": Choice(("constant", "exponential")),
                    "learning_rate_decay": Float(0.9, 0.99),
                },
                "conditions": {"learning_rate_decay": Condition("learning_rate_schedule", ("constant",))},
            },
            "a dimension must have an effect, got learning_rate_decay in the space 'mine', ",
        ),
        (
            {
                "fixed": {"macro_weight": 0.0, "micro_apex_weight": 0.0, "focal_alpha_apex": 0.6},
            },
            "a fixed value must have an effect, got focal_alpha_apex in the space 'mine', ",
        ),
    ],
)
def test_what_has_no_effect_in_a_space_is_refused_with_what_would_give_it_one(changes, message):
    with pytest.raises(InvalidValueError) as refused:
        require_effects(space(**changes))

    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "changes",
    [
        {"dimensions": {"contrastive_lambda": Choice((0.0, 0.005)), "contrastive_tau": Float(0.1, 1.0)}},
        {"fixed": {"contrastive_lambda": 0.0}},
        {"fixed": {"learning_rate_schedule": "constant", "learning_rate_decay": 0.96}},
        {"fixed": {"macro_apex_threshold": 0.4}, "apex_thresholds": (0.2, 0.4)},
        {"fixed": {"macro_apex_threshold": 0.4, "micro_apex_threshold": 0.3}},
        {"fixed": {"overlap_threshold": 0.3}, "decoding": {"overlap_threshold": Float(0.4, 0.9)}},
        {"fixed": {"max_proposals_per_recording": 1}, "decoding": {"max_proposals_per_recording": Integer(1, 5)}},
        {"fixed": {"precision": "bfloat16"}},
        {
            "fixed": {"learning_rate_decay": 0.9},
            "dimensions": {
                "learning_rate_schedule": Choice(("constant", "cosine", "exponential")),
                "dropout": Float(0.0, 0.2),
            },
        },
        {
            "dimensions": {
                "learning_rate_schedule": Choice(("constant", "exponential")),
                "learning_rate_decay": Float(0.9, 0.99),
            },
            "conditions": {"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))},
        },
        # Three fields must meet for label smoothing to count.
        {
            "dimensions": {
                "label_smoothing": Float(0.1, 0.2),
                "focal_gamma": Choice((2.0, 0.0)),
                "micro_apex_weight": Choice((0.0, 1.0, 0.0001)),
                "macro_weight": Choice((0.5, 0.0)),
            },
            "fixed": {"micro_expression_weight": 0.0},
        },
        # A rate at which even the miniature diverges.
        {
            "fixed": {"learning_rate": 1e30, "learning_rate_schedule": "cosine"},
            "dimensions": {"dropout": Float(0, 0.1)},
        },
    ],
)
def test_what_has_an_effect_somewhere_in_a_space_is_taken(changes):
    require_effects(space(**changes))


def test_a_field_of_vary_is_refused_when_no_configuration_reads_it():
    usual = Configuration()
    alone = usual.with_parameters({"max_proposals_per_recording": 1})
    varied = {"overlap_threshold": Float(0.2, 0.8)}

    require_decoding_effects(varied, [alone, usual])
    with pytest.raises(InvalidValueError) as refused:
        require_decoding_effects(varied, [alone])

    assert str(refused.value) == (
        "a field of --vary must have an effect, got overlap_threshold, which nothing reads while "
        "max_proposals_per_recording is 1. Take overlap_threshold out, or make max_proposals_per_recording for "
        "instance 0."
    )


def test_a_field_of_the_stated_decoding_that_nothing_reads_is_refused():
    stated = Configuration.from_parameters({"overlap_threshold": 1.0, "suppression_length": "inclusive"})
    names = ("overlap_threshold", "suppression_length")

    with pytest.raises(InvalidValueError, match="a field of --decoding must have an effect, got suppression_length, "):
        require_decoding_effects({"macro_duration": Integer(50, 60)}, [stated], stated=names)
    require_decoding_effects({"overlap_threshold": Float(0.5, 1.0)}, [stated], stated=names)
