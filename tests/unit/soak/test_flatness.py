"""What a soak calls growing, and what it calls flat."""

import numpy as np
import pytest

from tests.soak.flatness import FEWEST, TOLERATED, trend


def series(per_step, count, *, middle=500.0, noise=5.0, seed=0):
    over = np.arange(count, dtype=float)
    return over.tolist(), (middle + per_step * over + np.random.default_rng(seed).normal(0, noise, count)).tolist()


@pytest.mark.parametrize("seed", range(10))
def test_what_stays_is_flat_however_much_it_scatters(seed):
    assert trend(*series(0.0, 120, noise=40, seed=seed)).is_flat


def test_what_leaks_is_found_in_an_hour():
    found = trend(*series(0.5, 120))

    assert not found.is_flat
    assert found.low <= 0.5 <= found.high
    assert found.surely_grown > TOLERATED


def test_what_grows_surely_but_less_than_is_tolerated_is_flat():
    found = trend(*series(0.05, 120, noise=0.1))

    assert found.low > 0
    assert found.is_flat


def test_single_outliers_move_nothing():
    over, values = series(0.0, 60)
    values[-1] = 50_000.0

    assert trend(over, values).is_flat


def test_of_a_few_measurements_nothing_is_said():
    assert trend(*series(100.0, FEWEST - 1)).is_flat
    assert not trend(*series(100.0, FEWEST)).is_flat
    assert trend([], []).is_flat
    assert trend([2.0] * 9, [float(number) for number in range(9)]).is_flat


def test_what_shrinks_is_flat():
    assert trend(*series(-3.0, 60)).is_flat


def test_what_was_nothing_and_becomes_something_has_grown():
    assert not trend(list(range(10)), [0.0] * 6 + [1.0, 2.0, 3.0, 4.0]).low
    assert not trend(list(range(10)), [float(number) for number in range(10)]).is_flat


def test_growth_that_is_known_and_borne_is_flat_and_more_is_not():
    over, values = series(0.5, 120)

    assert trend(over, values, allowed=0.5).is_flat
    assert not trend(over, values, allowed=0.2).is_flat
