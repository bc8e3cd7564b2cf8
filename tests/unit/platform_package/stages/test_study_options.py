"""The options of a study and their defaults, which follow from the space and the sampler."""

import argparse
import math
from dataclasses import replace

import pytest

import platform.search
from platform.sampling.choice import SamplerName
from platform.stages.search_options import SearchOptions
from platform.stages.study_options import add_study_options, study_options
from platform.study.racing import Racing
from search_spaces import Choice, Integer, Space, named_space
from spotformer_core.errors import InvalidValueError

LISTED = Space(name="listed", description="", dimensions={"num_heads": Integer(1, 3), "window": Choice((9, 11))})


def chosen(*arguments, space="demo"):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_study_options(parser)
    space = named_space(space) if isinstance(space, str) else space
    return study_options(parser.parse_args(arguments), space)


def options_of(*arguments, space="demo"):
    space_itself = named_space(space) if isinstance(space, str) else space
    rest = {
        "study": "a",
        "space": space_itself,
        "num_workers": 1,
        "gpus_per_fold": 0,
        "address": "",
        "tracking_uri": "",
    }
    return SearchOptions(**rest, **chosen(*arguments, space=space))


def test_a_drawn_space_has_four_configurations_by_tpe_with_careful_racing():
    options = options_of()

    assert (options.num_configurations, options.sampler, options.racing) == (4, SamplerName.TPE, Racing.CAREFUL)
    assert options.prior_studies == ()
    assert (options.stack_folds, options_of("--stack-folds", "4").stack_folds) == (1, 4)


@pytest.mark.parametrize(("space", "num_points"), [("table3", 4), ("table4", 5), ("table5", 7), ("table6", 8)])
def test_a_table_is_run_whole_in_order_without_racing(space, num_points):
    options = options_of(space=space)

    assert (options.num_configurations, options.sampler, options.racing) == (num_points, SamplerName.GRID, Racing.OFF)
    assert options_of("--configurations", str(num_points), space=space) == options


@pytest.mark.parametrize("given", ["3", "5", "0"])
def test_another_number_of_configurations_than_a_table_has_is_refused(given):
    with pytest.raises(
        InvalidValueError, match=rf"--configurations must be 4, every point of table3, got {given}. Leave"
    ):
        chosen("--configurations", given, space="table3")


def test_a_grid_of_ones_own_has_all_its_points_or_the_first_ones():
    assert chosen("--sampler", "grid", space=LISTED)["num_configurations"] == 6
    assert chosen("--sampler", "grid", "--configurations", "2", space=LISTED)["num_configurations"] == 2
    with pytest.raises(InvalidValueError, match="--configurations must be at most 6, the points, got 7"):
        chosen("--sampler", "grid", "--configurations", "7", space=LISTED)


def test_where_nothing_varies_there_is_one_configuration():
    assert chosen("--configurations", "9", space="published")["num_configurations"] == 1


def test_two_objectives_are_not_raced():
    assert options_of("--sampler", "nsga-ii").racing is Racing.OFF


@pytest.mark.parametrize(
    ("arguments", "space"),
    [(["--racing", "careful"], "table5"), (["--sampler", "nsga-ii", "--racing", "aggressive"], "demo")],
)
def test_racing_where_every_point_is_wanted_is_refused(arguments, space):
    with pytest.raises(
        InvalidValueError, match=r"--racing must be off where every point is run .*, got '(careful|aggressive)'"
    ):
        options_of(*arguments, space=space)


def test_a_sampler_that_does_not_fit_the_space_is_refused_at_once():
    with pytest.raises(InvalidValueError, match="its sampler must be grid, got random"):
        options_of("--sampler", "random", space="table3")


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--configurations", "--configurations must be at least 1, got 0"),
        ("--lag", "--lag must be at least 1, got 0"),
        ("--stack-folds", "--stack-folds must be at least 1, got 0"),
    ],
)
def test_numbers_below_one_are_refused(option, message):
    with pytest.raises(InvalidValueError, match=message):
        options_of(option, "0")


def test_earlier_studies_may_be_named_more_than_once():
    assert options_of("--from", "one", "--from", "two").prior_studies == ("one", "two")


@pytest.mark.parametrize("limit", [-1.0, math.nan, math.inf])
def test_a_limit_of_a_fold_is_a_number_of_seconds(limit):
    with pytest.raises(InvalidValueError, match=rf"--fold-timeout must be 0 or more seconds, got {limit}"):
        replace(options_of(), fold_timeout=limit)


@pytest.mark.parametrize(("words", "limit"), [((), None), (("--fold-timeout", "0"), 0), (("--fold-timeout", "90"), 90)])
def test_the_limit_of_a_fold_goes_from_the_command_line_to_the_search(words, limit):
    assert platform.search.search_options(platform.search.parser().parse_args(words)).fold_timeout == limit
