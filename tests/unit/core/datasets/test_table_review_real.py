"""Real tables have no problem; each fault that people make in them has its own, in spreadsheets and CSV alike."""

import pytest

from spotformer_core.datasets.findings import FindingName as Name
from spotformer_core.errors import AnnotationError
from tests.annotation_tables import (
    REAL_TABLES,
    RealTable,
    exchanged,
    shifted_by_a_row,
    sorted_alone,
    with_cell,
)

FAULTS = {
    "everything twice": (lambda table, rows: rows + rows, Name.DUPLICATED_ROWS),
    "one row twice": (lambda table, rows: [*rows, rows[7]], Name.DUPLICATED_ROWS),
    "cut to half": (lambda table, rows: rows[: len(rows) // 2], Name.OTHER_TOTALS),
    "one row lost": (lambda table, rows: rows[:-1], Name.OTHER_TOTALS),
    "onset and offset exchanged": (
        lambda table, rows: exchanged(rows, table.onset, table.offset),
        Name.OFFSET_BEFORE_ONSET,
    ),
    "onsets sorted alone": (lambda table, rows: sorted_alone(rows, table.onset), Name.OFFSET_BEFORE_ONSET),
    "apexes sorted alone": (lambda table, rows: sorted_alone(rows, table.apex), Name.APEX_OUTSIDE),
    "kinds sorted alone": (lambda table, rows: sorted_alone(rows, table.kind), Name.KINDS_AND_LENGTHS),
    "apexes shifted by a row": (lambda table, rows: shifted_by_a_row(rows, [table.apex]), Name.APEX_OUTSIDE),
    "kinds shifted by a row": (lambda table, rows: shifted_by_a_row(rows, [table.kind]), Name.KINDS_AND_LENGTHS),
    "numbers shifted by a row": (
        lambda table, rows: shifted_by_a_row(rows, [table.onset, table.apex, table.offset]),
        Name.KINDS_AND_LENGTHS,
    ),
    "the onset is pasted over the apex": (
        lambda table, rows: [with_cell(row, table.apex, row[table.onset]) for row in rows],
        Name.APEX_AT_AN_END,
    ),
    "one kind is another": (
        lambda table, rows: [with_cell(rows[0], table.kind, other_kind(table, rows)), *rows[1:]],
        Name.OTHER_TOTALS,
    ),
    "a row that nobody filled in": (
        lambda table, rows: [with_cell(with_cell(rows[0], table.onset, 0), table.offset, 0), *rows[1:]],
        Name.EMPTY_ROWS,
    ),
}


def other_kind(table: RealTable, rows: list[list[object]]) -> object:
    return next(row[table.kind] for row in rows if row[table.kind] != rows[0][table.kind])


LARGE = "cas-me-3"
FAULTS_OF_THE_LARGE_TABLE = {"everything twice", "cut to half", "apexes sorted alone", "numbers shifted by a row"}
"""Its 4206 rows are written again in a second each, so it gets a few of the faults."""


@pytest.fixture(params=REAL_TABLES, ids=lambda table: table.dataset)
def table(request) -> RealTable:
    return request.param


@pytest.fixture(params=[one for one in REAL_TABLES if one.dataset != LARGE], ids=lambda table: table.dataset)
def small_table(request) -> RealTable:
    return request.param


def test_a_real_table_has_no_finding_and_the_published_totals(table, tmp_path):
    review = table.review_of(table.written_with(lambda _, rows: rows, tmp_path))

    assert review.findings == ()
    assert "published the same" in review.totals[0]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        pytest.param(table, fault, id=f"{table.dataset} {fault}")
        for table in REAL_TABLES
        for fault in FAULTS
        if table.dataset != LARGE or fault in FAULTS_OF_THE_LARGE_TABLE
    ],
)
def test_a_fault_is_a_problem_under_its_name(table, fault, tmp_path):
    make, name = FAULTS[fault]

    review = table.review_of(table.written_with(make, tmp_path))

    assert name in {finding.name for finding in review.problems}
    assert all(len(finding.sentence) < 600 for finding in review.findings)


@pytest.mark.parametrize("other", ["onset", "offset"])
def test_an_apex_in_another_column_is_a_problem_unless_a_missing_one_is_no_frame_number(small_table, other, tmp_path):
    path = small_table.written_with(lambda table, rows: exchanged(rows, table.apex, getattr(table, other)), tmp_path)

    if small_table.dataset == "samm-lv":  # Its missing apexes are -1.
        with pytest.raises(AnnotationError, match="must be a frame number from 0 to 100000000, got -1"):
            small_table.review_of(path)
    else:
        assert Name.APEX_OUTSIDE in {finding.name for finding in small_table.review_of(path).problems}


@pytest.mark.parametrize("cell", ["1_0_0", "1e3", "\uff11\uff12", "12,5"])
def test_a_cell_that_only_looks_like_a_number_is_an_error(small_table, tmp_path, cell):
    path = small_table.written_with(lambda table, rows: [with_cell(rows[0], table.onset, cell), *rows[1:]], tmp_path)

    with pytest.raises(AnnotationError, match="must be a number, got"):
        small_table.review_of(path)


def test_a_header_pasted_again_or_a_row_of_totals_is_an_error(small_table, tmp_path):
    names = with_cell(with_cell(["Subject"] * 10, small_table.onset, "Onset"), small_table.kind, "Type")
    totals = with_cell(["Total"] * 10, small_table.onset, "502")

    for row in (names, totals):
        path = small_table.written_with(lambda _, rows, row=row: [*rows[:9], row[: len(rows[0])], *rows[9:]], tmp_path)
        with pytest.raises(AnnotationError, match=" in row "):
            small_table.review_of(path)


def test_a_recording_that_the_release_cannot_have_is_a_problem_or_an_error(table, tmp_path):
    path = table.written_with(
        lambda table, rows: [with_cell(rows[0], table.name, table.other_name), *rows[1:]], tmp_path
    )

    if table.dataset == "cas-me-2":  # A clip code has a sheet of its own.
        with pytest.raises(AnnotationError, match="a clip code must begin with a code of sheet"):
            table.review_of(path)
    else:
        assert Name.UNKNOWN_RECORDINGS in {finding.name for finding in table.review_of(path).problems}


def with_numbers_of(row: list[object], named: list[object], table: RealTable) -> list[object]:
    for column in (table.onset, table.apex, table.offset, table.kind):
        named = with_cell(named, column, row[column])
    return named


def test_rows_of_one_recording_under_another_are_a_problem(small_table, tmp_path):
    def pasted(table: RealTable, rows: list[list[object]]) -> list[list[object]]:
        """The rows of the first recording of three or more, pasted over those of the next one."""
        blocks: dict[str, list[int]] = {}
        for index, row in enumerate(table.read(table.written_with(lambda _, rows: rows, tmp_path))):
            blocks.setdefault(row.recording, []).append(index)
        first, second = [one for one in blocks.values() if len(one) >= 3][:2]
        others = [row for index, row in enumerate(rows) if index not in second]
        return others + [with_numbers_of(rows[index], rows[second[0]], table) for index in first]

    review = small_table.review_of(small_table.written_with(pasted, tmp_path))

    assert Name.COPIED_RECORDINGS in {finding.name for finding in review.problems}


def test_what_changes_no_truth_is_a_remark(small_table, tmp_path):
    review = small_table.review_of(small_table.written_with(lambda _, rows: [*rows[1:], rows[0]], tmp_path))

    assert review.problems == ()
    assert [finding.name for finding in review.findings] == [Name.SCATTERED_RECORDINGS]
