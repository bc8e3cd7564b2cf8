"""Landmark files read a block at a time: the same as read at once, and what only a stream can meet."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spotformer_core.errors import LandmarkError
from spotformer_core.flow import landmark_stream
from spotformer_core.flow.landmark_files import COLUMNS, read_landmarks, write_landmarks
from spotformer_core.flow.landmark_stream import stream_landmarks
from tests.unit.core.flow.test_landmark_files import expected, recording_of, write_csv, x_and_y


def streamed(folder: Path, recording) -> np.ndarray:
    return np.stack(list(stream_landmarks(folder, recording)))


def test_a_stream_gives_the_rows_that_reading_at_once_gives(tmp_path, monkeypatch):
    monkeypatch.setattr(landmark_stream, "_BLOCK_BYTES", 10_000)
    recording = recording_of(*range(3, 400, 4))
    points = np.random.default_rng(0).uniform(0, 500, (500, 68, 2))
    write_landmarks(tmp_path / "006_1.csv", points, range(500))

    np.testing.assert_array_equal(streamed(tmp_path, recording), read_landmarks(tmp_path, recording))


def test_lost_faces_are_lost_in_a_stream_too(tmp_path):
    header = ["frame", "success", "confidence", *COLUMNS]
    rows = [[0, 1, 0.9, *x_and_y(0)], [1, 0, 0.9, *x_and_y(1)], [2, 1, 0.3, *x_and_y(2)], [3, 1, 0.9, *[""] * 136]]
    write_csv(tmp_path, header, rows)
    recording = recording_of(0, 1, 2, 3)

    np.testing.assert_array_equal(streamed(tmp_path, recording), read_landmarks(tmp_path, recording))
    assert np.isnan(streamed(tmp_path, recording)[1:]).all()


def test_a_frame_that_is_repeated_has_its_row_repeated(tmp_path):
    write_csv(tmp_path, ["frame", *COLUMNS], [[number, *x_and_y(number)] for number in range(4)])

    np.testing.assert_array_equal(streamed(tmp_path, recording_of(0, 1, 1, 3)), expected(0, 1, 1, 3))


def test_frames_of_a_video_may_be_counted_from_one(tmp_path):
    write_csv(tmp_path, ["frame", *COLUMNS], [[number, *x_and_y(number)] for number in (1, 2, 3)])
    video = replace(recording_of(0, 1, 2), frame_paths=(), video_path=Path("006_1.mp4"))

    np.testing.assert_array_equal(streamed(tmp_path, video), expected(1, 2, 3))


@pytest.mark.parametrize(
    ("header", "rows", "message"),
    [
        (["frame", *COLUMNS], [[0, *x_and_y(0)], [2, *x_and_y(2)]], "got none for frame 1 in"),
        (["frame", *COLUMNS], [[0, *x_and_y(0)], [1, *x_and_y(1)]], "got none for frame 2 in"),
        (["frame", *COLUMNS], [[0, *x_and_y(0)], [0, *x_and_y(1)]], "got frame 0 after 0 in"),
        (["frame", *COLUMNS], [[1, *x_and_y(0)], [0, *x_and_y(1)]], "got none for frame 0 in"),
        (list(COLUMNS), [x_and_y(0)], "must have the column frame, got none in"),
        (["frame", *COLUMNS], [[0, "", *x_and_y(0)[1:]]], "got another in frame 0 of 006_1"),
        (["frame", *COLUMNS], [[0, "left", *x_and_y(0)[1:]]], "must be a CSV file of numbers"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, header, rows, message):
    write_csv(tmp_path, header, rows)

    with pytest.raises(LandmarkError, match=message):
        streamed(tmp_path, recording_of(0, 1, 2))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LandmarkError, match=r"got none at .*006_1\.csv"):
        streamed(tmp_path, recording_of(0))
