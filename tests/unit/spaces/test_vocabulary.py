import json
import math
from dataclasses import replace

import pytest

from search_spaces import Choice, Float, Integer, LogFloat, Space
from spotformer_core.errors import InvalidValueError


def space_of(**changes) -> Space:
    return Space(**{"name": "made", "description": "for a test"} | changes)


@pytest.mark.parametrize(
    ("dimension", "ends", "description"),
    [
        (Float(0.0, 0.5), (0.0, 0.5), "0 to 0.5"),
        (LogFloat(1e-4, 0.1), (1e-4, 0.1), "0.0001 to 0.1 (log)"),
        (Integer(1, 40), (1, 40), "1 to 40"),
        (Integer(3, 3), (3, 3), "3 to 3"),
        (Choice((9, 17, 13)), (9, 17, 13), "9, 17, 13"),
        (Choice(("natural", "balanced")), ("natural", "balanced"), "natural, balanced"),
    ],
)
def test_a_dimension_knows_its_ends_and_how_to_say_them(dimension, ends, description):
    assert dimension.ends() == ends
    assert dimension.describe() == description


@pytest.mark.parametrize("kind", [Float, LogFloat, Integer])
def test_ends_out_of_order_are_refused(kind):
    with pytest.raises(InvalidValueError, match=rf"ends of a {kind.__name__} must be .*in order, got \(5, 2\). Swap"):
        kind(5, 2)


@pytest.mark.parametrize("kind", [Float, LogFloat, Integer])
@pytest.mark.parametrize("high", [math.inf, math.nan])
def test_ends_that_are_no_finite_numbers_are_refused(kind, high):
    with pytest.raises(InvalidValueError, match=rf"ends of a {kind.__name__} must be finite .*, got \(1, {high}\)"):
        kind(1, high)


@pytest.mark.parametrize("low", [0, 0.0, -1.0])
def test_a_logarithm_begins_above_zero(low):
    with pytest.raises(InvalidValueError, match=f"low end of a LogFloat must be greater than 0, got {low}. Use Float"):
        LogFloat(low, 1.0)


@pytest.mark.parametrize("values", [(), (9, 9), (1, 1.0)])
def test_the_values_of_a_choice_are_different_and_at_least_one(values):
    with pytest.raises(InvalidValueError, match="values of a Choice must be different and at least one, got"):
        Choice(values)


@pytest.mark.parametrize("where", ["fixed", "dimensions"])
def test_an_unknown_field_is_answered_with_the_nearest(where):
    value = 9 if where == "fixed" else Choice((9, 11))

    with pytest.raises(InvalidValueError, match=r"got 'windw'. Did you mean 'window'\?"):
        space_of(**{where: {"windw": value}})


@pytest.mark.parametrize(
    ("name", "dimension", "message"),
    [
        ("window", Choice((9, 12)), "window must be an odd number from 5 to 25, got 12"),
        ("dropout", Float(0.0, 1.0), r"dropout must be in \[0, 1\), got 1.0"),
        ("learning_rate", Float(0.0, 0.1), "learning_rate must be greater than 0, got 0.0"),
        ("batch_size", Integer(0, 64), "batch_size must be greater than 0, got 0"),
        ("class_balance", Choice(("natural", "uneven")), "class_balance must be one of .*, got 'uneven'"),
        ("batch_size", Float(16.5, 64), "batch_size must be a whole number, got 16.5"),
    ],
)
def test_a_dimension_whose_end_breaks_the_rule_of_its_field_is_refused(name, dimension, message):
    with pytest.raises(InvalidValueError, match=message):
        space_of(dimensions={name: dimension})


@pytest.mark.parametrize("kind", [Float, LogFloat])
def test_fractions_are_not_drawn_for_a_field_of_whole_numbers(kind):
    with pytest.raises(InvalidValueError, match=r"width must be a whole number, got 8.0"):
        space_of(dimensions={"width": kind(8, 64)})


def test_whole_numbers_of_which_every_second_breaks_a_rule_are_refused():
    with pytest.raises(InvalidValueError, match="window must be an odd number from 5 to 25, got 10"):
        space_of(dimensions={"window": Integer(9, 25)})


@pytest.mark.parametrize("duration", [Integer(20, 60), Choice((60, 20)), Choice((60, 20, 40))])
def test_dimensions_that_break_a_rule_only_together_are_refused(duration):
    dimensions = {"dropout": Float(0, 0.5), "macro_duration": duration, "macro_min_duration": Integer(4, 30)}

    with pytest.raises(InvalidValueError, match=r"macro_min_duration must be from 2 to macro_duration \(20\), got 30"):
        space_of(dimensions=dimensions)


def test_dimensions_that_would_break_a_rule_only_beside_the_defaults_are_allowed():
    dimensions = {"macro_duration": Integer(12, 15), "macro_min_duration": Integer(4, 12)}

    # The default minimum of 16 frames exceeds 15, but is never drawn.
    assert space_of(dimensions=dimensions).dimensions == dimensions


def test_a_fixed_value_that_breaks_the_rule_of_its_field_is_refused():
    with pytest.raises(InvalidValueError, match="window must be an odd number from 5 to 25, got 12"):
        space_of(fixed={"window": 12})


def test_a_dimension_is_judged_beside_the_fixed_values():
    with pytest.raises(InvalidValueError, match=r"macro_min_duration must be from 2 to macro_duration \(20\), got 30"):
        space_of(fixed={"macro_duration": 20}, dimensions={"macro_min_duration": Integer(4, 30)})


@pytest.mark.parametrize("name", ["macro_apex_threshold", "micro_apex_threshold"])
def test_an_apex_threshold_is_no_dimension(name):
    with pytest.raises(InvalidValueError, match=f"{name} is searched on stored scores, .*'made'. Put its values into"):
        space_of(dimensions={name: Float(0.1, 0.9)})


@pytest.mark.parametrize("thresholds", [(), (0.5, 0.3), (0.3, 0.3), (-0.1, 0.5), (0.5, 1.1)])
def test_apex_thresholds_rise_from_zero_to_one(thresholds):
    with pytest.raises(InvalidValueError, match=r"apex_thresholds must be rising numbers in \[0, 1\], got"):
        space_of(apex_thresholds=thresholds)


@pytest.mark.parametrize("point", [{"window": 9}, {}, {"window": 9, "dropout": 0.1, "num_epochs": 3}])
def test_a_starting_point_has_a_value_for_every_dimension_and_no_other(point):
    dimensions = {"window": Choice((9, 11)), "dropout": Float(0.0, 0.5)}

    with pytest.raises(
        InvalidValueError, match=r"starting point must be a value for each of \['dropout', 'window'\], got"
    ):
        space_of(dimensions=dimensions, starting_points=(point,))


def test_a_starting_point_that_breaks_a_rule_is_refused():
    with pytest.raises(InvalidValueError, match="window must be an odd number from 5 to 25, got 10"):
        space_of(dimensions={"window": Choice((9, 11))}, starting_points=({"window": 10},))


@pytest.mark.parametrize(
    ("name", "dimension", "value", "described"),
    [
        ("window", Choice((9, 11)), 13, "9, 11"),
        ("dropout", Float(0.1, 0.5), 0.6, "0.1 to 0.5"),
        ("learning_rate", LogFloat(1e-4, 1e-2), 1e-5, r"0.0001 to 0.01 \(log\)"),
        ("num_epochs", Integer(2, 9), 10, "2 to 9"),
    ],
)
def test_a_starting_point_outside_its_dimension_is_refused(name, dimension, value, described):
    message = rf"{name} of a starting point must be inside its dimension \({described}\), got {value}. Widen"

    with pytest.raises(InvalidValueError, match=message):
        space_of(dimensions={name: dimension}, starting_points=({name: value},))


def test_a_starting_point_may_stand_at_the_ends_of_its_dimensions():
    dimensions = {"window": Choice((9, 11)), "dropout": Float(0, 0.5), "num_epochs": Integer(2, 9)}
    points = ({"window": 11, "dropout": 0, "num_epochs": 9}, {"window": 9, "dropout": 0.5, "num_epochs": 2})

    assert space_of(dimensions=dimensions, starting_points=points).starting_points == points


def test_a_configuration_has_the_fixed_values_the_drawn_ones_and_the_defaults():
    space = space_of(fixed={"width": 32}, dimensions={"window": Choice((9, 11))})

    configuration = space.configuration({"window": 11})

    assert (configuration.model.width, configuration.model.window, configuration.model.num_heads) == (32, 11, 4)


@pytest.mark.parametrize(
    ("changes", "max_window"),
    [
        ({}, 17),
        ({"fixed": {"window": 21}}, 21),
        ({"dimensions": {"window": Choice((13, 25, 9))}}, 25),
        ({"dimensions": {"dropout": Float(0, 0.5)}}, 17),
    ],
)
def test_the_largest_window_is_that_of_the_dimension_or_the_fixed_or_the_default_one(changes, max_window):
    assert space_of(**changes).max_window == max_window


@pytest.mark.parametrize(
    ("changes", "regions"),
    [
        ({}, "ten"),
        ({"fixed": {"regions": "with-nose-sides"}}, "with-nose-sides"),
        (
            {"dimensions": {"regions": Choice(("ten", "with-nose-sides-and-eyelids", "with-nose-sides"))}},
            "with-nose-sides-and-eyelids",
        ),
    ],
)
def test_the_most_regions_are_those_of_the_dimension_or_the_fixed_or_the_default_ones(changes, regions):
    assert space_of(**changes).regions == regions


BASE = {
    "fixed": {"width": 32},
    "dimensions": {"window": Choice((9, 11)), "dropout": Float(0.1, 0.5)},
    "starting_points": ({"window": 9, "dropout": 0.2},),
    "apex_thresholds": (0.3, 0.5),
}


def test_equal_spaces_are_equal_as_dictionaries_and_survive_json():
    declared = space_of(**BASE).as_dict()

    assert declared == space_of(**BASE).as_dict()
    assert json.loads(json.dumps(declared)) == declared


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"fixed": {"width": 64}},
        {"fixed": {}},
        {"dimensions": {"window": Choice((9, 13)), "dropout": Float(0.1, 0.5)}},
        {"dimensions": {"window": Choice((9, 11)), "dropout": LogFloat(0.1, 0.5)}},
        {"dimensions": {"window": Choice((9, 11)), "dropout": Choice((0.1, 0.2, 0.5))}},
        {"starting_points": ()},
        {"starting_points": ({"window": 9, "dropout": 0.3},)},
        {"apex_thresholds": (0.3, 0.6)},
    ],
)
def test_different_spaces_are_different_as_dictionaries(change):
    space = space_of(**BASE)

    assert replace(space, **change).as_dict() != space.as_dict()
