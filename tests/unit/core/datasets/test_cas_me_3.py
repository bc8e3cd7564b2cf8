"""CAS(ME)^3 part A: the real table and the layout."""

from collections import Counter

import pytest

from spotformer_core.datasets import cas_me_3
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError


@pytest.fixture(scope="module")
def rows(real_annotations):
    return cas_me_3.read_annotations(real_annotations / cas_me_3.ANNOTATION_FILE)


def test_the_real_table_has_4206_rows_of_98_subjects(rows):
    assert len(rows) == 4206
    assert Counter(row.kind for row in rows) == {ExpressionKind.MACRO: 3346, ExpressionKind.MICRO: 860}
    assert len({row.recording for row in rows}) == 956
    assert len({row.subject for row in rows}) == 98


def test_numbers_that_the_real_table_stores_as_text_are_numbers(rows):
    first = rows[0]

    assert (first.subject, first.recording, first.row_number) == ("spNO.1", "spNO.1_a", 2)
    assert (first.onset, first.apex, first.offset) == (37.0, 63.0, 65.0)


def test_every_real_row_is_in_order_and_apexes_may_be_0(rows):
    assert all(row.onset <= row.apex <= row.offset for row in rows)
    assert [(row.recording, row.offset) for row in rows if row.apex == 0] == [("spNO.216_e", 25.0)]


def test_the_published_limit_of_15_frames_leaves_288_micro_expressions(rows):
    durations = [row.offset - row.onset for row in rows if row.kind is ExpressionKind.MICRO]

    assert sum(duration <= 15 for duration in durations) == 288


def test_capital_letters_of_recordings_become_small(rows):
    # The table has J in one row of spNO.11 and in four of spNO.14.
    assert all(row.recording[-1].islower() for row in rows)
    assert {"spNO.11_j", "spNO.14_j"} <= {row.recording for row in rows}


def test_a_subject_of_another_form_is_an_error(tmp_path, write_sheets):
    row = ["sp1", "a", "1", "2", "3", "4", "Macro-expression", "I"]
    write_sheets(tmp_path / "a.xlsx", {cas_me_3.SHEET: [cas_me_3.COLUMNS, row]})

    with pytest.raises(AnnotationError, match=r"must be as spNO.1 and a are, got 'sp1' and 'a' in row 2 of sheet"):
        cas_me_3.read_annotations(tmp_path / "a.xlsx")


def test_the_layout_is_that_of_the_release(tmp_path):
    folder = cas_me_3.recording_folder(tmp_path, recording="spNO.1_a")

    assert folder / cas_me_3.frame_file_name("spNO.1_a", number=7) == tmp_path / "spNO.1/a/color/7.jpg"
