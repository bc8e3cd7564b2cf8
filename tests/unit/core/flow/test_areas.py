import numpy as np
import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.flow.areas import Areas, face_areas


@pytest.fixture
def landmarks() -> np.ndarray:
    """Landmark k stands at x = k, y = 2 k."""
    return np.stack([np.arange(68), 2 * np.arange(68)], axis=-1).astype(np.float32)


def pixels_of(areas: Areas, area: int) -> list[list[int]]:
    return areas.pixels[areas.starts[area] : areas.starts[area + 1]].tolist()


def test_a_region_is_the_square_around_its_landmark_as_row_and_column(landmarks):
    areas = face_areas(landmarks, radius=1, face_size=200)

    assert len(areas.rectangles) == 11
    assert pixels_of(areas, 6) == [[row, column] for row in (95, 96, 97) for column in (47, 48, 49)]


def test_extra_regions_stand_between_the_ten_and_the_nose_tip(landmarks):
    ten, with_extras = (
        face_areas(landmarks, radius=1, face_size=200, regions=regions)
        for regions in (FaceRegions.TEN, FaceRegions.EYELIDS)
    )

    assert len(with_extras.rectangles) == 15
    assert with_extras.rectangles[:10].tolist() == ten.rectangles[:10].tolist()
    assert [pixels_of(with_extras, area)[4] for area in (10, 11, 12, 13)] == [[62, 31], [70, 35], [82, 41], [92, 46]]
    assert with_extras.rectangles[14].tolist() == ten.rectangles[10].tolist()


def test_a_landmark_between_pixels_belongs_to_the_nearest(landmarks):
    landmarks[18] = (30.6, 40.4)

    assert pixels_of(face_areas(landmarks, radius=1, face_size=200), 0)[4] == [40, 31]


def test_a_region_at_the_border_is_moved_inside(landmarks):
    landmarks[18], landmarks[57] = (-7, 2), (63, 300)

    rectangles = face_areas(landmarks, radius=3, face_size=64).rectangles

    assert rectangles[0].tolist() == [0, 0, 7, 7]
    assert rectangles[9].tolist() == [57, 57, 64, 64]


def test_the_nose_tip_is_last_the_box_of_its_two_landmarks_grown_by_twice_the_radius(landmarks):
    landmarks[29], landmarks[30] = (40, 50), (42, 53)

    areas = face_areas(landmarks, radius=1, face_size=100)

    assert areas.rectangles[10].tolist() == [48, 38, 56, 45]
    assert len(pixels_of(areas, 10)) == 8 * 7


def test_the_nose_tip_is_cut_at_the_border(landmarks):
    landmarks[29], landmarks[30] = (1, 62), (0, 63)

    assert face_areas(landmarks, radius=1, face_size=64).rectangles[10].tolist() == [60, 0, 64, 4]


def test_pixels_are_counted_area_after_area(landmarks):
    areas = face_areas(landmarks, radius=2, face_size=200)

    assert areas.starts[0] == 0
    assert np.diff(areas.starts)[:10].tolist() == [25] * 10
    assert areas.starts[-1] == len(areas.pixels)
