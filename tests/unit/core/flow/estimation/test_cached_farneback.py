"""Our Farneback is OpenCV's: the same motion for every parameter, size and place, wherever it is asked for."""

import numpy as np
import pytest

from spotformer_core.flow.estimation.cached_farneback import CachedFarneback
from spotformer_core.flow.estimation.opencv import OpenCVFarneback
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from tests.moving_faces import area_means, areas_of, textured_faces
from tests.rounding import MULTIPLE, spread_of_opencv

PLACES = [(0.0, 0.0), (0.3, -0.2), (-1.7, 2.4), (6.5, -5.0)]


def both(faces, parameters, areas):
    """The motion by ours and by OpenCV's."""
    motions = []
    for estimator in (CachedFarneback(parameters, len(faces[0])), OpenCVFarneback(parameters)):
        first, *later = [estimator.prepare(face) for face in faces]
        motions.append(estimator.flow(first, later, areas))
    return motions


def assert_equal(faces, parameters, areas):
    ours, theirs = both(faces, parameters, areas)
    pixel, mean = spread_of_opencv(faces, parameters, areas)
    np.testing.assert_allclose(area_means(ours, areas), area_means(theirs, areas), rtol=0, atol=MULTIPLE * mean)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=MULTIPLE * pixel)


def corners_and_middle(size):
    half = size // 2
    return areas_of(
        *((0, 0, 7, 7), (0, size - 13, 13, size), (size - 7, 0, size, 9), (size - 13, size - 13, size, size)),
        *((half - 6, half - 6, half + 7, half + 7), (half - 20, half + 3, half - 9, half + 14)),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        FarnebackParameters(),
        FarnebackParameters(levels=1, iterations=1),
        FarnebackParameters(levels=2, iterations=2),
        FarnebackParameters(levels=10, iterations=5, window=3),
        FarnebackParameters(window=5),
        FarnebackParameters(window=21, poly_n=7, poly_sigma=1.5),
        FarnebackParameters(window=101, iterations=1),
        FarnebackParameters(poly_n=1, poly_sigma=0.5),
        FarnebackParameters(poly_n=15, poly_sigma=4.0),
    ],
    ids=str,
)
def test_motion_is_that_of_opencv_for_other_parameters(parameters):
    assert_equal(textured_faces(128, PLACES), parameters, corners_and_middle(128))


@pytest.mark.parametrize("size", [64, 65, 75, 96, 127, 150, 160, 322])
def test_motion_is_that_of_opencv_for_other_sizes(size):
    assert_equal(textured_faces(size, PLACES[:3]), FarnebackParameters(), corners_and_middle(size))


def test_motion_is_that_of_opencv_at_every_pixel_of_the_face():
    assert_equal(textured_faces(96, PLACES), FarnebackParameters(), areas_of((0, 0, 96, 96)))


@pytest.mark.parametrize("kind", ["noise", "stripes", "edge", "black to white"])
def test_motion_is_that_of_opencv_where_there_is_none_to_be_found(kind):
    random, columns = np.random.default_rng(0), np.mgrid[:96, :96][1]
    faces = {
        "noise": random.integers(0, 256, (3, 96, 96)),
        "stripes": [128 + 100 * np.sin((columns + shift) / 2) for shift in range(3)],
        "edge": [200 * (columns > 40 + shift) for shift in range(3)],
        "black to white": [np.full((96, 96), level) for level in (0, 255, 0)],
    }[kind]

    assert_equal([np.asarray(face, np.uint8) for face in faces], FarnebackParameters(), corners_and_middle(96))


def one_way_faces(kind):
    """Texture of one direction, oblique to the axes."""
    rows, columns = np.mgrid[:96, :96]
    random = np.random.default_rng(0)
    for shift in (0, 1, 3):
        across = {
            "edge": 255.0 * (columns + rows > 96 + shift),
            "hair": 60 * np.sin((0.8 * columns + 0.6 * rows + shift) / 1.5),
        }
        noise = {"edge": 0, "hair": 2}[kind] * random.normal(size=rows.shape)
        yield np.clip(across[kind] + {"edge": 0, "hair": 100}[kind] + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", ["edge", "hair"])
def test_along_a_single_direction_motion_is_as_near_to_opencv_as_opencv_is_to_itself(kind):
    # Motion along such texture is decided by rounding: OpenCV differs from itself by 0.08 px and 0.004 px on an AMD
    # EPYC with AVX2; sums in float32 would make ours differ by 0.4 px and 0.3 px.
    faces, areas = list(one_way_faces(kind)), areas_of((0, 0, 96, 96))
    ours, theirs = both(faces, FarnebackParameters(), areas)

    assert np.abs(ours - theirs).max() < 2 * spread_of_opencv(faces, FarnebackParameters(), areas)[0]


def test_every_single_pixel_can_be_asked_for():
    faces, areas = textured_faces(64, PLACES[:2]), areas_of((5, 60, 6, 61), (63, 63, 64, 64), (0, 0, 1, 1))

    assert_equal(faces, FarnebackParameters(), areas)


def test_an_area_inside_another_one_has_the_same_motion():
    faces = textured_faces(96, PLACES[:2])

    motion, _ = both(faces, FarnebackParameters(), areas_of((20, 20, 50, 50), (30, 30, 31, 40)))

    inside = motion[0, : 30 * 30].reshape(30, 30, 2)[10, 10:20]
    assert np.array_equal(motion[0, 30 * 30 :], inside)
