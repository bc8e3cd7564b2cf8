"""Landmarks that lie in files."""

import numpy as np
import pytest

from platform.landmarks.source import LandmarkFiles
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import COLUMNS, write_landmarks
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces


def test_landmarks_are_those_of_the_file_of_the_recording(tmp_path, make_recording):
    landmarks = np.arange(2 * 68 * 2, dtype=np.float32).reshape(2, 68, 2)
    write_landmarks(tmp_path / "a_1.csv", landmarks, [0, 1])

    found = LandmarkFiles(tmp_path).landmarks(make_recording(0, 0))

    np.testing.assert_array_equal(found, landmarks)


def test_the_fingerprint_follows_the_bytes_of_the_file(tmp_path, make_recording):
    source, recording = LandmarkFiles(tmp_path), make_recording(0)
    path = tmp_path / "a_1.csv"

    path.write_text("first")
    first = source.fingerprint(recording)
    path.write_text("second")
    second = source.fingerprint(recording)
    path.write_text("first")

    assert first != second
    assert source.fingerprint(recording) == first


def test_a_recording_without_landmarks_is_named(tmp_path, make_recording):
    with pytest.raises(LandmarkError, match=rf"{tmp_path}/a_1\.csv gives: No such file"):
        LandmarkFiles(tmp_path).fingerprint(make_recording(0))


def write_with_lost_frame(path):
    """Three frames, their landmarks at (10, 10), lost, (30, 30)."""
    rows = [[position, int(value > 0), *[value] * 136] for position, value in enumerate((10, 0, 30))]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in [["frame", "success", *COLUMNS], *rows]))


def test_lost_faces_are_completed_by_the_policy(tmp_path, make_recording):
    recording = make_recording(0, 0, 0)
    write_with_lost_frame(tmp_path / "a_1.csv")

    assert LandmarkFiles(tmp_path).landmarks(recording)[:, 0, 0].tolist() == [10, 20, 30]
    assert LandmarkFiles(tmp_path).num_lost(recording) == 1
    held = LandmarkFiles(tmp_path, LostFacePolicy(lost_faces=LostFaces.HOLD))
    assert held.landmarks(recording)[:, 0, 0].tolist() == [10, 10, 30]
    with pytest.raises(LandmarkError, match=r"got none in 1 of 3 frames of a_1, first in frame 1"):
        LandmarkFiles(tmp_path, LostFacePolicy(lost_faces=LostFaces.FAIL)).landmarks(recording)


def test_the_fingerprint_follows_the_policy(tmp_path, make_recording):
    recording = make_recording(0)
    (tmp_path / "a_1.csv").touch()

    default = LandmarkFiles(tmp_path).fingerprint(recording)

    assert default.endswith(", lost faces: interpolate up to 1 s")
    assert LandmarkFiles(tmp_path, LostFacePolicy(longest_gap_seconds=3)).fingerprint(recording) != default


def test_there_is_nothing_to_detect(tmp_path, make_recording):
    assert LandmarkFiles(tmp_path).chunks_to_detect(make_recording(0, 0)) == ()
