"""Our Farneback is OpenCV's wherever flow is wanted, and the warm start keeps its bound however faces move."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.cached_farneback import CachedFarneback
from spotformer_core.flow.estimation.opencv import OpenCVFarneback
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.warm_farneback import WarmFarneback
from tests.moving_faces import area_means, areas_of, textured_faces
from tests.rounding import MULTIPLE, spread_of_opencv

parameters = st.builds(
    FarnebackParameters,
    levels=st.integers(1, 4),
    window=st.integers(1, 15).map(lambda reach: 2 * reach + 1),
    iterations=st.integers(1, 4),
    poly_n=st.integers(2, 7),
    poly_sigma=st.floats(0.8, 2.0),
)
moves = st.floats(-4, 4)


@st.composite
def sizes_and_areas(draw) -> tuple[int, Areas]:
    size = draw(st.integers(64, 140))
    rectangles = []
    for _ in range(draw(st.integers(1, 5))):
        top, left = draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))
        height, width = draw(st.integers(5, 20)), draw(st.integers(5, 20))
        bottom, right = min(top + height, size), min(left + width, size)
        rectangles.append((max(bottom - height, 0), max(right - width, 0), bottom, right))
    return size, areas_of(*rectangles)


@given(sizes_and_areas(), parameters, moves, moves, st.integers(0, 1000))
@settings(deadline=None, max_examples=80)
def test_motion_is_that_of_opencv(size_and_areas, chosen, x, y, seed):
    size, areas = size_and_areas
    faces = textured_faces(size, [(0, 0), (x, y), (-y, x)], seed=seed)

    ours, theirs = CachedFarneback(chosen, size), OpenCVFarneback(chosen)
    first, *later = [ours.prepare(face) for face in faces]
    motion, expected = ours.flow(first, later, areas), theirs.flow(faces[0], faces[1:], areas)

    _, mean = spread_of_opencv(faces, chosen, areas)
    np.testing.assert_allclose(area_means(motion, areas), area_means(expected, areas), rtol=0, atol=MULTIPLE * mean)


@given(
    st.lists(st.tuples(moves, moves), min_size=3, max_size=8),
    st.floats(0.02, 1.5),
    st.floats(0, 25),
    st.floats(1.2, 4),
    st.integers(0, 1000),
)
@settings(deadline=None, max_examples=60)
def test_the_warm_start_keeps_its_bound(directions, pixels_per_frame, noise, smoothness, seed):
    places = np.cumsum(pixels_per_frame * np.array([(0.0, 0.0), *directions]), axis=0)
    faces = textured_faces(112, places, noise=noise, smoothness=smoothness, seed=seed)
    areas = areas_of((30, 20, 43, 33), (32, 60, 45, 73), (70, 48, 86, 61))

    exact, warm = (kind(FarnebackParameters(), 112) for kind in (CachedFarneback, WarmFarneback))
    first, *later = [exact.prepare(face) for face in faces]
    difference = warm.flow(first, later, areas) - exact.flow(first, later, areas)

    assert np.abs(area_means(difference, areas)).max() <= 0.02
