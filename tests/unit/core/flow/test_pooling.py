import numpy as np
import pytest

from spotformer_core.flow.pooling import pool_nose_tip, pool_regions

UP, RIGHT = (0.0, -1.0), (1.0, 0.0)


def as_nose_tip(vectors) -> np.ndarray:
    return pool_nose_tip(np.array([vectors], np.float32))[0]


def as_region(vectors) -> np.ndarray:
    return pool_regions(np.array([[vectors]], np.float32))[0, 0]


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


def test_steps_and_regions_are_pooled_apart():
    means = np.array([[(1, 0), (0, 2)], [(-3, 0), (0, -4)], [(0, 0), (6, 8)]], np.float32)

    pooled = pool_regions(np.repeat(means[:, :, None], 7, axis=2))

    np.testing.assert_allclose(pooled, means, rtol=1e-6)
    assert pooled.dtype == np.float32
