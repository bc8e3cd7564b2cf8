"""What a flow store lacks."""

import os

import pytest

from platform.extraction.missing import missing_recordings
from platform.extraction.recording_extractor import RecordingExtractor
from spotformer_core.errors import LandmarkError, RecordingError


@pytest.fixture
def extracted(make_recording, store, landmarks, batch_of):
    """Two recordings of which the first is in the store."""
    recordings = make_recording("a_1"), make_recording("b_1")
    RecordingExtractor(store, landmarks)(batch_of(recordings[0]))
    return recordings


def test_only_recordings_that_are_not_in_the_store_are_missing(extracted, store, landmarks):
    assert missing_recordings(extracted, store, landmarks) == (extracted[1],)


def test_a_changed_frame_makes_its_recording_missing(extracted, store, landmarks):
    first, second = extracted
    first.frame_paths[2].write_bytes(first.frame_paths[1].read_bytes())

    assert missing_recordings(extracted, store, landmarks) == (first, second)


def test_a_frame_that_was_only_touched_changes_nothing(extracted, store, landmarks):
    os.utime(extracted[0].frame_paths[2], (1, 1))

    assert missing_recordings(extracted, store, landmarks) == (extracted[1],)


def test_changed_landmarks_make_their_recording_missing(extracted, store, landmarks):
    with (landmarks.folder / "a_1.csv").open("a") as file:
        file.write("\n")

    assert missing_recordings(extracted, store, landmarks) == extracted


def test_a_damaged_file_of_the_store_makes_its_recording_missing(extracted, store, landmarks):
    path = store.path(extracted[0])
    path.write_bytes(path.read_bytes()[:50])

    assert missing_recordings(extracted, store, landmarks) == extracted


def test_recordings_without_landmarks_or_frames_are_named(extracted, store, landmarks):
    extracted[0].frame_paths[0].unlink()
    with pytest.raises(RecordingError, match=rf"{extracted[0].frame_paths[0]} of recording a_1 gives: No such file"):
        missing_recordings(extracted, store, landmarks)

    (landmarks.folder / "a_1.csv").unlink()
    with pytest.raises(LandmarkError, match=r"a_1\.csv gives: No such file"):
        missing_recordings(extracted, store, landmarks)
