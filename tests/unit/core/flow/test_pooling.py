import numpy as np
import pytest

from spotformer_core.flow.pooling import Pooling, pool_nose_tip, pool_regions

UP, RIGHT = (0.0, -1.0), (1.0, 0.0)


STILL = np.zeros((1, 2), np.float32)


def as_nose_tip(vectors, pooling=Pooling.MDMO) -> np.ndarray:
    return pool_nose_tip(np.array([vectors], np.float32), pooling)[0]


def as_region(vectors, pooling=Pooling.MDMO) -> np.ndarray:
    starts = np.array([0, len(vectors)], np.int64)
    return pool_regions(np.array([vectors], np.float32), starts, STILL, pooling)[0, 0]


both = pytest.mark.parametrize("pool", [as_nose_tip, as_region])


@both
@pytest.mark.parametrize("vector", [(1.5, 0.0), (0.0, -2.0), (-3.0, 4.0), (0.3, 0.1)])
def test_a_uniform_field_is_returned(pool, vector):
    np.testing.assert_allclose(pool([vector] * 9), vector, rtol=1e-6)


@both
def test_a_still_field_is_zero(pool):
    assert pool([(0.0, 0.0)] * 9).tolist() == [0, 0]


@both
def test_a_single_vector_is_kept(pool):
    np.testing.assert_allclose(pool([(3.0, -4.0)]), [3, -4], rtol=1e-6)


def test_a_region_keeps_the_longest_three_of_five_in_the_main_direction():
    vectors = [(2, 0), (5, 0), (1, 0), (4, 0), (3, 0)]

    np.testing.assert_allclose(as_region(vectors), [(5 + 4 + 3) / 3, 0], rtol=1e-6)


def test_the_nose_tip_keeps_the_longest_twenty_two_of_twenty_five():
    vectors = [(0, length) for length in range(1, 26)]

    np.testing.assert_allclose(as_nose_tip(vectors), [0, np.mean(np.arange(4, 26))], rtol=1e-6)


@both
def test_a_minority_in_another_direction_does_not_count_however_long(pool):
    vectors = [RIGHT] * 5 + [(-50.0, 0.0)] * 4 + [(0.0, 50.0)] * 4

    np.testing.assert_allclose(pool(vectors), RIGHT, rtol=1e-6)


def test_the_share_is_taken_of_the_main_direction_and_not_of_all_vectors():
    vectors = [(length, 0) for length in (1, 2, 3, 4, 5)] + [UP] * 4

    # 60 % of the five, not of the nine.
    np.testing.assert_allclose(as_region(vectors), [4, 0], rtol=1e-6)


def test_what_comes_back_is_as_long_as_the_mean_and_points_along_the_sum():
    # All five between 30 and 150 degrees; the longest three have length 10 and the sum (0, 26).
    vectors = [(0, 10), (6, 8), (-6, 8), (0, 1), (0, 1)]

    np.testing.assert_allclose(as_region(vectors), [0, 10], rtol=1e-6)


def test_horizontal_is_narrower_in_a_region_than_in_the_nose_tip():
    forty_degrees = (np.cos(np.deg2rad(40)), np.sin(np.deg2rad(40)))
    vectors = [(0.0, 2.0)] * 3 + [forty_degrees] * 3 + [(1.0, 0.0)] * 4

    region, nose_tip = as_region(vectors), as_nose_tip(vectors)

    # In a region forty degrees belong to "down", which then wins; in the nose tip they belong to "right".
    assert region[1] > region[0]
    assert nose_tip[0] > nose_tip[1]


def test_small_angles_on_both_sides_of_zero_are_one_direction():
    vectors = [(1.0, 0.1), (1.0, -0.1)] * 2 + [(0.0, 1.0)] * 3

    np.testing.assert_allclose(as_region(vectors)[1], 0, atol=1e-6)


@pytest.mark.parametrize("pooling", Pooling)
def test_pairs_and_regions_are_pooled_apart(pooling):
    means = np.array([[(1, 0), (0, 2)], [(-3, 0), (0, -4)], [(0, 0), (6, 8)]], np.float32)
    vectors = np.repeat(means, [7, 4], axis=1)

    pooled = pool_regions(vectors, np.array([0, 7, 11]), np.zeros((3, 2), np.float32), pooling)

    np.testing.assert_allclose(pooled, means, rtol=1e-6)
    assert pooled.dtype == np.float32


@pytest.mark.parametrize("pooling", Pooling)
def test_head_motion_is_taken_off_before_directions_are_told_apart(pooling):
    vectors = np.array([[(5.0, 1.0)] * 5 + [(5.0, -1.0)] * 4], np.float32)
    head_motion = np.array([[5.0, 0.0]], np.float32)

    pooled = pool_regions(vectors, np.array([0, 9]), head_motion, pooling)[0, 0]

    expected = {Pooling.MDMO: (0, 1), Pooling.MEAN: (0, 1 / 9)}
    np.testing.assert_allclose(pooled, expected[pooling], atol=1e-6)


def test_the_plain_mean_keeps_every_vector():
    vectors = [(2, 0), (5, 0), (1, 0), (-4, 3), (3, 0)]

    np.testing.assert_allclose(as_region(vectors, Pooling.MEAN), [7 / 5, 3 / 5], rtol=1e-6)
    np.testing.assert_allclose(as_nose_tip(vectors, Pooling.MEAN), [7 / 5, 3 / 5], rtol=1e-6)


def test_of_equally_long_vectors_the_first_are_kept():
    # 60 % of six are three: all as long, in three directions of one bin.
    vectors = [(0, 5), (3, 4), (0, 5), (-3, 4), (-3, 4), (3, 4)]

    kept = np.array([(0, 5), (3, 4), (0, 5)], np.float64).sum(axis=0)
    np.testing.assert_allclose(as_region(vectors), kept / np.hypot(*kept) * 5, rtol=1e-6)
