import numpy as np
import pytest

from spotformer_core.flow.face_box import FaceBox, face_boxes


def landmarks_within(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """68 points whose bounding box is this; all but two of them in its middle."""
    points = np.full((68, 2), ((left + right) / 2, (top + bottom) / 2), np.float32)
    points[0], points[16] = (left, top), (right, bottom)
    return points


def test_the_box_is_the_longer_side_of_the_landmarks_enlarged_around_their_middle():
    box = FaceBox.around(landmarks_within(10, 20, 60, 120))

    # 100 px high: 124 px around the middle (35, 70); it may reach beyond the frame.
    assert box == FaceBox(left=-27, top=8, side=124)


def test_the_box_of_a_point_is_still_a_square():
    assert FaceBox.around(landmarks_within(50, 50, 50, 50)) == FaceBox(left=46, top=46, side=8)


@pytest.mark.parametrize(
    ("other", "near"),
    [
        (FaceBox(left=5, top=-5, side=100), True),
        (FaceBox(left=6, top=0, side=100), False),
        (FaceBox(left=0, top=-6, side=100), False),
        (FaceBox(left=-2, top=-2, side=104), True),
        (FaceBox(left=-3, top=-3, side=106), False),
        (FaceBox(left=3, top=3, side=94), False),
        # The corner has moved by 10 px, the middle by 7.5.
        (FaceBox(left=10, top=0, side=95), False),
    ],
)
def test_a_box_is_near_while_its_middle_and_its_side_differ_by_at_most_a_twentieth(other, near):
    assert FaceBox(left=0, top=0, side=100).is_near(other) is near


def test_the_box_stays_until_the_face_has_drifted_too_far_from_where_it_was_taken():
    # 3 px per frame; a twentieth of 124 px is 6.2 px, so a box lasts for drifts of 0, 3 and 6 px.
    landmarks = np.stack([landmarks_within(10 + 3 * t, 10, 110 + 3 * t, 110) for t in range(7)])

    boxes = face_boxes(landmarks)

    assert [box.left for box in boxes] == [-2, -2, -2, 7, 7, 7, 16]
    assert {(box.top, box.side) for box in boxes} == {(-2, 124)}


def test_the_box_stays_until_the_face_has_grown_too_far():
    # 124 -> 126 -> 129 -> 131 px; a twentieth more than 124 is 130.2.
    landmarks = np.stack([landmarks_within(-t, -t, 100 + t, 100 + t) for t in range(4)])

    assert [box.side for box in face_boxes(landmarks)] == [124, 124, 124, 131]


def test_a_face_that_trembles_keeps_its_box():
    landmarks = np.stack([landmarks_within(10 + d, 10 - d, 110 + d, 110 - d) for d in (0, 2, -2, 1, -1)])

    assert len(set(face_boxes(landmarks))) == 1


def test_a_recording_without_frames_has_no_boxes():
    assert face_boxes(np.zeros((0, 68, 2), np.float32)) == ()


def test_a_crop_inside_the_frame_is_a_copy_of_its_pixels():
    frame = np.arange(64, dtype=np.uint8).reshape(8, 8)

    crop = FaceBox(left=2, top=3, side=4).crop(frame, 4)

    assert crop.tolist() == frame[3:7, 2:6].tolist()


def test_a_crop_beyond_the_border_repeats_the_border():
    frame = np.arange(16, dtype=np.uint8).reshape(4, 4)

    crop = FaceBox(left=-2, top=1, side=4).crop(frame, 4)

    assert crop.tolist() == [[4, 4, 4, 5], [8, 8, 8, 9], [12, 12, 12, 13], [12, 12, 12, 13]]


def test_a_crop_beyond_all_frame_repeats_its_corner():
    frame = np.arange(16, dtype=np.uint8).reshape(4, 4)

    assert (FaceBox(left=20, top=20, side=4).crop(frame, 4) == 15).all()


def test_a_larger_face_is_averaged_down():
    frame = np.zeros((8, 8), np.uint8)
    frame[::2, ::2] = 200

    assert (FaceBox(left=0, top=0, side=8).crop(frame, 4) == 50).all()


def test_a_smaller_face_is_enlarged():
    frame = np.repeat(np.array([[0, 100]], np.uint8), 2, axis=0)

    crop = FaceBox(left=0, top=0, side=2).crop(frame, 8)

    assert crop.shape == (8, 8)
    assert crop[0, 0] == 0
    assert crop[0, -1] == 100
    assert (np.diff(crop[0].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("face_size", "corner", "middle"), [(96, (0, 0), (47.5, 47.5)), (192, (0.5, 0.5), (95.5, 95.5))]
)
def test_landmarks_are_carried_into_the_crop_by_pixel_centres(face_size, corner, middle):
    box = FaceBox(left=10, top=-20, side=96)
    landmarks = landmarks_within(10, -20, 105, 75)

    points = box.to_crop(landmarks, face_size)

    np.testing.assert_allclose(points[0], corner, atol=1e-4)
    np.testing.assert_allclose(points[1], middle, atol=1e-4)
    assert points.dtype == np.float32


@pytest.mark.parametrize("side", [20, 40, 80])
def test_a_landmark_stays_on_what_it_marks(side):
    frame = np.zeros((90, 90), np.uint8)
    frame[21, 17] = 255
    box = FaceBox(left=4, top=9, side=side)
    landmarks = np.full((68, 2), (17, 21), np.float32)

    crop, (x, y) = box.crop(frame, 40), box.to_crop(landmarks, 40)[0]

    rows, columns = np.mgrid[:40, :40]
    weight = crop.astype(float) / crop.sum()
    np.testing.assert_allclose([(weight * columns).sum(), (weight * rows).sum()], [x, y], atol=0.3)
