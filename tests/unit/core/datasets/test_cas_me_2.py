"""CAS(ME)^2: what is particular to its tree and its three sheets.

The real table is under licence and not at hand: rows here are made up in its form, but for the four whose repairs
public code records (subject index, clip code, onset, apex, offset).
"""

import pytest

from spotformer_core.datasets import cas_me_2
from spotformer_core.datasets.policies import Policy
from spotformer_core.errors import AnnotationError, InvalidValueError, RecordingError

FRAME = "img001.jpg"


@pytest.fixture
def write_codes(cas_me_2_tree):
    """Writes a table with this first sheet; subjects 1 and 2 are s15 and s16."""

    def write(codes, subjects=((15, "s15", 1), (16, "s16", 2)), **sheets):
        cas_me_2_tree.write_sheets(codes=codes, subjects=subjects, **sheets)
        return cas_me_2_tree.root / cas_me_2.ANNOTATION_FILE

    return write


def code(index, clip, *, onset=1, apex=2, offset=3):
    return [index, clip, onset, apex, offset, "4+7", "negative", "macro-expression", "anger"]


def test_the_subject_and_the_stimulus_come_from_the_other_two_sheets(write_codes):
    path = write_codes([code(1, "anger1_12"), code(2, "happy5_1")])

    rows = cas_me_2.read_annotations(path)

    assert [(row.subject, row.recording, row.row_number) for row in rows] == [
        ("s15", "s15_0401", 1),
        ("s16", "s16_0508", 2),
    ]


def test_the_emotion_is_the_seventh_column(write_codes):
    rows = cas_me_2.read_annotations(write_codes([code(1, "anger1_12")]))

    assert [row.emotion for row in rows] == ["negative"]


def test_stimuli_that_lost_their_leading_zero_are_read(write_codes):
    path = write_codes([code(1, "disgust1_1")], stimuli=[(101, "disgust1")])

    assert cas_me_2.read_annotations(path)[0].recording == "s15_0101"


def test_an_unknown_subject_index_is_an_error(write_codes):
    path = write_codes([code(9, "anger1_1")])

    with pytest.raises(AnnotationError, match=r"stand in sheet 'naming rule1', got '9' in row 1 .*Known: 1, 2\."):
        cas_me_2.read_annotations(path)


def test_a_subject_index_of_two_folders_is_an_error(write_codes):
    path = write_codes([], subjects=[(15, "s15", 1), (16, "s16", 1)])

    with pytest.raises(AnnotationError, match="got 's15' and 's16' for '1' in row 2 of sheet 'naming rule1'"):
        cas_me_2.read_annotations(path)


@pytest.mark.parametrize("clip", ["angry1_1", "anger1"])
def test_an_unknown_clip_code_is_an_error(write_codes, clip):
    path = write_codes([code(1, clip)])

    with pytest.raises(
        AnnotationError, match=f"must begin with a code of sheet 'naming rule2' .* got '{clip}' in row 1"
    ):
        cas_me_2.read_annotations(path)


def test_a_missing_sheet_is_an_error_that_names_the_sheets_there_are(tmp_path, write_sheets):
    write_sheets(tmp_path / "a.xlsx", {"CASFEcode_final": [], "naming rule2": []})

    with pytest.raises(
        AnnotationError, match="must have a sheet 'naming rule1', got 'CASFEcode_final', 'naming rule2'"
    ):
        cas_me_2.read_annotations(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("numbers", "positions", "policy"),
    [
        ((1763, 0, 1787), (1762, 1774, 1786), Policy.MISSING_APEX_IS_MIDPOINT),
        ((1221, 1230, 1224), (1220, 1221, 1223), Policy.APEX_OUTSIDE_IS_MIDPOINT),
        ((2169, 2203, 2202), (2168, 2184, 2201), Policy.APEX_OUTSIDE_IS_MIDPOINT),
        ((2000, 2010, 0), (1999, 2009, 2019), Policy.OFFSET_ZERO_IS_SYMMETRIC),
        ((2000, 2290, 0), (1999, 2289, 2299), Policy.OFFSET_ZERO_IS_SYMMETRIC),
    ],
)
def test_the_known_odd_rows_are_repaired(cas_me_2_tree, numbers, positions, policy):
    cas_me_2_tree.add_recording("s15_0101", numbers=range(1, 2301))
    cas_me_2_tree.write_table([("s15_0101", "macro-expression", *numbers)])

    dataset = cas_me_2.read(cas_me_2_tree.root)

    (expression,) = dataset.recordings[0].expressions
    assert (expression.onset, expression.apex, expression.offset) == positions
    assert dataset.repairs.keys() - {Policy.OFFSET_CLIPPED, Policy.NAMES_SORTED_BY_NUMBER} == {policy}
    assert dataset.repairs[policy] == 1


@pytest.mark.parametrize(
    ("tree", "names"),
    [
        ("rawpic", ["img001.jpg", "img999.jpg", "img1000.jpg"]),
        ("longVideoFaceCropped", ["img_1.jpg", "img_999.jpg", "img_1000.jpg", "Thumbs.db"]),
        ("CAS(ME)2_longVideoFaceCropped/longVideoFaceCropped", ["img_1.jpg", "img_999.jpg", "img_1000.jpg"]),
        ("cropped", ["img001.JPG", "img999.jpeg", "img1000.jpg"]),
        (".", ["1.png", "999.png", "1000.png"]),
    ],
)
def test_both_distributions_are_found(cas_me_2_tree, write_images, tree, names):
    write_images(cas_me_2_tree.root / tree / "s15/15_0101disgustingteeth", names)
    cas_me_2_tree.write_table([])

    (recording,) = cas_me_2.read(cas_me_2_tree.root).recordings

    assert (recording.subject, recording.name) == ("s15", "s15_0101")
    assert [path.name for path in recording.frame_paths] == names[:3]
    assert recording.frame_numbers == (1, 999, 1000)


def test_the_frames_as_recorded_come_before_the_cropped_ones(cas_me_2_tree, write_images):
    for tree in ("cropped", "rawpic"):
        write_images(cas_me_2_tree.root / tree / "s15/15_0101disgustingteeth", [FRAME])
    cas_me_2_tree.write_table([])

    (recording,) = cas_me_2.read(cas_me_2_tree.root).recordings

    assert "rawpic" in recording.frame_paths[0].parts


def test_a_recording_in_the_folder_of_another_subject_belongs_to_the_subject_in_its_name(cas_me_2_tree, write_images):
    write_images(cas_me_2_tree.root / "rawpic/s19/23_0502funnyerrors", [FRAME])
    cas_me_2_tree.write_table([])

    dataset = cas_me_2.read(cas_me_2_tree.root)

    assert [(one.subject, one.name) for one in dataset.recordings] == [("s23", "s23_0502")]
    assert dataset.repairs == {Policy.SUBJECT_FROM_FOLDER_NAME: 1}


def test_a_copy_in_the_folder_of_another_subject_is_passed_over(cas_me_2_tree, write_images):
    for subject in ("s19", "s23"):
        write_images(cas_me_2_tree.root / "rawpic" / subject / "23_0502funnyerrors", [FRAME])
    cas_me_2_tree.write_table([])

    dataset = cas_me_2.read(cas_me_2_tree.root)

    assert [one.frame_paths[0].parts[-3] for one in dataset.recordings] == ["s23"]
    assert dataset.repairs == {Policy.MISPLACED_COPY_SKIPPED: 1}


def test_two_folders_of_one_recording_are_an_error(cas_me_2_tree, write_images):
    for ending in ("", " copy"):
        write_images(cas_me_2_tree.root / f"rawpic/s15/15_0101disgustingteeth{ending}", [FRAME])
    cas_me_2_tree.write_table([])

    with pytest.raises(RecordingError, match=r"got \S+teeth and \S+teeth copy for s15_0101\. Remove the copy"):
        cas_me_2.read(cas_me_2_tree.root)


def test_other_files_and_folders_beside_the_recordings_are_passed_over(cas_me_2_tree, write_images):
    write_images(cas_me_2_tree.root / "rawpic/s15/15_0101disgustingteeth", [FRAME])
    write_images(cas_me_2_tree.root / "rawpic/s15/notes", [FRAME])
    write_images(cas_me_2_tree.root / "rawpic/s15", ["15_0502.jpg"])
    write_images(cas_me_2_tree.root / "rawpic/depth", [FRAME])
    cas_me_2_tree.write_table([])

    assert [one.name for one in cas_me_2.read(cas_me_2_tree.root).recordings] == ["s15_0101"]


def test_the_layout_is_that_of_the_release(tmp_path):
    folder = cas_me_2.recording_folder(tmp_path, recording="s15_0101")

    assert folder / cas_me_2.frame_file_name("s15_0101", number=1) == (
        tmp_path / "rawpic/s15/15_0101disgustingteeth/img001.jpg"
    )
    assert cas_me_2.frame_file_name("s15_0101", number=1000) == "img1000.jpg"


def test_the_22_subjects_are_in_the_order_of_their_index():
    assert len(cas_me_2.SUBJECT_FOLDERS) == 22
    assert [cas_me_2.SUBJECT_FOLDERS[index - 1] for index in (1, 3, 11, 12, 17, 21, 22)] == [
        *("s15", "s19", "s27", "s29", "s34", "s38", "s40"),
    ]


@pytest.mark.parametrize("name", ["s15", "15_0101", "s15_0999"])
def test_the_folder_of_a_recording_that_cannot_exist_is_an_error(tmp_path, name):
    with pytest.raises(InvalidValueError, match=f"got '{name}'. Stimuli: 0101, "):
        cas_me_2.recording_folder(tmp_path, recording=name)
