import numpy as np
import pytest

from spotformer_core.flow.regions import (
    NUM_REGIONS,
    PARTS,
    REGION_LANDMARKS,
    nose_tip_pixels,
    region_pixels,
)


@pytest.fixture
def landmarks() -> np.ndarray:
    """Landmark k stands at x = k, y = 2 k."""
    return np.stack([np.arange(68), 2 * np.arange(68)], axis=-1).astype(np.float32)


def test_the_ten_regions_are_those_of_the_brows_and_the_mouth_in_this_order():
    assert REGION_LANDMARKS == (18, 19, 20, 23, 24, 25, 48, 51, 54, 57)
    assert NUM_REGIONS == 10
    assert [len(part) for part in PARTS] == [3, 3, 4]


def test_a_region_is_the_square_around_its_landmark_as_row_and_column(landmarks):
    pixels = region_pixels(landmarks, radius=1, face_size=200)

    assert pixels.shape == (10, 9, 2)
    assert pixels[6].tolist() == [[row, column] for row in (95, 96, 97) for column in (47, 48, 49)]


def test_a_landmark_between_pixels_belongs_to_the_nearest(landmarks):
    landmarks[18] = (30.6, 40.4)

    pixels = region_pixels(landmarks, radius=1, face_size=200)

    assert pixels[0, 4].tolist() == [40, 31]


def test_a_region_at_the_border_is_moved_inside(landmarks):
    landmarks[18], landmarks[57] = (-7, 2), (63, 300)

    pixels = region_pixels(landmarks, radius=3, face_size=64)

    assert pixels[0].min(axis=0).tolist() == [0, 0]
    assert pixels[0].max(axis=0).tolist() == [6, 6]
    assert pixels[9].min(axis=0).tolist() == [57, 57]
    assert pixels[9].max(axis=0).tolist() == [63, 63]


def test_the_nose_tip_is_the_box_of_its_two_landmarks_grown_by_the_radius(landmarks):
    landmarks[29], landmarks[30] = (40, 50), (42, 53)

    pixels = nose_tip_pixels(landmarks, radius=2, face_size=100)

    assert pixels.min(axis=0).tolist() == [48, 38]
    assert pixels.max(axis=0).tolist() == [55, 44]
    assert len({tuple(pixel) for pixel in pixels.tolist()}) == len(pixels) == 8 * 7


def test_the_nose_tip_is_cut_at_the_border(landmarks):
    landmarks[29], landmarks[30] = (1, 62), (0, 63)

    pixels = nose_tip_pixels(landmarks, radius=2, face_size=64)

    assert pixels.min(axis=0).tolist() == [60, 0]
    assert pixels.max(axis=0).tolist() == [63, 3]
