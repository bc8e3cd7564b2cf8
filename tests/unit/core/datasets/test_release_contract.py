"""What the readers of SAMM-LV and CAS(ME)^2 share beyond the contract: frames that begin at 1 and repaired numbers."""

from pathlib import Path

import pytest

from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, OffsetZero, OnsetZero
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.errors import AnnotationError

NUM_FRAMES = 26


@pytest.fixture(params=["samm_lv_tree", "cas_me_2_tree"])
def tree(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def number_at(tree):
    return lambda position: 1 + position * tree.step


@pytest.fixture
def full_tree(tree, number_at):
    first, *others = tree.recordings
    tree.add_recording(first, numbers=range(1, number_at(NUM_FRAMES - 1) + 1))
    for recording in others:
        tree.add_recording(recording, numbers=(1,))
    return tree


@pytest.fixture
def placed(full_tree):
    """The ends and the apex of a row in positions, None when it is dropped; and what it took."""

    def place(onset, apex, offset, **policies):
        full_tree.write_table([(full_tree.recordings[0], "Macro", onset, apex, offset)])
        dataset = full_tree.read(full_tree.root, ReadingOptions(policies=AnnotationPolicies(**policies)))
        found = [(one.onset, one.apex, one.offset) for one in dataset.recordings[0].expressions]
        return found[0] if found else None, dataset.repairs

    return place


def test_recordings_without_rows_have_no_expressions(full_tree):
    full_tree.write_table([])

    dataset = full_tree.read(full_tree.root)

    assert [one.expressions for one in dataset.recordings] == [(), (), ()]
    assert dataset.repairs == {}


def test_numbers_stored_as_text_are_read_and_counted(placed, number_at):
    position, repairs = placed(f" {number_at(3)}", str(number_at(4)), f"{number_at(5)}.0")

    assert position == (3, 4, 5)
    assert repairs == {Policy.NUMBER_FROM_TEXT: 1}


def test_a_missing_apex_is_the_midpoint(placed, number_at):
    position, repairs = placed(number_at(4), 0, number_at(9))

    assert position == (4, 6, 9)
    assert repairs == {Policy.MISSING_APEX_IS_MIDPOINT: 1}


def test_an_apex_on_the_first_frame_is_no_missing_one(placed):
    assert placed(1, 1, 1) == ((0, 0, 0), {})


@pytest.mark.parametrize(
    ("onset_zero", "position", "policy"),
    [
        (OnsetZero.FIRST_FRAME, (0, 2, 3), Policy.ONSET_ZERO_IS_FIRST_FRAME),
        (OnsetZero.APEX, (2, 2, 3), Policy.ONSET_ZERO_IS_APEX),
        (OnsetZero.DROP, None, Policy.ONSET_ZERO_DROPPED),
    ],
)
def test_an_onset_0_is_what_the_policy_says(placed, number_at, onset_zero, position, policy):
    assert placed(0, number_at(2), number_at(3), onset_zero=onset_zero) == (position, {policy: 1})


def test_an_onset_0_without_an_apex_is_the_first_frame_even_where_the_apex_is_asked_for(placed, number_at):
    position, repairs = placed(0, 0, number_at(4), onset_zero=OnsetZero.APEX)

    assert position == (0, 2, 4)
    assert repairs == {Policy.ONSET_ZERO_IS_FIRST_FRAME: 1, Policy.MISSING_APEX_IS_MIDPOINT: 1}


@pytest.mark.parametrize(
    ("offset_zero", "position", "policy"),
    [
        (OffsetZero.SYMMETRIC, (5, 9, 13), Policy.OFFSET_ZERO_IS_SYMMETRIC),
        (OffsetZero.APEX, (5, 9, 9), Policy.OFFSET_ZERO_IS_APEX),
        (OffsetZero.UNMATCHABLE, (NUM_FRAMES,) * 3, Policy.OFFSET_ZERO_UNMATCHABLE),
    ],
)
def test_an_offset_0_is_what_the_policy_says(placed, number_at, offset_zero, position, policy):
    assert placed(number_at(5), number_at(9), 0, offset_zero=offset_zero) == (position, {policy: 1})


def test_an_offset_0_is_20_stored_frames_after_the_apex_on_demand(placed, tree, number_at):
    position, repairs = placed(number_at(2), number_at(4), 0, offset_zero=OffsetZero.APEX_PLUS_20)

    assert position == (2, 4, round(4 + 20 / tree.step))
    assert repairs == {Policy.OFFSET_ZERO_IS_APEX_PLUS_20: 1}


def test_an_expression_that_begins_one_number_past_the_end_is_out_of_range(placed, number_at):
    past_the_end = number_at(NUM_FRAMES - 1) + 1

    assert placed(*[past_the_end] * 3) == ((NUM_FRAMES,) * 3, {Policy.BEYOND_KEPT: 1})


def test_a_missing_table_is_an_error_that_names_what_was_looked_for(full_tree):
    with pytest.raises(AnnotationError, match=rf"named like \*.*xls\* must lie in {full_tree.root}, got none"):
        full_tree.read(full_tree.root)


def test_two_tables_are_an_error_that_names_both(full_tree):
    for prefix in ("", "copy of "):
        full_tree.write_table([], file_name=f"{prefix}SAMM_LongVideos_code_final.xlsx")

    with pytest.raises(AnnotationError, match=r"got 2: SAMM_Long\S+xlsx, copy of SAMM_Long\S+xlsx\. Leave"):
        full_tree.read(full_tree.root)


def test_the_lock_file_of_an_open_table_is_passed_over(full_tree):
    full_tree.write_table([])
    Path(full_tree.root, "~$SAMM_LongVideos_code_final.xlsx").touch()

    assert len(full_tree.read(full_tree.root).recordings) == 3
