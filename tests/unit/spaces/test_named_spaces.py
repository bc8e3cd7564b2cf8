import json
from itertools import islice, product
from random import Random

import pytest

from search_spaces import named_space, names_of_spaces
from spotformer_core.config import Configuration
from spotformer_core.errors import InvalidValueError
from spotformer_core.recipes import recipe

NAMES = sorted(names_of_spaces())


def test_these_spaces_have_names():
    assert [
        *("as-released", "demo", "demo-decoding", "full", "imported-features", "published", "smoke", "smoke-decoding"),
        *("table3", "table4", "table5", "table6"),
    ] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_space_is_found_by_its_own_name_and_described_in_one_line(name):
    assert named_space(name).name == name
    assert names_of_spaces()[name] == named_space(name).description
    assert "\n" not in named_space(name).description


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(
        InvalidValueError, match=r"got 'publshed'. Did you mean 'published'\? Known: as-released, demo, demo-decoding"
    ):
        named_space("publshed")


@pytest.mark.parametrize("name", NAMES)
def test_every_corner_of_a_named_space_is_a_valid_configuration(name):
    space = named_space(name)
    random = Random(1)

    # All of a small space; of a large one, 500 corners at random.
    ends = {name: dimension.ends() for name, dimension in space.dimensions.items()}
    corners = [dict(zip(ends, corner, strict=True)) for corner in islice(product(*ends.values()), 500)]
    corners += [{name: random.choice(values) for name, values in ends.items()} for _ in range(500)]
    windows = {space.configuration(corner).model.window for corner in corners}

    assert max(windows) == space.max_window


@pytest.mark.parametrize("name", NAMES)
def test_every_starting_point_of_a_named_space_is_valid(name):
    space = named_space(name)

    for point in space.starting_points:
        assert space.configuration(point).parameters().items() >= point.items()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_both_fixed_and_varied(name):
    space = named_space(name)

    assert not set(space.fixed) & set(space.dimensions)


def test_named_spaces_are_different_and_survive_json():
    declared = [named_space(name).as_dict() for name in NAMES]

    assert json.loads(json.dumps(declared)) == declared
    assert len({json.dumps(values, sort_keys=True) for values in declared}) == len(NAMES)


def test_the_published_space_is_the_configuration_of_the_paper():
    assert named_space("published").configuration({}) == Configuration()
    assert not named_space("published").dimensions


@pytest.mark.parametrize("dataset", ["samm-lv", "cas-me-2", "cas-me-3", "demo", "plain"])
@pytest.mark.parametrize("name", ["published", "as-released"])
def test_a_recipe_is_a_space_of_one_point_for_every_dataset(name, dataset):
    assert named_space(name, dataset=dataset).configuration({}) == recipe(name, dataset=dataset)


# ORIGIN: epoch_begin and epochs of the released code's configuration, counted from 0 there.
@pytest.mark.parametrize(("dataset", "first", "last"), [("samm-lv", 2, 99), ("cas-me-2", 7, 99), ("cas-me-3", 7, 89)])
def test_the_released_recipe_looks_at_these_epochs_beside_the_last(dataset, first, last):
    space = named_space("as-released", dataset=dataset)

    assert space.stored_epochs == tuple(range(first, last + 1))
    assert space.convention == "spotformer"
    assert (space.fixed["macro_apex_threshold"], space.fixed["micro_apex_threshold"]) == (0.5, 0.5)


@pytest.mark.parametrize("name", ["published", "table3", "table4", "table5", "table6", "imported-features"])
def test_macro_expressions_of_samm_lv_have_the_weight_of_the_released_code(name):
    assert named_space(name, dataset="samm-lv").fixed["macro_weight"] == 0.55
    assert "macro_weight" not in named_space(name, dataset="cas-me-2").fixed


def test_the_demo_starts_at_the_window_lambda_and_tau_of_the_paper():
    first, usual = named_space("demo").starting_points[0], Configuration().parameters()

    for name in ("window", "contrastive_lambda", "contrastive_tau"):
        assert first[name] == usual[name]


def test_only_the_spaces_that_say_so_search_decodings_and_epochs():
    searching = {name for name in NAMES if named_space(name).decoding or named_space(name).stored_epochs}

    assert searching == {"as-released", "demo-decoding", "full", "smoke-decoding"}


def test_the_demo_with_decodings_trains_what_the_demo_trains():
    demo, more = named_space("demo"), named_space("demo-decoding")

    assert (more.fixed, more.dimensions, more.starting_points) == (demo.fixed, demo.dimensions, demo.starting_points)


def test_the_space_for_imported_features_asks_for_windows_of_17_alone():
    assert named_space("imported-features").windows == (17,)
    assert set(named_space("demo").windows) == {9, 13, 17}


# ORIGIN: rows of [Deng2024] Tables III to VI.
@pytest.mark.parametrize(
    ("name", "num_points", "largest_window"),
    [("table3", 4, 17), ("table4", 5, 17), ("table5", 7, 25), ("table6", 8, 17)],
)
def test_a_table_of_the_paper_has_a_point_for_every_row_and_is_run_whole(name, num_points, largest_window):
    space = named_space(name)

    assert space.every_point
    assert len(space.points()) == num_points
    assert space.max_window == largest_window


@pytest.mark.parametrize("name", ["table3", "table4", "table5", "table6", "full"])
def test_tables_and_the_full_space_hold_the_recipe_of_the_paper(name):
    space = named_space(name)
    usual = Configuration().parameters()
    points = space.points() if space.every_point else space.starting_points

    assert Configuration() in [space.configuration(point) for point in points]
    assert all(usual[field] == value for field, value in space.fixed.items())


def test_tables_vary_nothing_but_what_their_rows_name():
    varied = {name: set(named_space(name).dimensions) for name in ("table3", "table4", "table5", "table6")}

    assert varied == {
        "table3": {"features", "graph_pooling"},
        "table4": {"architecture"},
        "table5": {"window"},
        "table6": {"contrastive_lambda"},
    }
