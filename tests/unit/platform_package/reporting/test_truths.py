from collections import Counter

import pytest
import xlsxwriter

from platform.reporting.truths import read_truths
from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain, samm_lv
from spotformer_core.datasets.policy_choices import (
    AnnotationPolicies,
    DuplicatedRows,
    ExpressionLengths,
    PastEnd,
)
from spotformer_core.errors import AnnotationError, InvalidValueError
from tests.made_up_tables import POLICIES


def test_truths_of_samm_lv_are_the_rows_of_its_table(samm_lv_table):
    truths = read_truths(samm_lv.NAME, samm_lv_table, POLICIES)

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
    truths = read_truths(cas_me_2.NAME, cas_me_2_table, POLICIES)

    assert truths.recordings == {"s15_0101", "s15_0508", "s19_0502", "s23_0503"}
    assert truths.subject("s19_0502") == "s19"


def test_every_letter_of_a_subject_of_cas_me_3_is_known(real_file):
    truths = read_truths(cas_me_3.NAME, real_file("CAS(ME)3_part_A_v2.xls"))

    assert len(truths.rows) == 4206
    assert len(truths.subject_of) == 956
    assert len(truths.recordings) == 98 * 13
    assert truths.subject("spNO.1_a") == "spNO.1"


LINEAGE_HEADER = "subject,video_name,start_frame,apex_frame,end_frame,type_idx\n"


def test_truths_of_the_lineage_are_in_the_numbers_of_its_table(tmp_path):
    path = tmp_path / "lineage.csv"
    path.write_text(LINEAGE_HEADER + "samm_006,samm_006_1,81,92,106,1\nsamm_007,samm_007_3,9,12,19,2\n")

    truths = read_truths(lineage.NAME, path, POLICIES)

    assert [(row.recording, row.kind, row.onset, row.offset) for row in truths.rows] == [
        ("samm_006_1", "macro", 81, 106),
        ("samm_007_3", "micro", 9, 19),
    ]
    assert truths.names.find("006_1") == "samm_006_1"
    assert truths.recordings == {"samm_006_1", "samm_007_3"}


def test_the_real_table_of_the_lineage_has_the_expressions_of_samm_lv(real_file):
    truths = read_truths(lineage.NAME, real_file("samm_lv_every_7th.csv"))

    assert Counter(row.kind for row in truths.rows) == {"macro": 343, "micro": 159}
    assert len(truths.recordings) == 147


@pytest.mark.parametrize(("subject", "other"), [("casme_015", "casme_019"), ("casme_15", "casme_019")])
def test_the_lineage_knows_the_recordings_of_cas_me_2_without_expressions(tmp_path, subject, other):
    path = tmp_path / "lineage.csv"
    path.write_text(LINEAGE_HEADER + f"{subject},{subject}_0401,81,92,106,1\n")

    truths = read_truths(lineage.NAME, path, POLICIES)

    assert truths.without_expressions == {f"{subject}_0508", f"{other}_0502", "casme_023_0503"}
    assert truths.subject(f"{subject}_0508") == subject


def test_plain_recordings_without_expressions_stand_in_the_table_beside(tmp_path):
    path = tmp_path / "annotations.csv"
    path.write_text("recording,subject,kind,onset,apex,offset\nanna_1,anna,macro,0,,9\n")
    (tmp_path / "recordings.csv").write_text("recording,subject\nwalk,ben\nanna_1,anna\n")

    truths = read_truths(plain.NAME, path)

    assert truths.without_expressions == {"walk"}
    assert (truths.subject("walk"), truths.subject("anna_1")) == ("ben", "anna")


def test_a_recording_of_two_subjects_is_an_error(tmp_path):
    path = tmp_path / "annotations.csv"
    path.write_text("recording,subject,kind,onset,apex,offset\na,anna,macro,0,,9\na,ben,macro,20,,29\n")

    with pytest.raises(AnnotationError, match=r"must have one subject, got anna and ben for a in row 3"):
        read_truths(plain.NAME, path)


def test_a_table_without_rows_is_an_error(tmp_path):
    path = tmp_path / "empty.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet(samm_lv.SHEET).write_row(0, 0, samm_lv.COLUMNS)

    with pytest.raises(AnnotationError, match=r"an annotation table must have rows, got none in .*empty\.xlsx"):
        read_truths(samm_lv.NAME, path)


def doubled(real_file, tmp_path):
    """The real table of SAMM-LV at every 7th frame with all rows twice."""
    header, *rows = real_file("samm_lv_every_7th.csv").read_text().splitlines()
    path = tmp_path / "doubled.csv"
    path.write_text("\n".join([header, *rows, *rows]) + "\n")
    return path


def test_a_doubled_table_is_refused_with_its_count_and_what_accepts_it(real_file, tmp_path):
    with pytest.raises(AnnotationError, match=r"duplicated-rows 502: .*--policy duplicated-rows="):
        read_truths(lineage.NAME, doubled(real_file, tmp_path))


def test_dropped_copies_are_no_truths(real_file, tmp_path):
    policies = AnnotationPolicies(duplicated_rows=DuplicatedRows.DROP)

    truths = read_truths(lineage.NAME, doubled(real_file, tmp_path), policies)

    assert Counter(row.kind for row in truths.rows) == {"macro": 343, "micro": 159}


def test_the_papers_choice_of_cas_me_3_leaves_its_recordings_known(real_file):
    policies = AnnotationPolicies(expression_lengths=ExpressionLengths.PAPER)

    truths = read_truths(cas_me_3.NAME, real_file("CAS(ME)3_part_A_v2.xls"), policies)

    assert Counter(row.kind for row in truths.rows) == {"macro": 2364, "micro": 288}
    assert len(truths.recordings) == 98 * 13
    assert any("2231" in line for line in truths.review.told)


def test_a_policy_about_frames_is_refused_where_there_are_none(real_file):
    with pytest.raises(InvalidValueError, match=r"must concern the rows of a table .*, got past-end=keep"):
        read_truths(samm_lv.NAME, real_file("SAMM_LongVideos_release.xlsx"), AnnotationPolicies(past_end=PastEnd.KEEP))
