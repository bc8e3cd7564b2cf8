from itertools import combinations

import cv2
import numpy as np
import pytest

from platform.rendering.portrait import PORTRAIT_MARGIN_PIXELS, mirrored_landmarks, portrait, portrait_landmarks
from platform.rendering.subject import FACE_MARGIN_PIXELS, face_of_subject, stable_seed


def test_a_stable_seed_is_the_crc_of_its_parts_joined():
    # ORIGIN: the check value of CRC-32 is that of the nine digits, published with the algorithm.
    assert stable_seed("123456789") == 0xCBF43926
    assert stable_seed(0, "s15") != stable_seed(1, "s15")


def test_the_face_of_a_subject_is_the_same_every_time():
    first, second = face_of_subject("s15", seed=0), face_of_subject("s15", seed=0)

    np.testing.assert_array_equal(first.image, second.image)
    np.testing.assert_array_equal(first.landmarks, second.landmarks)


def test_subjects_and_seeds_differ_in_tone_and_in_shape():
    faces = [face_of_subject(subject, seed=seed) for subject, seed in (("s15", 0), ("s15", 1), ("s16", 0), ("s19", 0))]

    for one, other in combinations(faces, 2):
        assert np.abs(one.image - other.image).mean() > 5
        shapes = [face.landmarks - face.landmarks.mean(axis=0) for face in (one, other)]
        assert np.linalg.norm(shapes[0] - shapes[1], axis=1).mean() > 1


@pytest.mark.parametrize(
    ("subject", "is_mirrored"), [("s15", True), ("s16", False), ("006", False), ("007", True), ("spNO.201", True)]
)
def test_odd_subject_numbers_are_mirrored(subject, is_mirrored):
    """In the photograph the hair leaves more of the left side of the forehead free, so it is brighter there."""
    image = face_of_subject(subject, seed=0).image

    is_brighter_on_the_left = image[95:115, 60:130].mean() > image[95:115, -130:-60].mean()

    assert is_brighter_on_the_left is not is_mirrored


def test_mirroring_twice_gives_the_landmarks_back():
    landmarks = portrait_landmarks()

    np.testing.assert_allclose(mirrored_landmarks(mirrored_landmarks(landmarks)), landmarks)


def test_mirrored_landmarks_keep_their_side_of_the_image():
    landmarks = mirrored_landmarks(portrait_landmarks())

    assert landmarks[48, 0] < landmarks[54, 0]
    assert landmarks[36, 0] < landmarks[45, 0]
    assert landmarks[17, 0] < landmarks[26, 0]


@pytest.mark.parametrize("subject", ["s16", "s20", "s22"])
@pytest.mark.parametrize("landmark", [36, 39, 42, 45, 48, 54])
def test_the_landmarks_of_a_face_follow_its_warp(subject, landmark):
    """What surrounds a corner of an eye or of the mouth in the portrait is found round it in the face."""
    source, face = portrait(), face_of_subject(subject, seed=0)
    around = _patch(source, portrait_landmarks()[landmark] + PORTRAIT_MARGIN_PIXELS, half_side=14)
    searched = _patch(face.image, face.landmarks[landmark] + FACE_MARGIN_PIXELS, half_side=24)

    likeness = cv2.matchTemplate(searched, around, cv2.TM_CCOEFF_NORMED)

    row, column = np.unravel_index(likeness.argmax(), likeness.shape)
    # 10 is no displacement; the warp also stretches the patch, which moves the best fit by a pixel or two.
    assert abs(row - 10) <= 2
    assert abs(column - 10) <= 2


def _patch(image, centre, *, half_side):
    x, y = np.round(centre).astype(int)
    return np.ascontiguousarray(image[y - half_side : y + half_side + 1, x - half_side : x + half_side + 1])


def test_the_portrait_shows_the_photograph_beyond_every_side_of_the_frame():
    image = portrait()

    assert image.shape == (496, 496)
    assert min(image[0].std(), image[-1].std(), image[:, 0].std(), image[:, -1].std()) > 1


@pytest.mark.parametrize("subject", ["006", "007", "s15", "s16", "s40", "spNO.1", "spNO.2", "spNO.3"])
def test_no_face_looks_beyond_the_portrait_where_a_frame_can_see_it(subject, monkeypatch):
    """The rim of the portrait is made white; frames see at most 12 pixels beyond the edge of a face's frame."""
    rim_is_bright = np.full((496, 496), 90, dtype=np.float32)
    rim_is_bright[[0, 1, -2, -1]] = rim_is_bright[:, [0, 1, -2, -1]] = 1e6
    monkeypatch.setattr("platform.rendering.subject.portrait", lambda: rim_is_bright)

    image = face_of_subject(subject, seed=0).image

    assert image[12:-12, 12:-12].max() < 160
