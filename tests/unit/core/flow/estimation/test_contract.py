"""What every flow estimator keeps to; a new one is tested by one more name."""

import numpy as np
import pytest

from spotformer_core.flow.estimation.choice import build_estimator
from spotformer_core.flow.estimation.parameters import EstimatorName, FarnebackParameters
from tests.moving_faces import area_means, areas_of, textured_faces

SIZE = 96
AREAS = areas_of((20, 24, 33, 37), (22, 50, 35, 63), (50, 40, 70, 56))
PLACES = [(0.0, 0.0), (0.4, -0.2), (0.8, -0.4), (1.2, -0.6), (4.0, 2.0)]


@pytest.fixture(params=list(EstimatorName))
def estimator(request):
    return build_estimator(request.param, FarnebackParameters(), SIZE)


def motion_of(estimator, faces, areas=AREAS):
    first, *later = [estimator.prepare(face) for face in faces]
    return estimator.flow(first, later, areas)


def test_there_is_one_vector_per_pair_and_pixel(estimator):
    motion = motion_of(estimator, textured_faces(SIZE, PLACES))

    assert motion.shape == (4, len(AREAS.pixels), 2)
    assert motion.dtype == np.float32


def test_known_motion_is_found_horizontal_before_vertical(estimator):
    motion = motion_of(estimator, textured_faces(SIZE, PLACES))

    expected = np.broadcast_to(np.array(PLACES[1:])[:, None], (4, 3, 2))
    np.testing.assert_allclose(area_means(motion, AREAS), expected, atol=0.1)


def test_equal_faces_do_not_move(estimator):
    face = textured_faces(SIZE, [(0, 0)])[0]

    assert np.abs(motion_of(estimator, [face, face, face])).max() < 1e-4


def test_faces_without_texture_do_not_move(estimator):
    flat = np.full((SIZE, SIZE), 90, np.uint8)

    assert np.abs(motion_of(estimator, [flat, flat, flat])).max() == 0


def test_a_pixel_has_the_same_motion_whatever_else_is_asked_for(estimator):
    faces = textured_faces(SIZE, PLACES)

    together, alone = motion_of(estimator, faces), motion_of(estimator, faces, areas_of((22, 50, 35, 63)))

    begin, end = AREAS.starts[1:3]
    # The warm start keeps to its bound and no closer.
    np.testing.assert_allclose(together[:, begin:end].mean(axis=1), alone.mean(axis=1), atol=0.02)


def test_nothing_remains_from_earlier_calls(estimator):
    faces, others = textured_faces(SIZE, PLACES), textured_faces(SIZE, PLACES[::-1], seed=1)

    before = motion_of(estimator, faces)
    motion_of(estimator, others)

    assert np.array_equal(motion_of(estimator, faces), before)


def test_another_estimator_of_the_same_kind_gives_the_same_bits(estimator, request):
    faces = textured_faces(SIZE, PLACES)
    twin = build_estimator(request.node.callspec.params["estimator"], FarnebackParameters(), SIZE)

    assert np.array_equal(motion_of(twin, faces), motion_of(estimator, faces))


def test_no_later_face_gives_no_motion(estimator):
    assert motion_of(estimator, textured_faces(SIZE, [(0, 0)])).shape == (0, len(AREAS.pixels), 2)


def test_arguments_stay_as_they_are(estimator):
    faces = textured_faces(SIZE, PLACES)
    prepared = [estimator.prepare(face) for face in faces]
    copies = [np.copy(one) for one in prepared]

    estimator.flow(prepared[0], prepared[1:], AREAS)

    assert all(np.array_equal(one, copy) for one, copy in zip(prepared, copies, strict=True))
