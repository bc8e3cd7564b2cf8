"""Landmark files: what OpenFace writes, what we write, and everything that can be wrong with either."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.landmark_files import COLUMNS, landmark_path, read_landmarks, write_landmarks


def recording_of(*numbers: int) -> Recording:
    return Recording(
        dataset="samm-lv",
        subject="006",
        name="006_1",
        frame_paths=tuple(Path(f"006_1_{number:04d}.jpg") for number in numbers),
        frame_numbers=numbers,
        frames_per_second=200 / 7,
        expressions=(),
    )


def x_and_y(number: int) -> list[float]:
    """Of every frame: x of landmark k is number + k / 4, y is 100 + k."""
    return [*(number + index / 4 for index in range(68)), *(100.0 + index for index in range(68))]


def expected(*numbers: int) -> np.ndarray:
    return np.array([np.reshape(x_and_y(number), (2, 68)).T for number in numbers], np.float32)


def write_csv(folder: Path, header: list[str], rows: list[list[object]], *, separator: str = ",") -> Path:
    path = folder / "006_1.csv"
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in [header, *rows]))
    return path


def test_a_file_as_openface_writes_it_is_read(tmp_path):
    header = ["frame", "face_id", "timestamp", "confidence", "success", "eye_lmk_x_0", *COLUMNS, "AU01_r"]
    rows = [[number, 0, "0.000", 0.98, 1, 3.5, *x_and_y(number), "0.00"] for number in (1, 2, 3)]
    write_csv(tmp_path, header, rows, separator=", ")

    landmarks = read_landmarks(tmp_path, recording_of(1, 2, 3))

    assert landmarks.dtype == np.float32
    np.testing.assert_array_equal(landmarks, expected(1, 2, 3))


def test_rows_are_chosen_by_frame_number_whatever_their_order(tmp_path):
    write_csv(tmp_path, ["frame", *COLUMNS], [[number, *x_and_y(number)] for number in range(20, 0, -1)])

    np.testing.assert_array_equal(read_landmarks(tmp_path, recording_of(1, 8, 15)), expected(1, 8, 15))


def test_columns_may_stand_in_any_order(tmp_path):
    write_csv(tmp_path, [*reversed(COLUMNS), "frame"], [[*reversed(x_and_y(4)), 4]])

    np.testing.assert_array_equal(read_landmarks(tmp_path, recording_of(4)), expected(4))


def test_without_a_frame_column_rows_are_the_frames_of_the_recording(tmp_path):
    write_csv(tmp_path, list(COLUMNS), [x_and_y(5), x_and_y(7)])

    np.testing.assert_array_equal(read_landmarks(tmp_path, recording_of(1, 8)), expected(5, 7))


def test_without_a_frame_column_another_number_of_rows_is_an_error(tmp_path):
    path = write_csv(tmp_path, list(COLUMNS), [x_and_y(5)] * 3)

    with pytest.raises(LandmarkError, match=f"each of the 2 frames of 006_1, got 3 in {path}"):
        read_landmarks(tmp_path, recording_of(1, 8))


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(LandmarkError, match=f"every recording needs a file of landmarks, got none at {tmp_path}/006_1"):
        read_landmarks(tmp_path, recording_of(1))


def test_missing_columns_are_an_error_that_names_the_first_few(tmp_path):
    write_csv(tmp_path, [*COLUMNS[:66], *COLUMNS[68:]], [x_and_y(1)[2:]])

    with pytest.raises(LandmarkError, match=rf"got a header without x_66, x_67 in {tmp_path}"):
        read_landmarks(tmp_path, recording_of(1))


def test_an_empty_file_is_an_error(tmp_path):
    (tmp_path / "006_1.csv").touch()

    with pytest.raises(LandmarkError, match=r"got a header without x_0, x_1, x_2, x_3, x_4, \.\.\. in"):
        read_landmarks(tmp_path, recording_of(1))


def test_missing_frames_are_an_error_that_names_the_first_few(tmp_path):
    write_csv(tmp_path, ["frame", *COLUMNS], [[number, *x_and_y(number)] for number in (1, 3)])

    with pytest.raises(LandmarkError, match="every frame of 006_1 must have landmarks, got none for 2 frames: 2, 4 in"):
        read_landmarks(tmp_path, recording_of(1, 2, 3, 4))


def test_two_rows_of_one_frame_are_an_error(tmp_path):
    write_csv(tmp_path, ["frame", "face_id", *COLUMNS], [[number, 0, *x_and_y(number)] for number in (1, 2, 2)])

    with pytest.raises(LandmarkError, match="one row of landmarks, got several for frame 2 in"):
        read_landmarks(tmp_path, recording_of(1))


def lost_in(landmarks: np.ndarray) -> list[bool]:
    """Which frames are lost; no frame is lost in part."""
    is_nan = np.isnan(landmarks).reshape(len(landmarks), -1)
    assert (is_nan.all(axis=1) == is_nan.any(axis=1)).all()
    return is_nan.all(axis=1).tolist()


def test_frames_without_success_are_lost(tmp_path):
    rows = [[number, int(number not in (2, 8, 15)), *x_and_y(number)] for number in range(1, 20)]
    write_csv(tmp_path, ["frame", "success", *COLUMNS], rows)

    landmarks = read_landmarks(tmp_path, recording_of(1, 8, 15, 16))

    assert lost_in(landmarks) == [False, True, True, False]
    np.testing.assert_array_equal(landmarks[[0, 3]], expected(1, 16))


@pytest.mark.parametrize(
    ("confidence", "lost"), [("0.98", False), ("0.7", False), ("0.69", True), ("-1", True), ("nan", True), ("", True)]
)
@pytest.mark.parametrize("columns", [("confidence",), ("confidence", "success")])
def test_frames_of_small_confidence_are_lost(tmp_path, confidence, lost, columns):
    values = {"confidence": confidence, "success": 1}
    rows = [[1, *(values[name] for name in columns), *x_and_y(1)]]
    write_csv(tmp_path, ["frame", *columns, *COLUMNS], rows)

    assert lost_in(read_landmarks(tmp_path, recording_of(1))) == [lost]


@pytest.mark.parametrize("value", ["", "nan"])
def test_frames_without_any_position_are_lost(tmp_path, value):
    write_csv(tmp_path, ["frame", *COLUMNS], [[1, *x_and_y(1)], [8, *[value] * 136]])

    assert lost_in(read_landmarks(tmp_path, recording_of(1, 8))) == [False, True]


@pytest.mark.parametrize("value", ["0", "nan", "inf", ""])
def test_positions_of_a_lost_face_do_not_matter(tmp_path, value):
    write_csv(tmp_path, ["frame", "success", *COLUMNS], [[1, 1, *x_and_y(1)], [8, 0, *x_and_y(8)[:-1], value]])

    assert lost_in(read_landmarks(tmp_path, recording_of(1, 8))) == [False, True]


def test_success_does_not_matter_in_frames_that_are_not_kept(tmp_path):
    rows = [[number, int(number == 8), *x_and_y(number)] for number in range(1, 20)]
    write_csv(tmp_path, ["frame", "success", *COLUMNS], rows)

    np.testing.assert_array_equal(read_landmarks(tmp_path, recording_of(8)), expected(8))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", ""])
def test_values_that_are_not_finite_are_an_error_that_names_the_first_frame(tmp_path, value):
    write_csv(tmp_path, ["frame", *COLUMNS], [[1, *x_and_y(1)], [8, *x_and_y(8)[:-1], value]])

    with pytest.raises(LandmarkError, match=r"must be a finite number, got others in 1 of 2 frames .* in frame 8 in"):
        read_landmarks(tmp_path, recording_of(1, 8))


@pytest.mark.parametrize("row", [["left", *x_and_y(1)[1:]], x_and_y(1)[1:]])
def test_text_among_the_numbers_and_short_rows_are_an_error(tmp_path, row):
    path = write_csv(tmp_path, list(COLUMNS), [row])

    with pytest.raises(LandmarkError, match=f"must be a CSV file of numbers, got {path} "):
        read_landmarks(tmp_path, recording_of(1))


@given(st.binary(max_size=300))
def test_any_bytes_give_only_our_errors(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    (folder / "006_1.csv").write_bytes(content)

    with pytest.raises(LandmarkError, match="006_1"):
        read_landmarks(folder, recording_of(1))


@given(st.binary(max_size=300))
def test_any_bytes_below_a_right_header_give_only_our_errors(tmp_path_factory, content):
    folder = tmp_path_factory.getbasetemp()
    (folder / "006_1.csv").write_bytes(",".join(COLUMNS).encode() + b"\n" + content)

    with pytest.raises(LandmarkError, match="006_1"):
        read_landmarks(folder, recording_of(1))


def test_what_is_written_is_read_to_a_thousandth_of_a_pixel(tmp_path):
    landmarks = np.random.default_rng(0).uniform(0, 640, (3, 68, 2)).astype(np.float32)

    write_landmarks(landmark_path(tmp_path, recording="006_1"), landmarks, (1, 8, 15))

    np.testing.assert_allclose(read_landmarks(tmp_path, recording_of(1, 8, 15)), landmarks, atol=5.5e-4, rtol=0)


def test_a_written_file_is_plain_csv_with_three_decimals(tmp_path):
    path = landmark_path(tmp_path, recording="006_1")

    write_landmarks(path, expected(1) + 1 / 3, [1])

    header, row = path.read_text().splitlines()
    assert header == ",".join(("frame", *COLUMNS))
    assert row.startswith("1,1.333,1.583,1.833,2.083,")


def test_writing_replaces_a_file_and_leaves_no_other_behind(tmp_path):
    path = tmp_path / "006_1.csv"
    for number in (1, 2):
        write_landmarks(path, expected(number), [1])

    np.testing.assert_array_equal(read_landmarks(tmp_path, recording_of(1)), expected(2))
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_earlier_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "006_1.csv"
    write_landmarks(path, expected(1), [1])
    before = path.read_bytes()

    def write_half(table, partial_path, options):
        Path(partial_path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("spotformer_core.flow.landmark_files.arrow_csv.write_csv", write_half)

    with pytest.raises(OSError, match="No space left"):
        write_landmarks(path, expected(2), [1])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_frame_numbers_that_do_not_fit_the_landmarks_are_an_error(tmp_path):
    with pytest.raises(LandmarkError, match="each frame must have landmarks, got 2 for 1 frame numbers in"):
        write_landmarks(tmp_path / "006_1.csv", expected(1, 2), [1])


@pytest.mark.parametrize("first_number", [0, 1])
def test_frames_of_a_video_may_be_counted_from_0_or_from_1(tmp_path, first_number):
    video = Recording(
        dataset="plain",
        subject="a",
        name="006_1",
        frame_paths=(),
        video_path=Path("006_1.mp4"),
        frame_numbers=(0, 1, 2),
        frames_per_second=30.0,
        expressions=(),
    )
    rows = [[first_number + frame, *x_and_y(frame)] for frame in range(3)]
    write_csv(tmp_path, ["frame", *COLUMNS], rows)

    np.testing.assert_array_equal(read_landmarks(tmp_path, video), expected(0, 1, 2))
