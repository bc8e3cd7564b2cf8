"""What a flow store lacks."""

import os

import pytest

from platform.extraction.missing import missing_recordings


@pytest.fixture
def extracted(make_recording, units_of, work):
    """Two recordings of which the first is in the store."""
    recordings = make_recording("a_1"), make_recording("b_1")
    work(*units_of(recordings[0]))
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


def test_a_recording_without_a_frame_or_landmarks_is_missing_and_not_an_error(extracted, store, landmarks):
    extracted[0].frame_paths[0].unlink()
    assert missing_recordings(extracted, store, landmarks) == extracted

    (landmarks.folder / "a_1.csv").unlink()
    assert missing_recordings(extracted, store, landmarks) == extracted
