"""Annotation tables, whatever a file holds."""

from pathlib import Path

import pytest

from spotformer_core.datasets.table_rows import TableRow
from spotformer_core.datasets.tables import find_table, read_headerless_table, read_table
from spotformer_core.errors import AnnotationError


def one_cell(cell: object) -> TableRow:
    return TableRow(path=Path("a.xlsx"), sheet="codes", row_number=4, cells={"Onset": cell})


def test_rows_are_numbered_as_a_spreadsheet_program_does_and_empty_ones_are_left_out(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [[], ["note"], ["Apex", "Onset"], [1, 2], [], ["", "", 9], [3, 4]]})

    rows = read_table(tmp_path / "a.xlsx", sheet="Codes ", columns=("Onset", "Apex"))

    assert [(row.row_number, dict(row.cells)) for row in rows] == [
        (4, {"Onset": 2, "Apex": 1}),
        (7, {"Onset": 4, "Apex": 3}),
    ]


def test_columns_without_a_header_are_named_from_the_left(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [["a", 1, "more"], ["b", 2]]})

    rows = read_headerless_table(tmp_path / "a.xlsx", sheet="codes", columns=("name", "value"))

    assert [(row.text("name"), row.number("value")) for row in rows] == [("a", 1.0), ("b", 2.0)]


def test_an_empty_sheet_without_a_header_has_no_rows(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": []})

    assert read_headerless_table(tmp_path / "a.xlsx", sheet="codes", columns=("name",)) == ()


def test_a_missing_header_is_an_error_that_names_the_columns_without_one(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [["Onset", "Apex"]]})

    with pytest.raises(AnnotationError, match=r"with Onset, Offset, Type, got no row with Offset, Type\. Restore"):
        read_table(tmp_path / "a.xlsx", sheet="codes", columns=("Onset", "Offset", "Type"))


def test_headers_spread_over_rows_are_an_error(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [["Onset"], ["Apex"]]})

    with pytest.raises(AnnotationError, match="got no row with all of them"):
        read_table(tmp_path / "a.xlsx", sheet="codes", columns=("Onset", "Apex"))


def test_too_few_columns_are_an_error(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [["a"]]})

    with pytest.raises(AnnotationError, match=r"at least 2 columns \(name, value\), got 1\."):
        read_headerless_table(tmp_path / "a.xlsx", sheet="codes", columns=("name", "value"))


def test_a_missing_sheet_is_an_error_that_names_the_sheets_there_are(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"codes": [], "rules": []})

    with pytest.raises(AnnotationError, match="must have a sheet 'rule', got 'codes', 'rules'"):
        read_table(tmp_path / "a.xlsx", sheet="rule", columns=())


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(AnnotationError, match=f"must be a file, got {tmp_path}/a.xlsx"):
        read_table(tmp_path / "a.xlsx", sheet="codes", columns=())


def test_a_file_that_is_no_spreadsheet_is_an_error(tmp_path):
    (tmp_path / "a.xlsx").write_text("Subject,Filename\n")

    with pytest.raises(AnnotationError, match=rf"must be an .xlsx or .xls spreadsheet, got {tmp_path}/a.xlsx \("):
        read_table(tmp_path / "a.xlsx", sheet="codes", columns=())


@pytest.mark.parametrize(("cell", "text"), [(" a ", "a"), (6.0, "6"), (6, "6"), (0.5, "0.5")])
def test_text_has_no_spaces_around_and_whole_numbers_no_fraction(cell, text):
    assert one_cell(cell).text("Onset") == text


@pytest.mark.parametrize("cell", ["", "  ", True, None])
def test_a_cell_without_text_is_an_error(cell):
    with pytest.raises(AnnotationError, match=f"Onset must be text, got {cell!r} in row 4 of sheet 'codes' in a.xlsx"):
        one_cell(cell).text("Onset")


@pytest.mark.parametrize(("cell", "number"), [(" 37 ", 37.0), (-1, -1.0), ("5e2", 500.0), (566.4, 566.4)])
def test_numbers_are_read_from_numbers_and_from_text(cell, number):
    assert one_cell(cell).number("Onset") == number


@pytest.mark.parametrize("cell", ["", "#N/A", "inf", float("nan"), False, None])
def test_a_cell_without_a_finite_number_is_an_error(cell):
    with pytest.raises(AnnotationError, match=f"Onset must be a number, got {cell!r} in row 4"):
        one_cell(cell).number("Onset")


def test_a_table_is_found_whatever_the_case_of_its_name(tmp_path):
    for name in ("samm_LONGvideos.XLSX", "notes.xlsx", ".SAMM_Long.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "SAMM_Long.xlsx").mkdir()

    assert find_table(tmp_path, pattern="*SAMM*Long*.xls*").name == "samm_LONGvideos.XLSX"


def test_an_optional_column_is_read_where_there_is_one(tmp_path, write_sheets):
    rows = [["b", "A", "C"], ["1", "2", "3"]]
    path = write_sheets(tmp_path / "table.xlsx", {"one": rows})

    (row,) = read_table(path, sheet="one", columns=("a", "b"), optional=("c", "d"))

    assert row.cells == {"a": "2", "b": "1", "c": "3", "d": ""}
