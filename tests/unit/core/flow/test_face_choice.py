"""Which of several faces is the subject's."""

import numpy as np

from spotformer_core.flow.face_choice import DetectedFaces, SubjectChoice, candidates, landmarks_of_subject


def box(center: float, side: float) -> list[float]:
    """A square around (center, center)."""
    return [center - side / 2, center - side / 2, center + side / 2, center + side / 2]


def faces_of(*frames: list[list[float]]) -> DetectedFaces:
    """The boxes of every frame; all landmarks of face number n are at (n, n)."""
    boxes = [one for of_frame in frames for one in of_frame]
    positions = [position for position, of_frame in enumerate(frames) for _ in of_frame]
    return DetectedFaces(
        frames=np.array(positions, np.int64),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        landmarks=np.broadcast_to(np.arange(len(boxes), dtype=np.float32)[:, None, None], (len(boxes), 68, 2)).copy(),
    )


def chosen(*frames: list[list[float]]) -> list[float]:
    """Number of the face that is chosen in every frame, -1 for none."""
    found = landmarks_of_subject(faces_of(*frames), len(frames))
    assert found.shape == (len(frames), 68, 2)
    return np.nan_to_num(found[:, 0, 0], nan=-1).tolist()


def test_the_subject_is_the_largest_face_of_the_first_frame():
    assert chosen([box(100, 40), box(300, 60), box(500, 50)]) == [1]


def test_of_faces_of_nearly_one_size_the_one_nearest_to_the_last_is_taken():
    assert chosen([box(100, 60), box(300, 50)], [box(110, 50), box(300, 60)], [box(300, 60), box(130, 50)]) == [0, 2, 5]


def test_a_face_less_than_half_as_large_as_the_largest_is_never_the_subject():
    # 60 x 60 against 40 x 40: the near one has 0.44 of the area, so it is taken for somebody behind.
    assert chosen([box(100, 60)], [box(100, 40), box(300, 60)]) == [0, 2]


def test_frames_without_a_face_are_nan_and_the_last_box_is_remembered_across_them():
    assert chosen([], [box(100, 60), box(300, 50)], [], [box(300, 60), box(120, 50)], []) == [-1, 0, -1, 3, -1]


def test_a_recording_without_any_face_is_all_nan():
    assert chosen([], [], []) == [-1, -1, -1]


def test_candidates_are_the_largest_and_those_at_least_half_its_area():
    boxes = np.array([box(0, 10), box(0, 20), box(0, 15), box(0, 14)], np.float32)

    assert candidates(boxes).tolist() == [1, 2]
    assert candidates(boxes[:1]).tolist() == [0]
    assert candidates(boxes[:0]).tolist() == []


def test_a_box_without_area_is_no_candidate():
    assert candidates(np.array([box(5, 0)], np.float32)).tolist() == []


def test_what_is_not_a_candidate_may_be_left_out_without_changing_the_choice():
    rng = np.random.default_rng(0)
    frames = [[box(*pair) for pair in rng.uniform(20, 200, (rng.integers(0, 5), 2))] for _ in range(200)]
    everything = faces_of(*frames)
    kept = np.concatenate(
        [
            np.flatnonzero(everything.frames == frame)[candidates(everything.boxes[everything.frames == frame])]
            for frame in range(len(frames))
        ]
    )
    fewer = DetectedFaces(
        frames=everything.frames[kept], boxes=everything.boxes[kept], landmarks=everything.landmarks[kept]
    )

    assert len(kept) < len(everything.frames)
    np.testing.assert_array_equal(
        landmarks_of_subject(fewer, len(frames)), landmarks_of_subject(everything, len(frames))
    )


def test_choosing_in_stretches_is_choosing_at_once():
    rng = np.random.default_rng(1)
    frames = [[box(*pair) for pair in rng.uniform(20, 200, (rng.integers(0, 5), 2))] for _ in range(60)]
    everything = faces_of(*frames)
    choice, found = SubjectChoice(), []

    for first, stop in ((0, 25), (25, 26), (26, 60)):
        mine = (everything.frames >= first) & (everything.frames < stop)
        faces = DetectedFaces(
            frames=everything.frames[mine] - first, boxes=everything.boxes[mine], landmarks=everything.landmarks[mine]
        )
        found.append(choice.landmarks(faces, stop - first))

    np.testing.assert_array_equal(np.concatenate(found), landmarks_of_subject(everything, 60))
