"""SAMM-LV: what is particular to its tree, and the real table against the published every-7th-frame one."""

import csv
from collections import Counter

import pytest

from spotformer_core.datasets import samm_lv
from spotformer_core.datasets.known_tables import KNOWN_REPAIRS
from spotformer_core.datasets.placement import place_expression
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, OnsetZero, PastEnd
from spotformer_core.datasets.published import PUBLISHED, totals
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError


@pytest.fixture(scope="module")
def rows(real_annotation):
    return samm_lv.read_annotations(real_annotation("SAMM_LongVideos_release.xlsx"))


@pytest.fixture(scope="module")
def placed(rows, samm_lv_frame_counts):
    """Every row of the real table in recordings of the published lengths."""
    return [
        place_expression(
            row, frame_numbers=range(1, samm_lv_frame_counts[row.recording] + 1), frame_step=samm_lv.FRAME_STEP
        )
        for row in rows
    ]


@pytest.fixture(scope="module")
def every_7th(real_annotation):
    with real_annotation("samm_lv_every_7th.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_real_table_has_502_rows_of_30_subjects(rows):
    assert len(rows) == 502
    assert Counter(row.kind for row in rows) == {ExpressionKind.MACRO: 343, ExpressionKind.MICRO: 159}
    assert len({row.recording for row in rows}) == 147
    assert len({row.subject for row in rows}) == 30
    assert (rows[0].row_number, rows[-1].row_number) == (11, 512)


def test_the_first_real_row_is_as_stored(rows):
    assert (rows[0].subject, rows[0].recording, rows[0].kind) == ("006", "006_1", ExpressionKind.MACRO)
    assert (rows[0].onset, rows[0].apex, rows[0].offset) == pytest.approx((566.4, 647.6, 743.2))


def test_the_published_frame_counts_are_those_of_the_annotated_recordings(rows, samm_lv_frame_counts):
    assert sum(samm_lv_frame_counts.values()) == 482_797
    assert samm_lv_frame_counts.keys() == {row.recording for row in rows}


def test_the_order_names_and_kinds_are_those_of_the_published_table(rows, every_7th):
    types = {ExpressionKind.MACRO: "1", ExpressionKind.MICRO: "2"}

    assert [(f"samm_{row.subject}", f"samm_{row.recording}", types[row.kind]) for row in rows] == [
        (row["subject"], row["video_name"], row["type_idx"]) for row in every_7th
    ]


def test_every_onset_is_that_of_the_published_table(placed, every_7th):
    assert [one.expression.onset for one in placed] == [int(row["start_frame"]) for row in every_7th]


def test_every_apex_is_that_of_the_published_table_but_for_the_missing_and_one_after_the_last_kept_frame(
    rows, placed, every_7th
):
    different = {
        (rows[index].recording, rows[index].apex, one.expression.apex)
        for index, one in enumerate(placed)
        if one.expression.apex != int(every_7th[index]["apex_frame"])
    }

    # Midpoints: (13 + 30) // 2, (293 + 307) // 2, (153 + 162) // 2, (271 + 281) // 2, (239 + 350) // 2, ...
    assert different == {
        ("010_1", None, 21),
        ("010_6", 845.0, 120),
        ("026_2", None, 300),
        ("028_4", None, 157),
        ("032_3", None, 276),
        ("036_6", None, 294),
        ("036_6", None, 404),
    }


def test_every_offset_is_that_of_the_published_table_but_for_six_that_end_after_the_last_kept_frame(
    rows, placed, every_7th
):
    different = {
        rows[index].recording: (one.expression.offset, int(every_7th[index]["end_frame"]))
        for index, one in enumerate(placed)
        if one.expression.offset != int(every_7th[index]["end_frame"])
    }

    # The six recordings keep 121, 101, 1377, 220, 805 and 162 frames.
    assert different == {
        "010_6": (120, 121),
        "015_3": (100, 101),
        "020_7": (1376, 1377),
        "035_3": (219, 220),
        "035_6": (804, 805),
        "037_7": (161, 162),
    }


def test_the_policies_meet_as_many_real_rows_as_are_known(placed):
    assert Counter(policy for one in placed for policy in one.policies) == {
        Policy.ONSET_ZERO_IS_FIRST_FRAME: 10,
        Policy.MISSING_APEX_IS_MIDPOINT: 6,
        Policy.OFFSET_CLIPPED: 2,
        Policy.BEYOND_KEPT: 1,
        Policy.ROUNDED_PAST_END: 6,
        Policy.FRACTION_ROUNDED: 178,
    }


@pytest.mark.parametrize(
    ("policies", "num_macro", "num_micro"),
    [
        (AnnotationPolicies(), 343, 159),
        (AnnotationPolicies(onset_zero=OnsetZero.DROP), 333, 159),
        (AnnotationPolicies(past_end=PastEnd.DROP), 340, 159),
    ],
)
def test_published_conventions_leave_as_many_rows_as_published(
    rows, samm_lv_frame_counts, policies, num_macro, num_micro
):
    placed = [
        place_expression(
            row,
            frame_numbers=range(1, samm_lv_frame_counts[row.recording] + 1),
            frame_step=samm_lv.FRAME_STEP,
            policies=policies,
        ).expression
        for row in rows
    ]

    kinds = Counter(expression.kind for expression in placed if expression is not None)
    assert kinds == {ExpressionKind.MACRO: num_macro, ExpressionKind.MICRO: num_micro}


def test_as_many_rows_as_are_known_end_past_the_frames_of_the_release(rows, samm_lv_frame_counts):
    past_end = [row for row in rows if row.offset > samm_lv_frame_counts[row.recording]]

    assert len(past_end) == KNOWN_REPAIRS[samm_lv.NAME].past_end


def test_the_real_table_is_read_with_a_tree_of_all_its_recordings(real_annotation, samm_lv_frame_counts, samm_lv_tree):
    for recording in samm_lv_frame_counts:
        samm_lv_tree.add_recording(recording, numbers=(1,))
    table = real_annotation("SAMM_LongVideos_release.xlsx").read_bytes()
    (samm_lv_tree.root / "samm_longvideos_v1_release.XLSX").write_bytes(table)

    dataset = samm_lv.read(samm_lv_tree.root)

    assert totals(dataset) == PUBLISHED[samm_lv.NAME]


def test_recordings_may_lie_in_the_root_itself(samm_lv_tree, write_images):
    write_images(samm_lv_tree.root / "006_1", ["006_1_0001.jpg"])
    samm_lv_tree.write_table([])

    assert [one.name for one in samm_lv.read(samm_lv_tree.root).recordings] == ["006_1"]


def test_numbers_of_four_and_five_digits_are_ordered_by_their_value(samm_lv_tree):
    samm_lv_tree.add_recording("016_7", numbers=range(9_990, 10_011))
    samm_lv_tree.write_table([])

    assert samm_lv.read(samm_lv_tree.root).recordings[0].frame_numbers == (9_990, 9_997, 10_004)


def test_a_table_whose_header_is_its_first_row_and_whose_subjects_are_numbers_is_read(tmp_path, write_sheets):
    columns = ["subject", "FILENAME ", "Type", "Offset", "Apex", "Onset"]
    write_sheets(tmp_path / "a.xlsx", {samm_lv.SHEET: [columns, [6, "006_1_1", "Micro - 1/2", 9.5, -1, 2]]})

    (row,) = samm_lv.read_annotations(tmp_path / "a.xlsx")

    assert (row.subject, row.recording, row.row_number) == ("006", "006_1", 2)
    assert (row.onset, row.apex, row.offset) == (2.0, None, 9.5)


@pytest.mark.parametrize(("subject", "filename"), [("006", "006_1"), ("007", "006_1_1"), ("006", "SAMM006_1_1")])
def test_a_file_name_that_does_not_fit_its_subject_is_an_error(tmp_path, write_sheets, subject, filename):
    columns = ["Subject", "Filename", "Onset", "Apex", "Offset", "Type"]
    write_sheets(tmp_path / "a.xlsx", {samm_lv.SHEET: [columns, [subject, filename, 1, 2, 3, "Macro"]]})

    with pytest.raises(AnnotationError, match=f"got '{filename}' for subject '{subject}' in row 2 of sheet"):
        samm_lv.read_annotations(tmp_path / "a.xlsx")


def test_the_layout_is_that_of_the_release(tmp_path):
    folder = samm_lv.recording_folder(tmp_path, recording="006_1")

    assert folder / samm_lv.frame_file_name("006_1", number=12) == tmp_path / "SAMM_longvideos/006_1/006_1_0012.jpg"
    assert samm_lv.frame_file_name("016_7", number=11_770) == "016_7_11770.jpg"
