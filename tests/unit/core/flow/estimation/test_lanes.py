"""Eight pixels side by side do what numpy does with each of them."""

import numpy as np
import pytest
from numba import njit

from spotformer_core.flow.estimation import lane_functions, lanes
from spotformer_core.flow.estimation.lane_functions import all_set, choose, floor, larger, multiply_add, smaller
from spotformer_core.flow.estimation.lanes import (
    LANES,
    count_from,
    first_of,
    gather,
    load,
    narrowed,
    spread,
    store,
    widened,
)

LEFT = np.array([1.5, -2.25, 0.0, 3.0, -0.5, 7.75, 1e6, -1e-3], np.float32)
RIGHT = np.array([0.5, 2.0, -1.0, 3.0, -0.25, 0.125, 2.0, 1e-3], np.float32)

both_orders = pytest.mark.parametrize(("left", "right"), [(LEFT, RIGHT), (RIGHT, LEFT)])


@njit
def arithmetic(left, right, results):
    one, other = load(left, 0), load(right, 0)
    store(results, 0 * LANES, one + other)
    store(results, 1 * LANES, one - other)
    store(results, 2 * LANES, one * other)
    store(results, 3 * LANES, one / other)
    store(results, 4 * LANES, smaller(one, other))
    store(results, 5 * LANES, larger(one, other))
    store(results, 6 * LANES, floor(one))
    store(results, 7 * LANES, multiply_add(one, other, spread(0.5)))


def test_arithmetic_is_done_lane_by_lane():
    results = np.empty(8 * LANES, np.float32)

    arithmetic(LEFT, np.where(RIGHT == 0, 1, RIGHT).astype(np.float32), results)

    expected = [LEFT + RIGHT, LEFT - RIGHT, LEFT * RIGHT, LEFT / RIGHT, np.minimum(LEFT, RIGHT)]
    expected += [np.maximum(LEFT, RIGHT), np.floor(LEFT), LEFT * RIGHT + np.float32(0.5)]
    np.testing.assert_allclose(results.reshape(8, LANES), expected, rtol=1e-6)


@njit
def comparisons(left, right, results):
    one, other, yes, no = load(left, 0), load(right, 0), spread(1.0), spread(0.0)
    store(results, 0 * LANES, choose(one < other, yes, no))
    store(results, 1 * LANES, choose(one >= other, yes, no))
    store(results, 2 * LANES, choose(one == other, yes, no))
    store(results, 3 * LANES, choose((one < other) & (other >= yes), yes, no))


@both_orders
def test_comparisons_are_done_lane_by_lane(left, right):
    results = np.empty(4 * LANES, np.float32)

    comparisons(left, right, results)

    expected = [left < right, left >= right, left == right, (left < right) & (right >= 1)]
    assert results.reshape(4, LANES).tolist() == np.array(expected, float).tolist()


@njit
def all_below(values, bound):
    return all_set(load(values, 0) < spread(bound))


@pytest.mark.parametrize("lane", range(LANES))
def test_one_lane_is_enough_for_not_all(lane):
    values = np.zeros(LANES, np.float32)
    assert all_below(values, 1.0)

    values[lane] = 2

    assert not all_below(values, 1.0)


@njit
def moved(source, at, target, to):
    store(target, to, load(source, at))
    return first_of(load(source, at))


@pytest.mark.parametrize(("at", "to"), [(0, 0), (3, 5), (8, 1)])
def test_any_eight_elements_are_loaded_and_stored_and_no_others(at, to):
    source, target = np.arange(16, dtype=np.float32), np.full(16, -1, np.float32)

    first = moved(source, at, target, to)

    assert first == at
    assert target[to : to + LANES].tolist() == list(range(at, at + LANES))
    assert np.delete(target, np.s_[to : to + LANES]).tolist() == [-1] * 8


@njit
def gathered(source, start, offsets, target):
    store(target, 0, gather(source, start, load(offsets, 0)))
    store(target, LANES, count_from(start))


def test_elements_are_gathered_from_a_start():
    source, offsets = np.arange(100, 140, dtype=np.float32), np.array([0, 7, 3, 3, -2, 30, 1, 20], np.float32)
    target = np.empty(2 * LANES, np.float32)

    gathered(source, 5, offsets, target)

    assert target[:LANES].tolist() == (105 + offsets).tolist()
    assert target[LANES:].tolist() == list(range(5, 5 + LANES))


@njit
def summed_widely(values, totals, rounded):
    total = load(totals, 0) + widened(load(values, 0)) * widened(spread(1.0))
    store(totals, 0, multiply_add(total, widened(spread(0.5)), total))
    store(rounded, 0, narrowed(load(totals, 0) - widened(spread(1.0)) / widened(spread(4.0))))


def test_wide_lanes_keep_what_float32_would_lose():
    totals, rounded = np.full(LANES, 1e9), np.empty(LANES, np.float32)

    summed_widely(LEFT, totals, rounded)

    expected = (1e9 + LEFT.astype(float)) * 1.5
    assert totals.tolist() == expected.tolist()
    assert rounded.tolist() == (expected - 0.25).astype(np.float32).tolist()


def test_every_operation_is_tried_here():
    public = {
        name
        for module in (lanes, lane_functions)
        for name, value in vars(module).items()
        if isinstance(value, type(load))
    }

    assert public >= {"load", "store", "multiply_add"}
    assert public <= set(globals())
