"""Files of frame scores: what is read, and that every row that cannot be is named."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spotformer_core.decoding import frame_score_tables
from spotformer_core.decoding.frame_score_tables import PROBABILITIES, read_score_table
from spotformer_core.errors import InvalidValueError


@pytest.fixture
def written(tmp_path):
    def write(text, name="scores.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def read(path):
    return {name: (one.first, one.step, one.scores.tolist()) for name, one in read_score_table(path).items()}


def parquet(path, **columns):
    pq.write_table(pa.table(columns), path)
    return path


def test_scores_are_read_by_recording_in_the_order_of_the_file(written):
    path = written("recording,frame,score\nb,5,0.5\nb,6,-2\na,1,1e-3\n")

    assert read(path) == {"b": (5, 1, [[0.5], [-2.0]]), "a": (1, 1, [[0.001]])}
    assert list(read(path)) == ["b", "a"]


def test_recordings_may_be_mixed_columns_in_any_order_and_a_mark_may_stand_first(written):
    assert read(written("\ufeffscore, Frame ,RECORDING\n1,7,a\n2,1,b\n3,14,a\n4,8,b\n")) == {
        "a": (7, 7, [[1.0], [3.0]]),
        "b": (1, 7, [[2.0], [4.0]]),
    }


def test_frame_numbers_may_be_written_with_a_fraction_of_nothing(written):
    assert read(written("recording,frame,score\na,1.0,2\na,2.0,2\n")) == {"a": (1, 1, [[2.0], [2.0]])}


@pytest.mark.parametrize("text", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
@pytest.mark.parametrize("number", [pa.float32(), pa.float64(), pa.int16()])
def test_parquet_is_read_whatever_its_types_of_text_and_numbers(tmp_path, text, number):
    path = parquet(
        tmp_path / "scores.parquet",
        recording=pa.array(["a", "a"]).cast(text),
        frame=pa.array([1, 2], pa.int32()),
        score=pa.array([3, 4]).cast(number),
    )

    assert read(path) == {"a": (1, 1, [[3.0], [4.0]])}


def test_ten_probabilities_come_in_the_order_of_kinds_and_channels(written):
    names = [*PROBABILITIES][::-1]
    values = [f"0.{PROBABILITIES.index(name)}" for name in names]

    found = read_score_table(written(f"recording,frame,{','.join(names)}\na,1,{','.join(values)}\n"))

    assert PROBABILITIES[:2] == ("macro_onset", "macro_apex")
    assert found["a"].scores[0] == pytest.approx(np.arange(10) / 10)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("a,1,x", r"Row #2.*invalid value 'x'. Correct the file"),
        ("a,1_0,1", r"invalid value '1_0'"),
        ("a,1", r"Expected 3 columns, got 2"),
        ("a,1,nan", r"score must have a value, got none in row 1 below the header"),
        ("a,1,1\na,2,", r"score must have a value, got none in row 2 below the header"),
        ("a,,1", r"frame must have a value, got none in row 1"),
        ("a,1,1\na,2,inf", r"score must be a finite number of single precision, got inf in row 2"),
        ("a,1,1e39", r"score must be a finite number of single precision, got 1e\+39 in row 1"),
        ("a,1.5,1", r"frame must be a whole number from 0 to 1000000000, got 1.5 in row 1"),
        ("a,-1,1", r"frame must be a whole number from 0 to 1000000000, got -1 in row 1"),
        ("a,1,1\nb,1,1\na,1,2", r"one score for each frame, got frame 1 after frame 1 of a in row 3.*Remove the rep"),
        ("a,2,1\na,1,1", r"in rising order, got frame 1 after frame 2 of a in row 2.*Sort the file"),
        ("a,1,1\na,2,1\na,4,1", r"for every frame, at the same step everywhere, got frame 4 after frame 2 of a in row"),
        ("a,1,1\na,2,1\nb,1,1\nb,3,1", r"at the same step everywhere, got frame 3 after frame 1 of b in row 4"),
    ],
)
def test_a_row_that_cannot_be_is_named(written, rows, message):
    with pytest.raises(InvalidValueError, match=message):
        read_score_table(written(f"recording,frame,score\n{rows}\n"))


@pytest.mark.parametrize("value", ["-0.1", "1.5"])
def test_a_probability_outside_its_range_is_named(written, value):
    path = written(f"recording,frame,{','.join(PROBABILITIES)}\na,1,{','.join(['0.5'] * 9)},{value}\n")

    with pytest.raises(InvalidValueError, match=rf"a probability must be from 0 to 1, got {value} in row 1"):
        read_score_table(path)


@pytest.mark.parametrize("header", ["recording,frame", "video,frame,score", "recording,frame,score,score", "", "a;b"])
def test_other_columns_are_refused(written, header):
    with pytest.raises(InvalidValueError, match=r"the columns of frame scores must be recording,frame,score, or"):
        read_score_table(written(f"{header}\n1,2,3\n"))


def test_what_is_refused_is_repeated_in_at_most_200_characters(written):
    with pytest.raises(InvalidValueError) as caught:
        read_score_table(written("x" * 10_000 + "\n"))

    assert "got xxx" in str(caught.value)
    assert "x" * 201 not in str(caught.value)


def test_a_file_without_rows_is_refused(written):
    with pytest.raises(InvalidValueError, match=r"must have rows, got none in"):
        read_score_table(written("recording,frame,score\n"))


def test_another_ending_a_folder_and_no_file_are_refused(written, tmp_path):
    with pytest.raises(InvalidValueError, match=r"must be a .parquet or .csv file, got"):
        read_score_table(written("recording,frame,score\na,1,1\n", name="scores.txt"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InvalidValueError, match=r"must be a table of Parquet or of CSV.*directory"):
        read_score_table(tmp_path / "folder.csv")
    with pytest.raises(InvalidValueError, match=r"No such file"):
        read_score_table(tmp_path / "none.parquet")


def test_a_file_that_only_pretends_to_be_parquet_is_refused(written):
    with pytest.raises(InvalidValueError, match=r"must be a table of Parquet or of CSV in UTF-8"):
        read_score_table(written("PAR1 and nothing else PAR1", name="scores.parquet"))


def test_columns_of_the_wrong_type_are_refused(tmp_path):
    frames, scores = pa.array([1]), pa.array([0.5])
    with pytest.raises(InvalidValueError, match=r"column recording must hold text, got int64"):
        read_score_table(parquet(tmp_path / "a.parquet", recording=frames, frame=frames, score=scores))
    with pytest.raises(InvalidValueError, match=r"column score must hold numbers, got string"):
        read_score_table(
            parquet(tmp_path / "b.parquet", recording=pa.array(["a"]), frame=frames, score=pa.array(["1"]))
        )


def test_a_missing_value_in_parquet_is_named(tmp_path):
    path = parquet(
        tmp_path / "a.parquet",
        recording=pa.array(["a", None]),
        frame=pa.array([1, 2]),
        score=pa.array([0.5, 0.5]),
    )

    with pytest.raises(InvalidValueError, match=r"recording must have a value, got none in row 2 below the header"):
        read_score_table(path)


def test_a_small_file_of_too_many_rows_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = parquet(tmp_path / "a.parquet", recording=["a"] * 3, frame=[1, 2, 3], score=[0.0] * 3)
    monkeypatch.setattr(frame_score_tables, "MOST_ROWS", 2)

    with pytest.raises(InvalidValueError, match=r"the rows of .* must be at most 2, got 3. Split the file"):
        read_score_table(path)
