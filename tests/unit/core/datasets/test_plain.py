"""Anybody's own recordings: videos, folders of images, and the two tables."""

import cv2
import numpy as np
import pytest

from spotformer_core.datasets import plain
from spotformer_core.datasets.findings import FindingName
from spotformer_core.datasets.policies import MissingRecordings, Policy
from spotformer_core.datasets.reader import ReadingOptions
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.errors import AnnotationError, DatasetError, RecordingError

ANNOTATION = ["anna_1", "anna", "micro", 4, "", 9]


@pytest.fixture
def write_video():
    """Writes a video of 8 x 8 pixels."""

    def write(path, *, num_frames, frames_per_second=30.0, code="MJPG"):
        path.parent.mkdir(parents=True, exist_ok=True)
        code = cv2.VideoWriter_fourcc(*code)
        video = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, code, frames_per_second, (16, 16))
        for position in range(num_frames):
            video.write(np.full((16, 16, 3), position, np.uint8))
        video.release()
        return path

    return write


@pytest.mark.parametrize(
    ("suffix", "code"), [(".avi", "MJPG"), (".mp4", "mp4v"), (".mov", "mp4v"), (".mkv", "FFV1"), (".WEBM", "VP80")]
)
def test_a_video_is_counted_and_not_decoded(plain_tree, write_video, suffix, code):
    path = write_video(plain_tree.root / f"anna_1{suffix.lower()}", num_frames=12, code=code)
    path = path.rename(path.with_suffix(suffix))
    plain_tree.write_tables(annotations=[ANNOTATION])

    dataset = plain.read(plain_tree.root)

    (recording,) = dataset.recordings
    assert (recording.name, recording.subject, recording.video_path) == ("anna_1", "anna", path)
    assert (recording.frame_paths, recording.frame_numbers) == ((), tuple(range(12)))
    assert recording.frames_per_second == 30
    assert recording.expressions == (Expression(onset=4, apex=6, offset=9, kind=ExpressionKind.MICRO),)
    assert dataset.repairs == {Policy.MISSING_APEX_IS_MIDPOINT: 1}


@pytest.mark.parametrize(("frames_per_second", "step"), [(25.0, 1), (60.0, 2), (100.0, 3), (200.0, 7)])
def test_a_fast_video_is_brought_near_to_30_frames_per_second(plain_tree, write_video, frames_per_second, step):
    write_video(plain_tree.root / "anna_1.avi", num_frames=30, frames_per_second=frames_per_second)
    plain_tree.write_tables(annotations=[["anna_1", "anna", "macro", 7, 14, 21]])

    (recording,) = plain.read(plain_tree.root).recordings

    assert recording.frame_numbers == tuple(range(0, 30, step))
    assert recording.frames_per_second == pytest.approx(frames_per_second / step)
    assert recording.expressions[0].onset == round(7 / step)


def test_the_table_of_recordings_overrules_what_a_video_says(plain_tree, write_video):
    write_video(plain_tree.root / "anna_1.avi", num_frames=30)
    columns = (*plain.RECORDING_COLUMNS, *plain.OPTIONAL_RECORDING_COLUMNS)
    plain_tree.write_tables(annotations=[], recordings=[["anna_1", "anna", 120, 2, 29]], columns=columns)

    dataset = plain.read(plain_tree.root)

    (recording,) = dataset.recordings
    assert (recording.frames_per_second, recording.frame_numbers) == (60, tuple(range(0, 29, 2)))
    assert dataset.repairs == {Policy.LENGTH_COUNTED: 1}


def test_images_without_a_frame_rate_have_30_which_is_counted(plain_tree):
    plain_tree.add_recording("anna_1", numbers=range(4))
    plain_tree.write_tables(annotations=[["anna_1", "anna", "Macro", 0, 0, 3]])

    dataset = plain.read(plain_tree.root)

    assert dataset.recordings[0].frames_per_second == 30
    assert dataset.recordings[0].expressions[0].apex == 0
    assert dataset.repairs == {Policy.FRAME_RATE_ASSUMED: 1}


def test_annotations_count_images_and_not_the_numbers_in_their_names(plain_tree):
    plain_tree.add_recording("anna_1", numbers=range(1001, 1011))
    plain_tree.write_tables(annotations=[["anna_1", "anna", "macro", 0, 4, 9]])

    (recording,) = plain.read(plain_tree.root).recordings

    assert recording.frame_numbers == tuple(range(1001, 1011))
    assert recording.expressions == (Expression(onset=0, apex=4, offset=9, kind=ExpressionKind.MACRO),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", r"FFmpeg can open, got \S+broken.avi \(0 bytes\)"), (b"RIFF" * 300, r"got \S+broken.avi \(1200 bytes\)")],
)
def test_a_broken_video_is_reported_and_the_others_are_read(plain_tree, write_video, content, reason):
    write_video(plain_tree.root / "anna_1.avi", num_frames=12)
    (plain_tree.root / "broken.avi").write_bytes(content)
    plain_tree.write_tables(annotations=[ANNOTATION, ["broken", "ben", "macro", 0, 1, 2]])

    dataset = plain.read(plain_tree.root)

    assert [one.name for one in dataset.recordings] == ["anna_1"]
    with pytest.raises(RecordingError, match=reason):
        raise RecordingError(dataset.unreadable["broken"])


def test_a_video_that_was_cut_off_is_reported(plain_tree, write_video):
    write_video(plain_tree.root / "anna_1.avi", num_frames=12)
    cut = write_video(plain_tree.root / "cut.avi", num_frames=40)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    plain_tree.write_tables(annotations=[ANNOTATION], recordings=[["cut", "ben", ""]])

    dataset = plain.read(plain_tree.root)

    assert dataset.unreadable.keys() == {"cut"}
    assert "of 40 in" in dataset.unreadable["cut"]
    assert "cut off" in dataset.unreadable["cut"]


def test_a_video_and_a_folder_of_one_name_are_an_error(plain_tree, write_video):
    write_video(plain_tree.root / "anna_1.avi", num_frames=3)
    plain_tree.add_recording("anna_1", numbers=range(3))
    plain_tree.write_tables(annotations=[ANNOTATION])

    with pytest.raises(RecordingError, match=r"got \S+/anna_1 and \S+/anna_1.avi for anna_1\. Remove the copy"):
        plain.read(plain_tree.root)


def test_folders_without_images_and_other_files_are_passed_over(plain_tree, write_csv):
    plain_tree.add_recording("anna_1", numbers=range(12))
    write_csv(plain_tree.root / "landmarks/anna_1.csv", [["frame"]])
    (plain_tree.root / "notes.txt").touch()
    (plain_tree.root / ".hidden.mp4").touch()
    plain_tree.write_tables(annotations=[ANNOTATION])

    assert [one.name for one in plain.read(plain_tree.root).recordings] == ["anna_1"]


def test_a_recording_that_no_table_names_is_an_error_with_a_suggestion(plain_tree):
    plain_tree.add_recording("anna1", numbers=range(12))
    plain_tree.write_tables(annotations=[ANNOTATION])

    with pytest.raises(DatasetError, match=r"got \S+/anna1\. Did you mean 'anna_1'\? .* Add it to recordings.csv"):
        plain.read(plain_tree.root)


def test_one_subject_for_each_recording(plain_tree):
    plain_tree.add_recording("anna_1", numbers=range(12))
    plain_tree.write_tables(annotations=[ANNOTATION], recordings=[["anna_1", "ben", 30]])

    with pytest.raises(AnnotationError, match="got ben and anna for anna_1 in row 2"):
        plain.read(plain_tree.root)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["anna_1", "anna", "", ""], "recordings.csv must have known columns only, got 'fps'"),
        (["anna_1", "anna", "0", ""], None),
    ],
)
def test_a_slip_in_the_name_of_a_column_is_not_ignored(plain_tree, row, message):
    columns = (*plain.RECORDING_COLUMNS, "frame_step", "fps" if message else "num_frames")
    plain_tree.write_tables(annotations=[], recordings=[row], columns=columns)

    with pytest.raises(AnnotationError, match=message or "frame_step must be a whole number from 1 to 10000, got 0"):
        plain.read_recordings(plain_tree.root / plain.RECORDING_FILE)


@pytest.mark.parametrize("number", ["0", "0.5", "-1", "1e300", "nan", "many"])
def test_an_absurd_number_of_frames_is_an_error(plain_tree, number):
    columns = (*plain.RECORDING_COLUMNS, "num_frames")
    plain_tree.write_tables(annotations=[], recordings=[["anna_1", "anna", number]], columns=columns)

    with pytest.raises(AnnotationError, match="num_frames must be a"):
        plain.read_recordings(plain_tree.root / plain.RECORDING_FILE)


def test_a_recording_stands_once_in_the_table(plain_tree):
    plain_tree.write_tables(annotations=[], recordings=[["anna_1", "anna", 30], ["anna_1", "anna", 30]])

    with pytest.raises(AnnotationError, match=r"must stand once, got anna_1 again in row 3 in \S+recordings.csv"):
        plain.read_recordings(plain_tree.root / plain.RECORDING_FILE)


@pytest.mark.parametrize("name", ["../anna", "/etc/passwd", ".anna", "_", "a" * 101, "anna\n1"])
def test_a_name_that_is_no_file_name_is_an_error(plain_tree, name):
    plain_tree.write_tables(annotations=[[name, *ANNOTATION[1:]]])

    with pytest.raises(AnnotationError, match=r"recording must begin with a letter or digit .* Rename it"):
        plain.read_annotations(plain_tree.root / plain.ANNOTATION_FILE)


def test_an_emotion_may_stand_in_a_column_of_its_own(write_csv, tmp_path):
    rows = [
        (*plain.COLUMNS, "emotion"),
        ("anna", "s1", "macro", 1, 2, 3, "Happiness"),
        ("anna", "s1", "micro", 4, "", 5),
    ]
    with_emotion = write_csv(tmp_path / "a.csv", rows)
    without = write_csv(tmp_path / "b.csv", [row[:6] for row in rows])

    assert [row.emotion for row in plain.read_annotations(with_emotion)] == ["Happiness", None]
    assert [row.emotion for row in plain.read_annotations(without)] == [None, None]


def test_an_offset_0_is_the_first_frame_and_nothing_missing(plain_tree):
    plain_tree.write_tables(annotations=[["anna_1", "anna", "macro", 1, 1, 0]])

    with pytest.raises(AnnotationError, match="must not be before the onset, got 0 before 1 in row 2"):
        plain.read_annotations(plain_tree.root / plain.ANNOTATION_FILE)


def test_times_in_milliseconds_show_as_rows_past_the_end(plain_tree):
    for recording in plain_tree.recordings:
        plain_tree.add_recording(recording, numbers=range(60))
    frames = [
        (recording, "macro", first, first + 8, first + 20) for recording in plain_tree.recordings for first in (5, 35)
    ]
    plain_tree.write_table(frames)
    in_frames = plain.read(plain_tree.root).review
    plain_tree.write_table(
        [(name, kind, *(1000 * number // 30 for number in numbers)) for name, kind, *numbers in frames]
    )

    in_milliseconds = plain.read(plain_tree.root).review

    assert in_frames.findings == ()
    (finding,) = in_milliseconds.problems
    assert (finding.name, finding.count) == (FindingName.PAST_END, 6)


def test_a_recording_that_only_the_table_of_recordings_names_must_be_on_disk(plain_tree):
    plain_tree.add_recording("anna_1", numbers=range(20))
    plain_tree.write_tables(annotations=[["anna_1", "anna", "macro", 1, 2, 9]], recordings=[["carl_1", "carl", 30]])

    with pytest.raises(AnnotationError, match=r"that a table of plain names must be on disk, got 1 .*: carl_1\."):
        plain.read(plain_tree.root)

    dataset = plain.read(plain_tree.root, ReadingOptions(missing_recordings=MissingRecordings.SKIP))
    assert (dataset.missing, [one.name for one in dataset.recordings]) == (("carl_1",), ["anna_1"])


def test_one_person_in_the_two_tables_under_two_names_is_a_problem(plain_tree):
    for recording in ("anna_1", "anna_2"):
        plain_tree.add_recording(recording, numbers=range(40))
    plain_tree.write_tables(annotations=[["anna_1", "anna", "macro", 1, 2, 30]], recordings=[["anna_2", "Anna", 30]])

    (finding,) = plain.read(plain_tree.root).review.problems

    assert finding.name is FindingName.SAME_NAMES
