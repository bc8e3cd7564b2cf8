"""Landmarks that lie in files."""

import numpy as np
import pytest

from platform.landmarks.source import LandmarkFiles
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import write_landmarks


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
