"""The battery that every dataset reader passes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

NUM_FRAMES = 20
"""Of each recording, after subsampling."""


class ReaderContract:
    """Inherited by the tests of each reader, which give a `tree` to build; frames are numbered from 1."""

    @pytest.fixture
    def tree(self):
        raise NotImplementedError

    @pytest.fixture
    def number_at(self, tree) -> Callable[[int], int]:
        """The release's frame number of a kept position."""
        return lambda position: 1 + position * tree.step

    @pytest.fixture
    def full_tree(self, tree, number_at):
        """Three recordings that end with a kept frame; no table yet."""
        for recording in reversed(tree.recordings):
            tree.add_recording(recording, numbers=range(1, number_at(NUM_FRAMES - 1) + 1))
        return tree

    @pytest.fixture
    def placed(self, full_tree, number_at):
        """Reads one macro-expression whose onset, apex and offset are functions of `number_at`."""

        def place(onset: float, apex: float, offset: float) -> tuple[Expression, dict[str, int]]:
            full_tree.write_table([(full_tree.recordings[0], "Macro", onset, apex, offset)])
            dataset = full_tree.read(full_tree.root)
            return dataset.recordings[0].expressions[0], dataset.repairs

        return place

    def test_the_recordings_come_by_rising_name_with_their_subjects(self, full_tree):
        full_tree.write_table([])

        dataset = full_tree.read(full_tree.root)

        assert (dataset.name, dataset.root, dataset.repairs) == (full_tree.name, full_tree.root, {})
        assert tuple(one.name for one in dataset.recordings) == full_tree.recordings
        assert tuple(one.subject for one in dataset.recordings) == full_tree.subjects
        assert {one.dataset for one in dataset.recordings} == {full_tree.name}
        assert [one.frames_per_second for one in dataset.recordings] == pytest.approx([full_tree.frames_per_second] * 3)

    def test_the_frames_come_by_rising_number(self, full_tree, number_at):
        full_tree.write_table([])

        recording = full_tree.read(full_tree.root).recordings[0]

        assert recording.frame_numbers == tuple(number_at(position) for position in range(NUM_FRAMES))
        assert all(
            path.is_file() and path.stem.endswith(str(number))
            for path, number in zip(recording.frame_paths, recording.frame_numbers, strict=True)
        )

    def test_the_expressions_come_in_the_order_of_the_table(self, full_tree, number_at):
        first, _, last = full_tree.recordings
        full_tree.write_table(
            [
                (first, full_tree.micro, number_at(10), number_at(12), number_at(15)),
                (last, "Macro", number_at(0), number_at(1), number_at(19)),
                (first, "MACRO-expression", number_at(2), number_at(2), number_at(3)),
            ]
        )

        dataset = full_tree.read(full_tree.root)

        assert [one.expressions for one in dataset.recordings] == [
            (
                Expression(onset=10, apex=12, offset=15, kind=ExpressionKind.MICRO),
                Expression(onset=2, apex=2, offset=3, kind=ExpressionKind.MACRO),
            ),
            (),
            (Expression(onset=0, apex=1, offset=19, kind=ExpressionKind.MACRO),),
        ]
        assert dataset.repairs == {}

    def test_numbers_stored_as_text_are_read(self, placed, number_at):
        expression, _ = placed(f" {number_at(3)}", str(number_at(4)), f"{number_at(5)}.0")

        assert (expression.onset, expression.apex, expression.offset) == (3, 4, 5)

    def test_a_missing_apex_is_the_midpoint(self, placed, number_at):
        expression, repairs = placed(number_at(4), 0, number_at(9))

        assert expression.apex == 6
        assert repairs == {Policy.MISSING_APEX_IS_MIDPOINT: 1}

    def test_an_apex_on_the_first_frame_is_no_missing_one(self, placed):
        expression, repairs = placed(1, 1, 1)

        assert (expression.onset, expression.apex, expression.offset) == (0, 0, 0)
        assert repairs == {}

    @pytest.mark.parametrize("apex", [3, 10])
    def test_an_apex_outside_its_expression_is_the_midpoint(self, placed, number_at, apex):
        expression, repairs = placed(number_at(4), number_at(apex), number_at(9))

        assert (expression.onset, expression.apex, expression.offset) == (4, 6, 9)
        assert repairs == {Policy.APEX_OUTSIDE_IS_MIDPOINT: 1}

    def test_an_onset_0_is_the_first_frame(self, placed, number_at):
        expression, repairs = placed(0, number_at(2), number_at(3))

        assert (expression.onset, expression.apex, expression.offset) == (0, 2, 3)
        assert repairs == {Policy.ONSET_ZERO_IS_FIRST_FRAME: 1}

    def test_an_offset_past_the_end_is_the_last_frame(self, placed, number_at):
        expression, repairs = placed(number_at(17), number_at(18), number_at(NUM_FRAMES))

        assert (expression.onset, expression.apex, expression.offset) == (17, 18, NUM_FRAMES - 1)
        assert repairs == {Policy.OFFSET_CLIPPED: 1}

    def test_an_expression_past_the_end_stays_there(self, placed, number_at):
        expression, repairs = placed(number_at(30), number_at(31), number_at(35))

        assert (expression.onset, expression.apex, expression.offset) == (30, 31, 35)
        assert repairs == {Policy.BEYOND_KEPT: 1}

    def test_an_expression_that_begins_one_number_past_the_end_is_out_of_range(self, placed, number_at):
        past_the_end = number_at(NUM_FRAMES - 1) + 1

        expression, repairs = placed(past_the_end, past_the_end, past_the_end)

        assert (expression.onset, expression.apex, expression.offset) == (NUM_FRAMES, NUM_FRAMES, NUM_FRAMES)
        assert repairs == {Policy.BEYOND_KEPT: 1}

    def test_an_annotated_frame_without_a_file_is_the_nearest_frame(self, tree, number_at):
        # Position 10 and all that is stored between it and its neighbours is missing.
        numbers = [*range(1, number_at(9) + 1), *range(number_at(11), number_at(15) + 1)]
        tree.add_recording(tree.recordings[0], numbers=numbers)
        tree.write_table([(tree.recordings[0], "Macro", number_at(9) + 0.2, number_at(11) - 0.2, number_at(11))])

        dataset = tree.read(tree.root)

        (expression,) = dataset.recordings[0].expressions
        stored_apex = numbers.index(number_at(11))
        assert (expression.onset, expression.apex) == (9, round(stored_apex / tree.step))
        assert dataset.repairs == {Policy.MISSING_FRAME_IS_NEAREST: 1}

    def test_annotated_recordings_that_are_not_on_disk_are_an_error(self, tree):
        tree.add_recording(tree.recordings[1], numbers=range(1, 9))
        tree.write_table([(recording, "Macro", 1, 2, 3) for recording in tree.recordings])
        missing = f"{tree.recordings[0]}, {tree.recordings[2]}"

        with pytest.raises(AnnotationError, match=rf"got 2 that .*: {missing}\. .*--missing-recordings skip"):
            tree.read(tree.root)

    def test_annotated_recordings_that_are_not_on_disk_can_be_skipped(self, tree):
        tree.add_recording(tree.recordings[1], numbers=range(1, 9))
        tree.write_table([(recording, "Macro", 1, 2, 3) for recording in (*tree.recordings, tree.recordings[0])])

        dataset = tree.read(tree.root, missing_recordings=MissingRecordings.SKIP)

        assert [(one.name, len(one.expressions)) for one in dataset.recordings] == [(tree.recordings[1], 1)]
        assert dataset.repairs == {Policy.MISSING_RECORDING_SKIPPED: 3}

    def test_a_missing_root_is_an_error(self, tree):
        with pytest.raises(DatasetError, match=f"the root of {tree.name} must be a folder, got {tree.root}"):
            tree.read(tree.root)

    def test_a_tree_without_recordings_is_an_error_that_names_the_layout(self, tree):
        tree.write_table([])

        with pytest.raises(DatasetError, match=rf"{tree.name} must have frames as \w+/.*\.jpg, got no such folder"):
            tree.read(tree.root)

    def test_a_missing_table_is_an_error_that_names_what_was_looked_for(self, full_tree):
        with pytest.raises(AnnotationError, match=rf"named like \*.*xls\* must lie in {full_tree.root}, got none"):
            full_tree.read(full_tree.root)

    def test_two_tables_are_an_error_that_names_both(self, full_tree):
        for prefix in ("", "copy of "):
            full_tree.write_table([], file_name=f"{prefix}SAMM_LongVideos_code_final.xlsx")

        with pytest.raises(AnnotationError, match=r"got 2: SAMM_Long\S+xlsx, copy of SAMM_Long\S+xlsx\. Leave"):
            full_tree.read(full_tree.root)

    def test_the_lock_file_of_an_open_table_is_passed_over(self, full_tree):
        full_tree.write_table([])
        Path(full_tree.root, "~$SAMM_LongVideos_code_final.xlsx").touch()

        assert len(full_tree.read(full_tree.root).recordings) == 3

    def test_an_unknown_type_is_an_error_that_names_its_row(self, full_tree):
        full_tree.write_table([(full_tree.recordings[0], type_, 1, 2, 3) for type_ in ("Macro", "Other")])
        row_number = full_tree.first_row_number + 1

        with pytest.raises(AnnotationError, match=rf"(?i)type must begin .* got 'Other' in row {row_number} of sheet"):
            full_tree.read(full_tree.root)

    def test_an_offset_before_the_onset_is_an_error_that_names_its_row(self, full_tree):
        full_tree.write_table([(full_tree.recordings[0], "Macro", 9, 8, 7)])
        row_number = full_tree.first_row_number

        with pytest.raises(AnnotationError, match=rf"got onset 9, apex 8\.0, offset 7 in row {row_number} "):
            full_tree.read(full_tree.root)

    @pytest.mark.parametrize("cell", ["soon", "", "nan", True])
    def test_a_cell_that_is_no_number_is_an_error(self, full_tree, cell):
        full_tree.write_table([(full_tree.recordings[0], "Macro", cell, 2, 3)])
        row_number = full_tree.first_row_number

        with pytest.raises(AnnotationError, match=rf"(?i)onset must be a number, got {cell!r} in row {row_number} "):
            full_tree.read(full_tree.root)

    def test_a_negative_frame_number_is_an_error(self, full_tree):
        full_tree.write_table([(full_tree.recordings[0], "Macro", -3, 2, 3)])

        with pytest.raises(AnnotationError, match=r"(?i)onset must be a frame number from 0, got -3 in row"):
            full_tree.read(full_tree.root)

    def test_a_folder_without_images_is_an_error(self, full_tree):
        folder = full_tree.add_recording(full_tree.recordings[0], numbers=[])
        for path in folder.iterdir():
            path.unlink()
        full_tree.write_table([])

        with pytest.raises(RecordingError, match=f"must hold image files .* got none in {folder}"):
            full_tree.read(full_tree.root)


class TestSammLv(ReaderContract):
    @pytest.fixture
    def tree(self, samm_lv_tree):
        return samm_lv_tree


class TestCasMe2(ReaderContract):
    @pytest.fixture
    def tree(self, cas_me_2_tree):
        return cas_me_2_tree
