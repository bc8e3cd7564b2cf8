"""Annotation tables as CSV files."""

import pytest

from spotformer_core.datasets import csv_tables
from spotformer_core.datasets.csv_tables import read_csv_table
from spotformer_core.errors import AnnotationError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.csv"


def test_columns_may_stand_in_any_order_and_case_and_empty_rows_are_left_out(path):
    path.write_text('\ufeffOffset, ONSET ,au\n3,1,"4,7"\n,,\n\n 9,8\n', encoding="utf-8")

    rows = read_csv_table(path, columns=("onset", "offset"), optional=("apex",))

    assert [(row.row_number, dict(row.cells)) for row in rows] == [
        (2, {"onset": "1", "offset": "3", "apex": ""}),
        (5, {"onset": "8", "offset": " 9", "apex": ""}),
    ]
    assert rows[0].place == f"row 2 in {path}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "must have the columns onset, offset, got no onset in ''"),
        (b"onset\n1\n", "got no offset in 'onset'"),
        (b"onset,offset,Onset\n", "a column must stand once in .*, got 'onset' in columns 1 and 3"),
        (b"onset,offset\n1,2,3\n", "each of the 2 columns of its header, got 3 in row 2"),
        (b"onset,offset\n\xff,2\n", r"must be a CSV file in UTF-8, got \S+ \('utf-8' codec"),
        (b'onset,offset\n"1,2\n', r"must be a CSV file in UTF-8, got \S+ \(unexpected end of data\)"),
        (b"onset,offset\n" + b"1" * 200_000 + b",2\n", "field larger than field limit"),
    ],
)
def test_a_file_that_is_no_such_table_is_an_error(path, content, message):
    path.write_bytes(content)

    with pytest.raises(AnnotationError, match=message):
        read_csv_table(path, columns=("onset", "offset"))


def test_other_columns_are_an_error_where_they_are_not_allowed(path):
    path.write_text("onset,ofset\n")

    with pytest.raises(AnnotationError, match=r"known columns only, got 'ofset'\. Did you mean 'offset'\?"):
        read_csv_table(path, columns=("onset",), optional=("offset",), others_allowed=False)


def test_a_missing_file_is_an_error(path):
    with pytest.raises(AnnotationError, match=f"must be a file, got {path}"):
        read_csv_table(path, columns=())


def test_a_huge_file_is_not_read(path, monkeypatch):
    monkeypatch.setattr(csv_tables, "MOST_FILE_BYTES", 10)
    path.write_text("onset,offset\n")

    with pytest.raises(AnnotationError, match=r"\(13 bytes; a table has at most 10\)"):
        read_csv_table(path, columns=())
