"""Real annotation tables, read cell by cell and written again with a fault that people make."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, samm_lv
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.findings import TableReview
from spotformer_core.datasets.table_review import review_table
from tests.recordings import real_file

Cells = list[list[object]]
Fault = Callable[["RealTable", Cells], Cells]
"""What somebody does to the rows below the header."""


@dataclass(frozen=True, kw_only=True)
class RealTable:
    """A real table, and where its columns stand."""

    dataset: str
    file: str
    sheet: str
    num_header_rows: int
    name: int
    onset: int
    apex: int
    offset: int
    kind: int
    other_name: object
    """A recording that the release cannot have."""
    read: Callable[[Path], tuple[AnnotationRow, ...]]

    def written_with(self, fault: Fault, folder: Path) -> Path:
        """The table with the rows that `fault` makes of its own."""
        source = real_file(self.file)
        if not self.sheet:
            header, *body = list(csv.reader(source.read_text(encoding="utf-8-sig").splitlines()))
            path = folder / "table.csv"
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([header, *fault(self, [list(row) for row in body])])
            return path
        workbook = CalamineWorkbook.from_path(source)
        path = folder / "table.xlsx"
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as written:
            for name in workbook.sheet_names:
                rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                if name == self.sheet:
                    rows = [
                        *rows[: self.num_header_rows],
                        *fault(self, [list(row) for row in rows[self.num_header_rows :]]),
                    ]
                sheet = written.add_worksheet(name)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path

    def review_of(self, path: Path) -> TableReview:
        """What is found in a table that was written."""
        return review_table(self.read(path), dataset=self.dataset)


REAL_TABLES = (
    RealTable(
        dataset="samm-lv",
        file="SAMM_LongVideos_release.xlsx",
        sheet=samm_lv.SHEET,
        num_header_rows=10,
        name=1,
        onset=3,
        apex=4,
        offset=5,
        kind=7,
        other_name="006_9_1",
        read=samm_lv.read_annotations,
    ),
    RealTable(
        dataset="cas-me-2",
        file="CASME_sq_gt.xlsx",
        sheet=cas_me_2.CODE_SHEET,
        num_header_rows=0,
        name=1,
        onset=2,
        apex=3,
        offset=4,
        kind=7,
        other_name="anger9_1",
        read=cas_me_2.read_annotations,
    ),
    RealTable(
        dataset="cas-me-3",
        file=cas_me_3.ANNOTATION_FILE,
        sheet=cas_me_3.SHEET,
        num_header_rows=1,
        name=1,
        onset=2,
        apex=3,
        offset=4,
        kind=6,
        other_name="z",
        read=cas_me_3.read_annotations,
    ),
    RealTable(
        dataset="lineage",
        file="samm_lv_every_7th.csv",
        sheet="",
        num_header_rows=1,
        name=1,
        onset=2,
        apex=3,
        offset=4,
        kind=5,
        other_name="samm_006_9",
        read=lineage.read_annotations,
    ),
)


def sorted_alone(rows: Cells, column: int) -> Cells:
    """One column sorted, the others as they were."""
    cells = sorted((row[column] for row in rows), key=_sort_key)
    return [with_cell(row, column, cell) for row, cell in zip(rows, cells, strict=True)]


def shifted_by_a_row(rows: Cells, columns: Sequence[int]) -> Cells:
    """Cells of `columns` moved up by one row, the first to the end."""
    moved = [*rows[1:], rows[0]]
    for column in columns:
        rows = [with_cell(row, column, other[column]) for row, other in zip(rows, moved, strict=True)]
    return rows


def exchanged(rows: Cells, one: int, other: int) -> Cells:
    """Two columns in each other's place."""
    return [with_cell(with_cell(row, one, row[other]), other, row[one]) for row in rows]


def with_cell(row: Sequence[object], column: int, cell: object) -> list[object]:
    """The row with another cell."""
    return [*row[:column], cell, *row[column + 1 :]]


def _sort_key(cell: object) -> tuple[float, str]:
    try:
        return float(str(cell)), ""
    except ValueError:
        return 0.0, str(cell)
