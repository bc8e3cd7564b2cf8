import pytest
import xlsxwriter

from platform.reporting.truths import read_truths
from spotformer_core.datasets import cas_me_2, cas_me_3, samm_lv
from spotformer_core.errors import AnnotationError


def test_truths_of_samm_lv_are_the_rows_of_its_table(samm_lv_table):
    truths = read_truths(samm_lv.NAME, samm_lv_table)

    assert [(row.recording, row.onset, row.offset) for row in truths.rows] == [
        ("006_1", 100.4, 200),
        ("006_1", 301, 340),
        ("006_2", 100, 250),
        ("007_1", 40, 80),
    ]
    assert truths.recordings == {"006_1", "006_2", "007_1"}
    assert {recording: truths.subject(recording) for recording in truths.recordings} == {
        "006_1": "006",
        "006_2": "006",
        "007_1": "007",
    }


def test_recordings_of_cas_me_2_in_which_nothing_is_annotated_are_known(cas_me_2_table):
    truths = read_truths(cas_me_2.NAME, cas_me_2_table)

    assert truths.recordings == {"s15_0101", "s15_0508", "s19_0502", "s23_0503"}
    assert truths.subject("s19_0502") == "s19"


def test_every_letter_of_a_subject_of_cas_me_3_is_known(real_file):
    truths = read_truths(cas_me_3.NAME, real_file("CAS(ME)3_part_A_v2.xls"))

    assert len(truths.rows) == 4206
    assert len(truths.subject_of) == 956
    assert len(truths.recordings) == 98 * 13
    assert truths.subject("spNO.1_a") == "spNO.1"


def test_a_table_without_rows_is_an_error(tmp_path):
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet(samm_lv.SHEET).write_row(0, 0, samm_lv.COLUMNS)

    with pytest.raises(AnnotationError, match=r"an annotation table must have rows, got none in .*empty\.xlsx"):
        read_truths(samm_lv.NAME, path)
