"""Dimensions that exist only when another has certain values."""

import json

import pytest

from search_spaces import Choice, Condition, Float, Integer, LogFloat, Space
from spotformer_core.errors import InvalidValueError

SCHEDULE = Choice(("constant", "exponential"))
DECAY = Condition("learning_rate_schedule", ("exponential",))


def space_of(**changes) -> Space:
    declared = {
        "dimensions": {"learning_rate_schedule": SCHEDULE, "learning_rate_decay": Float(0.9, 0.99)},
        "conditions": {"learning_rate_decay": DECAY},
    }
    return Space(**{"name": "made", "description": "for a test"} | declared | changes)


def test_a_conditional_dimension_exists_only_beside_the_values_it_names():
    space = space_of()

    assert space.existing({"learning_rate_schedule": "exponential"}) == [
        "learning_rate_schedule",
        "learning_rate_decay",
    ]
    assert space.existing({"learning_rate_schedule": "constant"}) == ["learning_rate_schedule"]
    assert DECAY.describe() == "when learning_rate_schedule is exponential"


def test_where_a_dimension_does_not_exist_its_field_is_as_fixed():
    space = space_of(fixed={"learning_rate_decay": 0.5})

    assert space.configuration({"learning_rate_schedule": "constant"}).training.learning_rate_decay == 0.5


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        (
            {"learning_rat_decay": DECAY},
            r"must join two dimensions .* got 'learning_rat_decay'. Did you mean 'learning_rate_decay'",
        ),
        (
            {"learning_rate_decay": Condition("schedule", ("constant",))},
            "must join two dimensions of its space, got 'schedule'",
        ),
        (
            {"learning_rate_schedule": Condition("learning_rate_decay", (0.9,))},
            "must be an unconditional Choice, got 'learning_rate_decay'",
        ),
        (
            {"learning_rate_decay": Condition("learning_rate_schedule", ("linear",))},
            r"values of learning_rate_schedule \(constant, exponential\), got \('linear',\)",
        ),
        (
            {"learning_rate_decay": Condition("learning_rate_schedule", ())},
            r"must be values of learning_rate_schedule .*, got \(\)",
        ),
    ],
)
def test_a_condition_that_joins_nothing_is_refused(conditions, message):
    with pytest.raises(InvalidValueError, match=message):
        space_of(conditions=conditions)


def test_conditions_on_conditions_are_refused():
    dimensions = {
        "features": Choice(("sw-mro", "adjacent")),
        "graph_pooling": Choice(("flgp", "average")),
        "dropout": Float(0, 0.5),
    }
    conditions = {"graph_pooling": Condition("features", ("sw-mro",)), "dropout": Condition("graph_pooling", ("flgp",))}

    with pytest.raises(
        InvalidValueError, match="on which dropout depends must be an unconditional Choice, got 'graph_pooling'"
    ):
        space_of(dimensions=dimensions, conditions=conditions)


def test_a_rule_that_breaks_only_where_a_dimension_does_not_exist_is_not_broken():
    dimensions = {"macro_duration": Choice((20, 60)), "macro_min_duration": Integer(4, 30)}

    with pytest.raises(InvalidValueError, match="macro_min_duration must be from 2"):
        space_of(fixed={"macro_min_duration": 4}, dimensions=dimensions, conditions={})
    conditions = {"macro_min_duration": Condition("macro_duration", (60,))}
    assert (
        space_of(fixed={"macro_min_duration": 4}, dimensions=dimensions, conditions=conditions).conditions == conditions
    )


@pytest.mark.parametrize(
    ("point", "message"),
    [
        (
            {"learning_rate_schedule": "constant", "learning_rate_decay": 0.95},
            r"a value for each of \['learning_rate_schedule'\]",
        ),
        ({"learning_rate_schedule": "exponential"}, r"for each of \['learning_rate_decay', 'learning_rate_schedule'\]"),
    ],
)
def test_a_starting_point_has_values_for_what_exists_there_and_nothing_else(point, message):
    with pytest.raises(InvalidValueError, match=message):
        space_of(starting_points=(point,))


def test_conditions_are_part_of_what_a_study_is_continued_with():
    assert space_of().as_dict() != space_of(conditions={}).as_dict()
    assert json.loads(json.dumps(space_of().as_dict())) == space_of().as_dict()
    assert "conditions" not in space_of(conditions={}).as_dict()


def test_every_point_comes_once_and_the_last_dimension_changes_fastest():
    dimensions = {"features": Choice(("sw-mro", "adjacent")), "num_heads": Integer(1, 3)}

    points = space_of(dimensions=dimensions, conditions={"num_heads": Condition("features", ("sw-mro",))}).points()

    assert points == (
        {"features": "sw-mro", "num_heads": 1},
        {"features": "sw-mro", "num_heads": 2},
        {"features": "sw-mro", "num_heads": 3},
        {"features": "adjacent"},
    )


@pytest.mark.parametrize("dimension", [Float(0, 0.5), LogFloat(0.1, 0.5)])
def test_a_table_of_numbers_without_end_is_refused(dimension):
    with pytest.raises(
        InvalidValueError, match=r"must be a Choice or an Integer, got dropout from 0.* List the values"
    ):
        space_of(dimensions={"dropout": dimension}, conditions={}, every_point=True)
