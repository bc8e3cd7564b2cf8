import json
from itertools import product

import pytest

from search_spaces import named_space, names_of_spaces
from spotformer_core.config import Configuration
from spotformer_core.errors import InvalidValueError

NAMES = sorted(names_of_spaces())


def test_these_spaces_have_names():
    assert NAMES == ["demo", "demo-decoding", "published", "released", "smoke", "smoke-decoding"]


@pytest.mark.parametrize("name", NAMES)
def test_a_space_is_found_by_its_own_name_and_described_in_one_line(name):
    assert named_space(name).name == name
    assert names_of_spaces()[name] == named_space(name).description
    assert "\n" not in named_space(name).description


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(
        InvalidValueError, match=r"got 'publshed'. Did you mean 'published'\? Known: demo, demo-decoding, publ"
    ):
        named_space("publshed")


@pytest.mark.parametrize("name", NAMES)
def test_every_corner_of_a_named_space_is_a_valid_configuration(name):
    space = named_space(name)
    names, ends = list(space.dimensions), [dimension.ends() for dimension in space.dimensions.values()]

    windows = {space.configuration(dict(zip(names, corner, strict=True))).model.window for corner in product(*ends)}

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


def test_the_demo_starts_at_the_window_lambda_and_tau_of_the_paper():
    first, usual = named_space("demo").starting_points[0], Configuration().parameters()

    for name in ("window", "contrastive_lambda", "contrastive_tau"):
        assert first[name] == usual[name]


def test_only_the_spaces_that_say_so_search_decodings_and_epochs():
    searching = {name for name in NAMES if named_space(name).decoding or named_space(name).stored_epochs}

    assert searching == {"demo-decoding", "smoke-decoding"}


def test_the_demo_with_decodings_trains_what_the_demo_trains():
    demo, more = named_space("demo"), named_space("demo-decoding")

    assert (more.fixed, more.dimensions, more.starting_points) == (demo.fixed, demo.dimensions, demo.starting_points)


def test_the_space_for_released_features_asks_for_windows_of_17_alone():
    assert named_space("released").windows == (17,)
    assert set(named_space("demo").windows) == {9, 13, 17}
