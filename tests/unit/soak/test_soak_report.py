"""What a soak says of itself."""

import json
import random

import pytest

from tests.soak.faults import FAULTS, drawn
from tests.soak.report import Found, Series
from tests.soak.studies import noted_losses


@pytest.fixture
def found():
    found = Found(seed=7, minutes=60.0, studies=40)
    found.faults["driver killed"] = 12
    found.missed["disk full"] = 1
    found.folds.update(done=360, repeated=30)
    flat, grows = Series(unit="MiB", per="study"), Series(unit="files", per="fold")
    for number in range(40):
        flat.add(number, 100 + number % 3)
        grows.add(number, 10 + number)
    found.series = {"memory": flat, "open files": grows}
    return found


def test_what_grows_is_named_and_what_is_flat_too(found):
    lines = list(found.lines())

    assert lines[:4] == [
        "60.0 minutes with seed 7: 40 studies",
        "faults: 12 driver killed",
        "drawn, but the search had ended before: 1 disk full",
        "folds: 360 done, 30 repeated",
    ]
    assert lines[5].startswith("memory ")
    assert lines[5].endswith("40 times, MiB per study: flat")
    assert lines[6].endswith("40 times, files per fold: GROWS")
    assert found.growing == ["open files"]
    assert not found.is_good


def test_a_soak_without_losses_in_which_nothing_grows_is_good(found):
    del found.series["open files"]
    assert found.is_good

    with noted_losses(found):
        raise AssertionError("a fold is gone\nwith details")

    assert found.losses == ["a fold is gone"]
    assert "LOST: a fold is gone" in list(found.lines())
    assert not found.is_good


def test_what_is_left_over_is_not_good(found):
    del found.series["open files"]
    found.left_over.append("123 python")

    assert not found.is_good
    assert "LEFT OVER: 123 python" in list(found.lines())


def test_figures_are_numbers_and_every_goal_is_of_one(found):
    found.series["measured once"] = Series(unit="MiB", per="study", over=[1.0], values=[5.0])
    figures = found.figures()

    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert set(found.goals()) <= set(figures)
    assert figures["open files: slope, files per fold"] == 1
    assert (figures["studies"], figures["losses"], figures["faults: driver killed"]) == (40, 0, 12)


def test_a_seed_draws_the_same_faults_and_no_full_disk_where_none_is_small():
    def schedule(*, can_fill):
        moments = random.Random(3)
        return [drawn(moments, can_fill=can_fill) for _ in range(200)]

    assert schedule(can_fill=True) == schedule(can_fill=True)
    assert {name for names in schedule(can_fill=True) for name in names} == set(FAULTS)
    assert {name for names in schedule(can_fill=False) for name in names} == set(FAULTS) - {"disk full"}
    assert max(len(names) for names in schedule(can_fill=True)) == 2
