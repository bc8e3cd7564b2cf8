"""The child process that parses spreadsheets, and its limits; random files are in tests/properties."""

import pytest
import xlsxwriter

from spotformer_core.datasets import spreadsheet_process, spreadsheets
from spotformer_core.datasets.spreadsheets import read_rows
from spotformer_core.errors import AnnotationError


def test_rows_begin_at_the_first_cell_and_are_equally_long(tmp_path, write_sheets):
    path = write_sheets(tmp_path / "a.xlsx", {"codes": [[], ["", 1.5, True], ["text"]]})

    assert read_rows(path, sheet="CODES ") == [["", "", ""], ["", 1.5, True], ["text", "", ""]]


def test_dates_come_as_text(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        workbook.add_worksheet("codes").write_number(0, 0, 44_000, date)

    assert read_rows(tmp_path / "a.xlsx", sheet="codes") == [["2020-06-18"]]


def test_a_sheet_of_too_many_cells_is_an_error(tmp_path, write_sheets):
    path = write_sheets(tmp_path / "a.xlsx", {"codes": [*[[]] * 2000, [*[""] * 600, "far"]]})
    num_cells = 2001 * 601

    assert num_cells > spreadsheet_process.MOST_CELLS
    with pytest.raises(AnnotationError, match=r"\(a sheet of 2001 rows and 601 columns\)"):
        read_rows(path, sheet="codes")


def test_a_parser_that_dies_is_an_error(tmp_path, write_sheets, monkeypatch):
    path = write_sheets(tmp_path / "a.xlsx", {"codes": []})
    program = tmp_path / "dies.py"
    program.write_text("import os\nos.abort()\n")
    monkeypatch.setattr(spreadsheets, "_PROGRAM", program)

    with pytest.raises(AnnotationError, match=r"\(it makes the parser fail or exceed its limits of memory and time\)"):
        read_rows(path, sheet="codes")


def test_a_huge_file_is_not_parsed(tmp_path, write_sheets, monkeypatch):
    path = write_sheets(tmp_path / "a.xlsx", {"codes": []})
    monkeypatch.setattr(spreadsheets, "MOST_FILE_BYTES", 100)

    with pytest.raises(AnnotationError, match=r"\(\d+ bytes; a table has at most 100\)"):
        read_rows(path, sheet="codes")
