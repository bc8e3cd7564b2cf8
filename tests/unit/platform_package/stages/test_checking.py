"""What `--check` says, and its exit code."""

import argparse
from functools import partial

import cv2
import numpy as np
import pytest

from platform.console.command import DONE, UNDONE
from platform.stages import checking, reading, workspace_options
from spotformer_core.datasets.policies import MEANINGS
from spotformer_core.errors import LandmarkError
from tests.small_cas_me_2 import write_cas_me_2

IMAGE = cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tobytes()


class Landmarks:
    """Has landmarks for all recordings but those named."""

    def __init__(self, *without):
        self.without = without

    def fingerprint(self, recording):
        if recording.name in self.without:
            raise LandmarkError("none")
        return "some"

    def chunks_to_detect(self, recording):
        return ()

    def num_lost(self, recording):
        return 0


@pytest.fixture
def root(tmp_path):
    """Two recordings of anna and one of ben without expressions."""
    for name in ("anna_1", "anna_2", "ben"):
        (tmp_path / name).mkdir()
        for number in range(60):
            (tmp_path / name / f"{number:03d}.png").write_bytes(IMAGE)
    (tmp_path / "annotations.csv").write_text(
        "recording,subject,kind,onset,apex,offset\n"
        "anna_1,anna,macro,2,,20\nanna_1,anna,micro,30,33,36\nanna_2,anna,macro,40,50,70\n"
    )
    (tmp_path / "recordings.csv").write_text(
        "recording,subject,frames_per_second\nben,ben,\nanna_1,anna,30\nanna_2,anna,30\n"
    )
    return tmp_path


@pytest.fixture
def check(root, capsys):
    """Exit code and printed lines."""

    def run(*arguments, landmarks=Landmarks, dataset="plain", at=root):
        parser = argparse.ArgumentParser()
        workspace_options.add_workspace_option(parser)
        reading.add_dataset_options(parser)
        checking.add_check_option(parser)
        options = parser.parse_args(["--dataset", dataset, "--root", str(at), "--check", *arguments])
        assert options.check
        code = checking.check_dataset(reading.dataset_options(options), landmarks)
        return code, capsys.readouterr().out.splitlines()

    return run


def test_a_complete_dataset_is_described_and_nothing_is_missing(check, root):
    code, lines = check()

    assert code == DONE
    assert lines[:6] == [
        f"dataset plain in {root}",
        "frames per second: 30",
        "",
        "subject  recordings  frames  minutes  macro  micro",
        "anna              2     120      0.1      2      1",
        "ben               1      60      0.0      0      0",
    ]
    assert "missing: nothing" in lines
    assert "without expressions, which is no fault: 1 (ben)" in lines


def test_every_repair_is_counted_and_explained(check):
    _, lines = check("--policy", "past-end=keep")

    first = lines.index("repaired")
    assert lines[first + 1 : first + 5] == [
        "       1  missing-apex-is-midpoint: An apex that was not annotated became the midpoint of onset and offset.",
        f"       1  offset-past-end-kept: {MEANINGS['offset-past-end-kept']}",
        "       1  30-frames-per-second-assumed: A recording without a known frame rate.",
        "  by --policy past-end=keep",
    ]


def test_a_recording_that_is_not_on_disk_is_missing_unless_it_is_skipped(check, root):
    (root / "anna_2").rename(root / ".elsewhere")

    code, lines = check()
    code_of_skip, lines_of_skip = check("--missing-recordings", "skip")

    assert code == UNDONE
    assert any(line.startswith("  named in a table but not on disk: 1 (anna_2). Unpack them, or") for line in lines)
    assert (code_of_skip, "missing: nothing" in lines_of_skip) == (DONE, True)


def test_a_recording_that_cannot_be_read_is_missing_with_its_reason(check, root):
    for path in (root / "anna_2").iterdir():
        path.unlink()

    code, lines = check()

    assert code == UNDONE
    assert any(line.startswith("  anna_2 cannot be read: a folder of a recording must hold") for line in lines)


def test_recordings_without_landmarks_are_named(check):
    code, lines = check(landmarks=partial(Landmarks, "anna_1", "ben"))

    assert code == UNDONE
    assert "  without landmarks: 2 (anna_1, ben)." in lines


def test_a_landmark_source_that_cannot_be_used_is_missing(check):
    def unusable():
        raise LandmarkError("no models")

    code, lines = check(landmarks=unusable)

    assert (code, "  landmarks: no models" in lines) == (UNDONE, True)


def test_named_recordings_only_are_checked(check, root):
    (root / "anna_2").rename(root / ".elsewhere")

    code, lines = check("--recordings", "anna_1")

    assert code == DONE
    assert not any(line.startswith("ben") for line in lines)


def test_a_problem_of_the_table_as_a_whole_is_told_until_it_is_accepted(check, root):
    with (root / "annotations.csv").open("a") as file:
        file.write("anna_1,anna,macro,2,,20\n")

    code, lines = check()
    code_of_keep, lines_of_keep = check("--policy", "duplicated-rows=keep")
    code_of_drop, lines_of_drop = check("--policy", "duplicated-rows=drop")

    first = lines.index("the annotation table as a whole")
    assert lines[first + 1].startswith("  problem  duplicated-rows 1: 1 of 4 rows have recording, onset and offset")
    assert (code, code_of_keep, code_of_drop) == (UNDONE, DONE, DONE)
    assert any(line.startswith("  remark  duplicated-rows 1: ") for line in lines_of_keep)
    assert lines[4] == "anna              2     120      0.1      3      1"
    assert lines_of_drop[4] == "anna              2     120      0.1      2      1"


def test_the_table_of_a_release_is_told_beside_the_published_totals(check, root, tmp_path_factory):
    other = tmp_path_factory.mktemp("cas")
    write_cas_me_2(other, rows=[(1, "disgust1_1", 5, 10, 30), (2, "disgust1_1", 5, 10, 30)])

    code, lines = check(dataset="cas-me-2", at=other)
    part, _ = check("--recordings", "s15_0101", dataset="cas-me-2", at=other)
    accepted, _ = check("--policy", "other-totals=accept", dataset="cas-me-2", at=other)

    assert (code, part, accepted) == (UNDONE, DONE, DONE)
    assert (
        "  totals of cas-me-2: 2 recordings, 2 subjects, 2 macro, 0 micro; published "
        "95 recordings, 22 subjects, 300 macro, 57 micro" in lines
    )
    assert any("95 recordings published, 2 here; 22 subjects published, 2 here" in line for line in lines)


def test_frames_without_a_face_are_counted_where_faces_were_looked_for(check):
    class Lost(Landmarks):
        def chunks_to_detect(self, recording):
            return (range(60),) if recording.name == "ben" else ()

        def num_lost(self, recording):
            return {"anna_1": 3, "anna_2": 0}[recording.name]

    code, lines = check(landmarks=Lost)

    assert code == DONE
    assert "frames without a face: 3 in 1 (anna_1); --lost-faces says what becomes of them" in lines


def test_landmarks_that_cannot_be_used_are_told_before_any_work(check):
    class Damaged(Landmarks):
        def num_lost(self, recording):
            raise LandmarkError(f"the landmarks of {recording.name} must have 68 points")

    code, lines = check(landmarks=Damaged)

    assert code == UNDONE
    assert "  the landmarks of anna_1 must have 68 points" in lines
