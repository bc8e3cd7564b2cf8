"""The worker of the extraction, called as Ray Data calls it."""

import errno

import pytest

from platform.extraction.recording_extractor import RecordingExtractor


def test_a_corrupt_recording_is_reported_with_its_reason_and_the_other_is_written(
    make_recording, store, landmarks, batch_of, corrupt
):
    whole, broken = make_recording("a_1"), make_recording("b_1")
    corrupt(broken.frame_paths[1])

    outcome = RecordingExtractor(store, landmarks)(batch_of(broken, whole))

    assert outcome["name"].tolist() == ["b_1", "a_1"]
    assert outcome["num_frames"].tolist() == [3, 3]
    assert f"{broken.frame_paths[1]} of recording b_1 (20 bytes) is none" in outcome["problem"][0]
    assert outcome["problem"][1] == ""
    assert outcome["disk_full"].tolist() == [False, False]
    assert (outcome["seconds"] > 0).all()
    assert store.read(whole).flow.shape == (3, 8, 10, 2)
    assert not store.path(broken).exists()


def test_what_was_written_is_held_under_the_fingerprint_of_its_landmarks(make_recording, store, landmarks, batch_of):
    recording = make_recording("a_1")

    RecordingExtractor(store, landmarks)(batch_of(recording))

    assert store.holds(recording, landmarks=landmarks.fingerprint(recording))
    assert not store.holds(recording, landmarks="others")


def test_missing_landmarks_are_a_problem_of_their_recording(make_recording, store, landmarks, batch_of):
    recording = make_recording("a_1")
    (landmarks.folder / "a_1.csv").unlink()

    outcome = RecordingExtractor(store, landmarks)(batch_of(recording))

    assert f"got none at {landmarks.folder / 'a_1.csv'}" in outcome["problem"][0]


@pytest.mark.parametrize(("number", "is_full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
def test_a_full_disk_is_told_from_other_problems_of_writing(
    make_recording, store, landmarks, batch_of, monkeypatch, number, is_full
):
    def refuse(descriptor):
        raise OSError(number, "refused")

    recording = make_recording("a_1")
    monkeypatch.setattr("os.fsync", refuse)

    outcome = RecordingExtractor(store, landmarks)(batch_of(recording))

    assert outcome["disk_full"].tolist() == [is_full]
    assert outcome["problem"][0].startswith("a_1: ")
    assert "refused" in outcome["problem"][0]
    assert list(store.folder.glob("*a_1*")) == []
