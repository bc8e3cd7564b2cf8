"""The interim table of ABPN, AUW-GCN and SpotFormer: names, numbers, and the published file."""

from collections import Counter

import pytest

from spotformer_core.datasets import lineage
from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, FirstFrame, OffsetZero, SammStep
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError

HEADER = [*lineage.COLUMNS, "au"]


@pytest.fixture
def write_table(tmp_path, write_csv):
    return lambda *rows: write_csv(tmp_path / "table.csv", [HEADER, *rows])


def choosing(**policies):
    return ReadingOptions(policies=AnnotationPolicies(**policies))


def test_the_published_table_has_502_rows_and_six_missing_apexes(real_annotation):
    rows = lineage.read_annotations(real_annotation("samm_lv_every_7th.csv"))

    assert Counter(row.kind for row in rows) == {ExpressionKind.MACRO: 343, ExpressionKind.MICRO: 159}
    assert (len({row.recording for row in rows}), len({row.subject for row in rows})) == (147, 30)
    assert sum(row.apex is None for row in rows) == 6
    assert sum(row.onset == 0 for row in rows) == 12


def test_the_published_table_is_placed_as_it_stands(tmp_path, real_annotation, samm_lv_frame_counts):
    table = real_annotation("samm_lv_every_7th.csv")
    lengths = {f"samm_{name}": -(-count // 7) for name, count in samm_lv_frame_counts.items()}

    dataset = lineage.read_without_frames(tmp_path, num_frames=lengths, options=ReadingOptions(annotations=table))

    rows = lineage.read_annotations(table)
    placed = {name: [] for name in lengths}
    for row in rows:
        placed[row.recording].append((row.onset, row.offset))
    for recording in dataset.recordings:
        last = recording.num_frames - 1
        assert [(one.onset, one.offset) for one in recording.expressions] == [
            (onset, min(offset, last)) if onset <= last else (onset, offset) for onset, offset in placed[recording.name]
        ]
    # Six rows end one frame after the last kept one, 012_4_1 begins past it.
    assert dataset.repairs == {
        Policy.OFFSET_CLIPPED: 6,
        Policy.BEYOND_KEPT: 1,
        Policy.MISSING_APEX_IS_MIDPOINT: 6,
    }


def test_recordings_without_frames_have_numbers_only(tmp_path, write_table):
    write_table(["samm_006", "samm_006_1", 2, 3, 5, 1, ""], ["samm_007", "samm_007_1", 2, 3, 5, 2, ""])
    options = ReadingOptions(missing_recordings=MissingRecordings.SKIP)

    dataset = lineage.read_without_frames(tmp_path, num_frames={"samm_007_1": 9, "samm_006_1": 0}, options=options)

    (recording,) = dataset.recordings
    assert (recording.name, recording.num_frames, recording.frame_numbers) == ("samm_007_1", 9, tuple(range(9)))
    assert (recording.frame_paths, recording.video_path) == ((), None)
    assert dataset.missing == ("samm_006_1",)


@pytest.mark.parametrize(
    "folder", ["samm_006/samm_006_1", "samm_006/006_1", "006/samm_006_1", "006/006_1", "samm_006_1", "006_1"]
)
def test_frames_are_found_with_and_without_the_name_of_the_dataset(tmp_path, write_table, write_images, folder):
    write_images(tmp_path / folder, (f"img_{number:05d}.jpg" for number in range(8)))
    write_table(["samm_006", "samm_006_1", 2, 3, 5, 1, "4+7"])

    (recording,) = lineage.read(tmp_path).recordings

    assert (recording.subject, recording.name, recording.num_frames) == ("samm_006", "samm_006_1", 8)
    assert recording.frames_per_second == pytest.approx(200 / 7)
    assert [(one.onset, one.apex, one.offset) for one in recording.expressions] == [(2, 3, 5)]


def test_names_of_cas_me_3_lose_no_digit(tmp_path, write_table, write_images):
    write_images(tmp_path / "138_a", ["1.jpg", "2.jpg"])
    write_table(["casme3_138", "casme3_138_a", 0, 0, 1, 2, ""])

    (recording,) = lineage.read(tmp_path).recordings

    assert (recording.name, recording.frames_per_second) == ("casme3_138_a", 30)
    assert [(one.onset, one.apex, one.offset) for one in recording.expressions] == [(0, 0, 1)]


@pytest.mark.parametrize(
    ("first_frame", "onset"), [(FirstFrame.BY_DATASET, 1), (FirstFrame.ONE, 1), (FirstFrame.ZERO, 2)]
)
def test_tables_of_cas_me_2_count_from_1_unless_told_otherwise(tmp_path, write_table, write_images, first_frame, onset):
    write_images(tmp_path / "casme_015_0401", (f"img_{number}.jpg" for number in range(1, 30)))
    write_table(["casme_015", "casme_015_0401", 2, 3, 5, 1, ""])

    (recording,) = lineage.read(tmp_path, choosing(lineage_first_frame=first_frame)).recordings

    assert (recording.expressions[0].onset, recording.frames_per_second) == (onset, 30)


def test_an_end_0_is_what_the_policy_says(tmp_path, write_table, write_images):
    write_images(tmp_path / "casme_015_0401", (f"img_{number}.jpg" for number in range(1, 30)))
    write_table(["casme_015", "casme_015_0401", 10, 13, 0, 1, ""])

    symmetric = lineage.read(tmp_path).recordings[0].expressions[0]
    unmatchable = lineage.read(tmp_path, choosing(offset_zero=OffsetZero.UNMATCHABLE)).recordings[0]

    assert (symmetric.onset, symmetric.apex, symmetric.offset) == (9, 12, 15)
    assert unmatchable.expressions[0].onset == unmatchable.num_frames


def test_every_8th_frame_of_samm_lv_gives_25_frames_per_second(lineage_tree):
    lineage_tree.add_recording("samm_006_1", numbers=range(3))
    lineage_tree.write_table([("samm_006_1", "Macro", 0, 1, 2)])

    dataset = lineage.read(lineage_tree.root, choosing(samm_step=SammStep.EIGHT))

    assert dataset.recordings[0].frames_per_second == 25


def test_two_folders_of_one_recording_are_an_error(tmp_path, write_table, write_images):
    for folder in ("006_1", "samm_006_1"):
        write_images(tmp_path / folder, ["0.jpg"])
    write_table(["samm_006", "samm_006_1", 0, 0, 0, 1, ""])

    with pytest.raises(Exception, match=r"got \S+/006_1 and \S+/samm_006_1 for samm_006_1"):
        lineage.read(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["samm_006", "../../etc", 1, 2, 3, 1, ""], r"video_name must be letters, .* got '../../etc' in row 2"),
        (["", "samm_006_1", 1, 2, 3, 1, ""], "subject must be text, got '' in row 2"),
        (["samm_006", "samm_006_1", 1, 2, 3, 3, ""], r"type_idx must be 1 \(macro\) or 2 \(micro\), got '3' in row 2"),
        (["samm_006", "samm_006_1", 1, 1e12, 3, 1, ""], "apex_frame must be a frame number .* got 1e"),
        (["samm_006", "samm_006_1", 1, 2, 3, 1, "4", "7"], "for each of the 7 columns of its header, got 8 in row 2"),
    ],
)
def test_a_row_that_breaks_a_rule_is_named(write_table, row, message):
    with pytest.raises(AnnotationError, match=message):
        lineage.read_annotations(write_table(row))


def test_a_recording_of_two_subjects_is_an_error(tmp_path, write_table):
    write_table(["samm_006", "samm_006_1", 1, 2, 3, 1, ""], ["samm_007", "samm_006_1", 1, 2, 3, 1, ""])

    with pytest.raises(AnnotationError, match="got samm_006 and samm_007 for samm_006_1 in row 3"):
        lineage.read(tmp_path)
