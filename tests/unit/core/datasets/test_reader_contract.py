"""The battery that every dataset reader passes."""

from collections.abc import Callable

import pytest

from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, DamagedFrames, Gaps, PastEnd
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

NUM_FRAMES = 20
"""Of each recording, after subsampling."""
ROUNDED = {Policy.FRACTION_ROUNDED, Policy.NAMES_SORTED_BY_NUMBER}


def choosing(**policies) -> ReadingOptions:
    return ReadingOptions(policies=AnnotationPolicies(**policies))


class ReaderContract:
    """Inherited by the tests of each reader, which give a `tree` to build."""

    @pytest.fixture
    def tree(self):
        raise NotImplementedError

    @pytest.fixture
    def number_at(self, tree) -> Callable[[int], int]:
        """What the table calls a kept position."""
        return lambda position: tree.first_number + position * tree.step

    @pytest.fixture
    def full_tree(self, tree, number_at):
        """Three recordings that end with a kept frame; no table yet."""
        for recording in reversed(tree.recordings):
            tree.add_recording(recording, numbers=range(tree.first_number, number_at(NUM_FRAMES - 1) + 1))
        return tree

    @pytest.fixture
    def placed(self, full_tree):
        """Reads one macro-expression in every recording; the repairs are those of the first."""

        def place(onset, apex, offset, **policies) -> tuple[Expression | None, dict[str, int]]:
            full_tree.write_table([(full_tree.recordings[0], "Macro", onset, apex, offset)])
            dataset = full_tree.read(full_tree.root, choosing(**policies))
            expressions = dataset.recordings[0].expressions
            repairs = {name: count for name, count in dataset.repairs.items() if name not in ROUNDED}
            return expressions[0] if expressions else None, repairs

        return place

    def test_the_recordings_come_by_rising_name_with_their_subjects(self, full_tree, number_at):
        numbers = [number_at(position) for position in (1, 2, 3)]
        full_tree.write_table([(recording, "Macro", *numbers) for recording in reversed(full_tree.recordings)])

        dataset = full_tree.read(full_tree.root)

        assert (dataset.name, dataset.root) == (full_tree.name, full_tree.root)
        assert (dataset.missing, dataset.unreadable, dataset.repairs.keys() - ROUNDED) == ((), {}, set())
        assert tuple(one.name for one in dataset.recordings) == full_tree.recordings
        assert tuple(one.subject for one in dataset.recordings) == full_tree.subjects
        assert {one.dataset for one in dataset.recordings} == {full_tree.name}
        assert [one.frames_per_second for one in dataset.recordings] == pytest.approx([full_tree.frames_per_second] * 3)

    def test_the_frames_come_by_rising_number(self, full_tree, number_at):
        full_tree.write_table([(recording, "Macro", *[number_at(1)] * 3) for recording in full_tree.recordings])

        recording = full_tree.read(full_tree.root).recordings[0]

        assert recording.frame_numbers == tuple(number_at(position) for position in range(NUM_FRAMES))
        assert all(
            path.is_file() and path.stem.endswith(str(number))
            for path, number in zip(recording.frame_paths, recording.frame_numbers, strict=True)
        )

    def test_the_expressions_come_in_the_order_of_the_table(self, full_tree, number_at):
        first, _, last = full_tree.recordings
        rows = [
            (first, full_tree.micro, 10, 12, 15),
            (last, "Macro", 0, 1, 19),
            (first, "MACRO-expression", 2, 2, 3),
        ]
        full_tree.write_table([(name, type_, *map(number_at, numbers)) for name, type_, *numbers in rows])

        dataset = full_tree.read(full_tree.root)

        expressions = {one.name: one.expressions for one in dataset.recordings if one.expressions}
        assert expressions == {
            first: (
                Expression(onset=10, apex=12, offset=15, kind=ExpressionKind.MICRO),
                Expression(onset=2, apex=2, offset=3, kind=ExpressionKind.MACRO),
            ),
            last: (Expression(onset=0, apex=1, offset=19, kind=ExpressionKind.MACRO),),
        }

    @pytest.mark.parametrize("apex", [3, 10])
    def test_an_apex_outside_its_expression_is_the_midpoint(self, placed, number_at, apex):
        expression, repairs = placed(number_at(4), number_at(apex), number_at(9))

        assert (expression.onset, expression.apex, expression.offset) == (4, 6, 9)
        assert repairs == {Policy.APEX_OUTSIDE_IS_MIDPOINT: 1}

    def test_an_offset_past_the_end_is_the_last_frame(self, placed, number_at):
        expression, repairs = placed(number_at(17), number_at(18), number_at(NUM_FRAMES))

        assert (expression.onset, expression.apex, expression.offset) == (17, 18, NUM_FRAMES - 1)
        assert repairs == {Policy.OFFSET_CLIPPED: 1}

    def test_an_offset_past_the_end_is_kept_or_its_row_dropped_on_demand(self, placed, number_at):
        numbers = [number_at(position) for position in (17, 18, NUM_FRAMES + 3)]

        kept, repairs = placed(*numbers, past_end=PastEnd.KEEP)
        dropped, repairs_of_drop = placed(*numbers, past_end=PastEnd.DROP)

        assert (kept.onset, kept.apex, kept.offset) == (17, 18, NUM_FRAMES + 3)
        assert repairs == {Policy.PAST_END_KEPT: 1}
        assert (dropped, repairs_of_drop) == (None, {Policy.PAST_END_DROPPED: 1})

    def test_an_expression_past_the_end_stays_there(self, placed, number_at):
        expression, repairs = placed(number_at(30), number_at(31), number_at(35))

        assert (expression.onset, expression.apex, expression.offset) == (30, 31, 35)
        assert repairs == {Policy.BEYOND_KEPT: 1}

    def test_annotated_recordings_that_are_not_on_disk_are_an_error(self, tree, number_at):
        tree.add_recording(tree.recordings[1], numbers=range(tree.first_number, number_at(8)))
        tree.write_table([(recording, "Macro", *map(number_at, (1, 2, 3))) for recording in tree.recordings])
        missing = f"{tree.recordings[0]}, {tree.recordings[2]}"

        with pytest.raises(AnnotationError, match=rf"got 2 that .*: {missing}\. .*--missing-recordings skip"):
            tree.read(tree.root)

    def test_annotated_recordings_that_are_not_on_disk_can_be_skipped(self, tree, number_at):
        tree.add_recording(tree.recordings[1], numbers=range(tree.first_number, number_at(8)))
        rows = [(one, "Macro", *map(number_at, (1, 2, 3))) for one in (*tree.recordings, tree.recordings[0])]
        tree.write_table(rows)

        dataset = tree.read(tree.root, ReadingOptions(missing_recordings=MissingRecordings.SKIP))

        assert [(one.name, len(one.expressions)) for one in dataset.recordings] == [(tree.recordings[1], 1)]
        assert dataset.missing == (tree.recordings[0], tree.recordings[2])
        assert dataset.repairs[Policy.MISSING_RECORDING_SKIPPED] == 3

    def test_a_folder_without_images_is_reported_and_the_others_are_read(self, full_tree, number_at):
        folder = full_tree.add_recording(full_tree.recordings[0], numbers=[])
        for path in folder.iterdir():
            path.unlink()
        full_tree.write_table([(recording, "Macro", *[number_at(1)] * 3) for recording in full_tree.recordings])

        dataset = full_tree.read(full_tree.root)

        assert tuple(one.name for one in dataset.recordings) == full_tree.recordings[1:]
        assert dataset.unreadable.keys() == {full_tree.recordings[0]}
        assert f"got none in {folder}" in dataset.unreadable[full_tree.recordings[0]]
        assert dataset.repairs[Policy.UNREADABLE_RECORDING_SKIPPED] == 1

    def test_empty_images_are_gaps_on_demand_only(self, full_tree, number_at):
        full_tree.write_table([(recording, "Macro", *[number_at(1)] * 3) for recording in full_tree.recordings])
        first = full_tree.read(full_tree.root).recordings[0]
        first.frame_paths[5].write_bytes(b"")

        skipped = full_tree.read(full_tree.root, choosing(damaged_frames=DamagedFrames.LISTED_AND_EMPTY))

        assert full_tree.read(full_tree.root).recordings[0].num_frames == NUM_FRAMES
        assert first.frame_paths[5] not in skipped.recordings[0].frame_paths
        assert skipped.repairs[Policy.DAMAGED_FRAME_SKIPPED] == 1

    def test_a_tree_without_any_readable_recording_is_an_error(self, tree, number_at):
        folder = tree.add_recording(tree.recordings[0], numbers=[])
        tree.write_table([(tree.recordings[0], "Macro", *[number_at(1)] * 3)])

        with pytest.raises(RecordingError, match=f"must hold image files .* got none in {folder}"):
            tree.read(tree.root)

    def test_a_missing_root_is_an_error(self, tree):
        with pytest.raises(DatasetError, match=f"the root of {tree.name} must be a folder, got {tree.root}"):
            tree.read(tree.root)

    def test_a_tree_without_recordings_is_an_error_that_names_the_layout(self, tree):
        tree.write_table([])

        with pytest.raises(DatasetError, match=rf"{tree.name} must have frames as \w+.*\.(jpg|png), got no such"):
            tree.read(tree.root)

    def test_a_table_elsewhere_is_read_when_it_is_named(self, full_tree, tmp_path, number_at):
        rows = [(one, "Macro", *map(number_at, (1, 2, 3))) for one in full_tree.recordings]
        table = full_tree.write_table(rows)
        moved = table.rename(tmp_path / f"elsewhere{table.suffix}")

        dataset = full_tree.read(full_tree.root, ReadingOptions(annotations=moved))

        assert sum(len(one.expressions) for one in dataset.recordings) == 3

    def test_an_unknown_type_is_an_error_that_names_its_row(self, full_tree):
        full_tree.write_table([(full_tree.recordings[0], type_, 1, 2, 3) for type_ in ("Macro", "Other")])
        row_number = full_tree.first_row_number + 1

        with pytest.raises(AnnotationError, match=rf"(?i)(type|kind)\S* must .* got 'Other' in row {row_number} "):
            full_tree.read(full_tree.root)

    def test_an_offset_before_the_onset_is_an_error_that_names_its_row(self, full_tree):
        full_tree.write_table([(full_tree.recordings[0], "Macro", 9, 8, 7)])
        row_number = full_tree.first_row_number

        with pytest.raises(AnnotationError, match=rf"offset must not be before .* in row {row_number} "):
            full_tree.read(full_tree.root)

    @pytest.mark.parametrize("cell", ["soon", "", "nan", True])
    def test_a_cell_that_is_no_number_is_an_error(self, full_tree, cell):
        full_tree.write_table([(full_tree.recordings[0], "Macro", cell, 2, 3)])
        row_number = full_tree.first_row_number

        with pytest.raises(
            AnnotationError, match=rf"(?i)(onset|start)\S* must be a number, got '?{cell}'? in row {row_number} "
        ):
            full_tree.read(full_tree.root)

    @pytest.mark.parametrize("number", [-3, 10**12])
    def test_an_absurd_frame_number_is_an_error(self, full_tree, number):
        full_tree.write_table([(full_tree.recordings[0], "Macro", number, 2, 3)])

        message = rf"(?i)(onset|start)\S* must be a frame number from 0 to 100000000, got {number:g} in row".replace(
            "+", r"\+"
        )
        with pytest.raises(AnnotationError, match=message):
            full_tree.read(full_tree.root)


class GapContract(ReaderContract):
    """For readers whose tables use the numbers in file names."""

    def test_an_annotated_frame_without_a_file_is_the_nearest_frame(self, tree, number_at):
        # Position 10 and all that is stored between it and its neighbours is missing.
        first = range(tree.first_number, number_at(9) + 1)
        numbers = [*first, *range(number_at(11), number_at(15) + 1)]
        tree.add_recording(tree.recordings[0], numbers=numbers)
        tree.write_table([(tree.recordings[0], "Macro", number_at(9) + 0.2, number_at(11) - 0.2, number_at(11))])

        dataset = tree.read(tree.root)
        dropped = tree.read(tree.root, choosing(gaps=Gaps.DROP))

        (expression,) = dataset.recordings[0].expressions
        stored_apex = numbers.index(number_at(11))
        assert (expression.onset, expression.apex) == (9, round(stored_apex / tree.step))
        assert {name: count for name, count in dataset.repairs.items() if name != Policy.NAMES_SORTED_BY_NUMBER} == {
            Policy.MISSING_FRAME_IS_NEAREST: 1,
            Policy.FRACTION_ROUNDED: 1,
        }
        assert dropped.recordings[0].expressions == ()
        assert dropped.repairs[Policy.GAP_DROPPED] == 1


class TestSammLv(GapContract):
    @pytest.fixture
    def tree(self, samm_lv_tree):
        return samm_lv_tree


class TestCasMe2(GapContract):
    @pytest.fixture
    def tree(self, cas_me_2_tree):
        return cas_me_2_tree


class TestCasMe3(GapContract):
    @pytest.fixture
    def tree(self, cas_me_3_tree):
        return cas_me_3_tree


class TestLineage(ReaderContract):
    @pytest.fixture
    def tree(self, lineage_tree):
        return lineage_tree


class TestPlain(ReaderContract):
    @pytest.fixture
    def tree(self, plain_tree):
        return plain_tree
