import numpy as np
import pytest

from platform.rendering.actions import ACTIONS, Action
from platform.rendering.displacement import BumpField, bump_field_through, carried_points
from platform.rendering.frames import BUMP_SIGMA_PIXELS
from platform.rendering.portrait import mirrored_landmarks, portrait_landmarks


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("landmarks", [portrait_landmarks(), mirrored_landmarks(portrait_landmarks())])
def test_an_action_moves_each_of_its_landmarks_by_exactly_the_listed_vector(action, landmarks):
    moves = ACTIONS[action].moves
    points, values = landmarks[list(moves)], np.array(list(moves.values()))

    field = bump_field_through(points, values=values, sigma_pixels=BUMP_SIGMA_PIXELS)

    np.testing.assert_allclose(field.at(points), values, atol=1e-9)


@pytest.mark.parametrize("action", Action)
def test_no_point_of_the_face_moves_much_more_than_the_listed_landmarks(action):
    moves = ACTIONS[action].moves
    points, values = portrait_landmarks()[list(moves)], np.array(list(moves.values()))

    field = bump_field_through(points, values=values, sigma_pixels=BUMP_SIGMA_PIXELS)

    lengths = np.linalg.norm(field.on_grid(np.arange(400.0)), axis=0)
    assert lengths.max() < 1.35


@pytest.mark.parametrize("action", Action)
def test_the_longest_vector_of_an_action_has_length_one(action):
    lengths = np.linalg.norm(list(ACTIONS[action].moves.values()), axis=1)

    assert lengths.max() == pytest.approx(1.0)


def test_a_single_bump_falls_off_as_a_gaussian():
    field = BumpField(centres=np.array([[10.0, 20.0]]), weights=np.array([[2.0, -1.0]]), sigma_pixels=3.0)

    values = field.at(np.array([[10.0, 23.0], [16.0, 20.0]]))

    np.testing.assert_allclose(values, [np.exp(-0.5) * np.array([2, -1]), np.exp(-2.0) * np.array([2, -1])])


def test_the_grid_holds_the_values_at_its_points_with_x_along_columns():
    random = np.random.default_rng(3)
    field = BumpField(centres=random.uniform(0, 30, (4, 2)), weights=random.uniform(-5, 5, (4, 2)), sigma_pixels=6.0)
    coordinates = np.arange(-2.0, 30.0)

    grid = field.on_grid(coordinates)

    rows, columns = 5, 21
    expected = field.at(np.array([[coordinates[columns], coordinates[rows]]]))[0]
    np.testing.assert_allclose(grid[:, rows, columns], expected, atol=1e-5)


def test_a_carried_point_is_where_the_displacement_there_leads_back_to_it():
    field = BumpField(centres=np.array([[50.0, 50.0]]), weights=np.array([[6.0, -4.0]]), sigma_pixels=22.0)
    points = np.array([[40.0, 55.0], [60.0, 45.0], [50.0, 50.0]])

    seen = carried_points(points, displacement_at=field.at)

    np.testing.assert_allclose(seen - field.at(seen), points, atol=1e-4)
