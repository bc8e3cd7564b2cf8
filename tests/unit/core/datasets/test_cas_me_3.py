"""CAS(ME)^3 part A: the real table and the layout."""

from collections import Counter

import pytest

from spotformer_core.datasets import cas_me_3
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, DamagedFrames, ExpressionLengths, Gaps
from spotformer_core.datasets.published import PUBLISHED, totals
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError, RecordingError


@pytest.fixture(scope="module")
def rows(real_annotation):
    return cas_me_3.read_annotations(real_annotation(cas_me_3.ANNOTATION_FILE))


def test_the_real_table_has_4206_rows_of_98_subjects(rows):
    assert len(rows) == 4206
    assert Counter(row.kind for row in rows) == {ExpressionKind.MACRO: 3346, ExpressionKind.MICRO: 860}
    assert len({row.recording for row in rows}) == 956
    assert len({row.subject for row in rows}) == 98


def test_numbers_that_the_real_table_stores_as_text_are_numbers(rows):
    first = rows[0]

    assert (first.subject, first.recording, first.row_number) == ("spNO.1", "spNO.1_a", 2)
    assert (first.onset, first.apex, first.offset) == (37.0, 63.0, 65.0)


def test_every_real_row_has_an_objective_class_as_its_emotion(rows):
    assert {row.emotion for row in rows} == {"I", "II", "III", "IV", "V", "VI", "VII"}
    assert Counter(row.emotion for row in rows)["VII"] == 2656


def test_every_real_row_is_in_order_and_apexes_may_be_0(rows):
    assert all(row.onset <= row.apex <= row.offset for row in rows)
    assert [(row.recording, row.offset) for row in rows if row.apex == 0] == [("spNO.216_e", 25.0)]


@pytest.fixture(scope="module")
def whole_release(tmp_path_factory, real_annotation, write_images):
    """Every annotated recording of the real table, with one frame each."""
    root = tmp_path_factory.mktemp("cas3")
    table = real_annotation(cas_me_3.ANNOTATION_FILE)
    for recording in {row.recording for row in cas_me_3.read_annotations(table)}:
        write_images(cas_me_3.recording_folder(root / "part_A/data/part_A", recording=recording), ["1.jpg"])
    (root / "part_A/annotation").mkdir(parents=True)
    (root / "part_A/annotation" / cas_me_3.ANNOTATION_FILE).write_bytes(table.read_bytes())
    return root


def choosing(**policies):
    return ReadingOptions(policies=AnnotationPolicies(**policies))


def test_the_whole_release_has_the_published_totals(whole_release):
    dataset = cas_me_3.read(whole_release)

    assert totals(dataset) == PUBLISHED[cas_me_3.NAME]
    assert (len(dataset.recordings), len(dataset.subjects)) == (956, 98)
    # The table has J in one row of spNO.11 and in four of spNO.14, and numbers that are no text in one row.
    assert dataset.repairs[Policy.LETTER_LOWERED] == 5
    assert 4200 < dataset.repairs[Policy.NUMBER_FROM_TEXT] <= 4206


def test_the_lengths_of_the_paper_leave_288_micro_and_2364_macro_expressions(whole_release):
    dataset = cas_me_3.read(whole_release, choosing(expression_lengths=ExpressionLengths.PAPER))

    kinds = Counter(one.kind for recording in dataset.recordings for one in recording.expressions)
    assert kinds == {ExpressionKind.MICRO: 288, ExpressionKind.MACRO: 2364}
    assert dataset.repairs[Policy.LENGTH_DROPPED] == 4206 - 288 - 2364


def test_capital_letters_of_recordings_become_small(rows):
    capital = [row.recording for row in rows if Policy.LETTER_LOWERED in row.repairs]

    assert Counter(capital) == {"spNO.11_j": 1, "spNO.14_j": 4}


def test_capital_letters_of_folders_become_small(cas_me_3_tree, write_images):
    write_images(cas_me_3_tree.root / "part_A/data/part_A/spNO.3/J/Color", ["4.jpg", "5.JPG", "7.jpg", "Thumbs.db"])
    cas_me_3_tree.write_table([("spNO.3_j", "Macro-expression", "4", "5", "7")])

    (recording,) = cas_me_3.read(cas_me_3_tree.root).recordings

    assert (recording.subject, recording.name, recording.frame_numbers) == ("spNO.3", "spNO.3_j", (4, 5, 7))
    assert [(one.onset, one.apex, one.offset) for one in recording.expressions] == [(0, 1, 2)]


def test_a_small_and_a_capital_folder_are_two_of_one_recording(cas_me_3_tree, write_images):
    for letter in "jJ":
        write_images(cas_me_3_tree.root / f"spNO.3/{letter}/color", ["1.jpg"])
    cas_me_3_tree.write_table([])

    with pytest.raises(RecordingError, match=r"got \S+spNO.3/J/color and \S+spNO.3/j/color for spNO.3_j"):
        cas_me_3.read(cas_me_3_tree.root)


@pytest.mark.parametrize("inner", ["part_A/data/part_A", "part_A/data", "part_A", "data/part_A", "data", "."])
@pytest.mark.parametrize("annotations", ["part_A/annotation", "annotation", "."])
def test_subjects_and_the_table_are_found_wherever_the_release_was_unpacked(cas_me_3_tree, inner, annotations):
    cas_me_3_tree.add_recording("spNO.1_a", numbers=range(6, 20), inner=inner)
    table = cas_me_3_tree.write_table([("spNO.1_a", "Micro-expression", 7, 8, 9)])
    (cas_me_3_tree.root / annotations).mkdir(parents=True, exist_ok=True)
    table.rename(cas_me_3_tree.root / annotations / table.name)

    (recording,) = cas_me_3.read(cas_me_3_tree.root).recordings

    assert [(one.onset, one.apex, one.offset) for one in recording.expressions] == [(1, 2, 3)]


@pytest.fixture
def with_damaged_list(cas_me_3_tree):
    """A recording of which the release lists frames 10 and 11 as damaged, and one expression around them."""

    def write(*lines: str):
        cas_me_3_tree.add_recording("spNO.3_j", numbers=range(6, 20))
        cas_me_3_tree.write_table([("spNO.3_j", "Macro-expression", 8, 9, 14)])
        path = cas_me_3_tree.root / "exception/error_info_damaged_image_partA.txt"
        path.parent.mkdir()
        path.write_text("\n".join(lines))
        return cas_me_3_tree.root

    return write


LISTED = [f"spNO.3 J {number}.jpg  the image cannot open" for number in (10, 11, 11, 999)]


def test_images_that_the_release_lists_as_damaged_are_gaps(with_damaged_list):
    dataset = cas_me_3.read(with_damaged_list(*LISTED, ""))

    assert dataset.recordings[0].frame_numbers == (*range(6, 10), *range(12, 20))
    assert [(one.onset, one.offset) for one in dataset.recordings[0].expressions] == [(2, 6)]
    assert (dataset.repairs[Policy.DAMAGED_FRAME_SKIPPED], dataset.repairs[Policy.GAP_CLOSED]) == (2, 1)


def test_damaged_images_stay_and_gaps_drop_expressions_on_demand(with_damaged_list):
    root = with_damaged_list(*LISTED)

    kept = cas_me_3.read(root, choosing(damaged_frames=DamagedFrames.KEEP))
    dropped = cas_me_3.read(root, choosing(gaps=Gaps.DROP))

    assert kept.recordings[0].num_frames == 14
    assert dropped.recordings[0].expressions == ()


def test_a_list_of_damaged_images_of_another_form_is_an_error(with_damaged_list):
    root = with_damaged_list("spNO.3 J 498.jpg  the image cannot open", "spNO.3/j/499.jpg")

    with pytest.raises(AnnotationError, match=r"begin as 'spNO.3 J 498.jpg' does, got 'spNO.3/j/499.jpg' in line 2"):
        cas_me_3.read(root)


def test_a_subject_of_another_form_is_an_error(tmp_path, write_sheets):
    row = ["sp1", "a", "1", "2", "3", "4", "Macro-expression", "I"]
    write_sheets(tmp_path / "a.xlsx", {cas_me_3.SHEET: [cas_me_3.COLUMNS, row]})

    with pytest.raises(AnnotationError, match=r"must be as spNO.1 and a are, got 'sp1' and 'a' in row 2 of sheet"):
        cas_me_3.read_annotations(tmp_path / "a.xlsx")


def test_the_layout_is_that_of_the_release(tmp_path):
    folder = cas_me_3.recording_folder(tmp_path, recording="spNO.1_a")

    assert folder / cas_me_3.frame_file_name("spNO.1_a", number=7) == tmp_path / "spNO.1/a/color/7.jpg"
