"""The main directional mean against a literal transcription, and its symmetries."""

import math
from collections import Counter

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spotformer_core.flow.pooling import NOSE_SHARE, REGION_SHARE, Pooling, pool_nose_tip, pool_regions

# Where each bin begins, in degrees.
_NOSE_EDGES = (45, 135, 225, 315)
_REGION_EDGES = (30, 150, 210, 330)

lengths_and_angles = st.lists(
    st.tuples(st.floats(0.01, 20), st.floats(0, 359.9)), min_size=1, max_size=40, unique_by=lambda pair: pair[0]
)


def far_from(edges: tuple[int, ...], angle: float) -> bool:
    return all(abs(angle - edge) > 0.01 for edge in edges)


def bin_of(angle: float, edges: tuple[int, ...]) -> int:
    return sum(angle > edge for edge in edges) % len(edges)


def literal_mean(polar: list[tuple[float, float]], edges: tuple[int, ...], share: float) -> np.ndarray:
    sizes = Counter(bin_of(angle, edges) for _, angle in polar)
    (main, size), *others = sizes.most_common()
    # Which of two equally populous bins wins is a convention.
    assume(not others or others[0][1] < size)
    own = sorted((pair for pair in polar if bin_of(pair[1], edges) == main), reverse=True)
    kept = own[: max(1, math.floor(share * size))]
    x = sum(length * math.cos(math.radians(angle)) for length, angle in kept)
    y = sum(length * math.sin(math.radians(angle)) for length, angle in kept)
    mean_length = sum(length for length, _ in kept) / len(kept)
    return np.array([x, y]) * mean_length / math.hypot(x, y)


def to_vectors(polar: list[tuple[float, float]]) -> np.ndarray:
    lengths, angles = np.array(polar).T
    return np.stack([lengths * np.cos(np.deg2rad(angles)), lengths * np.sin(np.deg2rad(angles))], -1).astype(np.float32)


def nose_tip(vectors: np.ndarray) -> np.ndarray:
    return pool_nose_tip(vectors[None], Pooling.MDMO)[0]


def region(vectors: np.ndarray) -> np.ndarray:
    starts, still = np.array([0, len(vectors)], np.int64), np.zeros((1, 2), np.float32)
    return pool_regions(vectors[None], starts, still, Pooling.MDMO)[0, 0]


@given(lengths_and_angles)
@settings(deadline=None, max_examples=100)
def test_the_nose_tip_gives_the_mean_of_its_main_direction(polar):
    assume(all(far_from(_NOSE_EDGES, angle) for _, angle in polar))
    expected = literal_mean(polar, _NOSE_EDGES, NOSE_SHARE)

    pooled = nose_tip(to_vectors(polar))

    np.testing.assert_allclose(pooled, expected, rtol=1e-4, atol=1e-4)


@given(lengths_and_angles)
@settings(deadline=None, max_examples=100)
def test_a_region_gives_the_mean_of_its_main_direction(polar):
    assume(all(far_from(_REGION_EDGES, angle) for _, angle in polar))
    expected = literal_mean(polar, _REGION_EDGES, REGION_SHARE)

    pooled = region(to_vectors(polar))

    np.testing.assert_allclose(pooled, expected, rtol=1e-4, atol=1e-4)


@given(lengths_and_angles)
@settings(deadline=None, max_examples=50)
def test_turning_a_field_by_half_a_turn_turns_its_mean(polar):
    assume(all(far_from(_REGION_EDGES + _NOSE_EDGES, angle) for _, angle in polar))
    literal_mean(polar, _REGION_EDGES, REGION_SHARE)
    literal_mean(polar, _NOSE_EDGES, NOSE_SHARE)
    vectors = to_vectors(polar)

    np.testing.assert_allclose(region(-vectors), -region(vectors), rtol=1e-5)
    np.testing.assert_allclose(nose_tip(-vectors), -nose_tip(vectors), rtol=1e-5)


@given(lengths_and_angles, st.integers(-3, 3))
@settings(deadline=None, max_examples=50)
def test_a_field_twice_as_strong_has_a_mean_twice_as_strong(polar, doublings):
    vectors, factor = to_vectors(polar), np.float32(2.0**doublings)

    np.testing.assert_allclose(nose_tip(vectors * factor), nose_tip(vectors) * factor, rtol=1e-5)
