"""Faces that were looked for once are kept, chunk by chunk, as long as the frames stay the same."""

import os
import shutil
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError, RecordingError
from spotformer_core.flow.face_choice import DetectedFaces
from spotformer_core.flow.landmark_store import ChunkSource, LandmarkStore

NUM_FRAMES = 5
CHUNKS = (range(2), range(2, 4), range(4, 5))


@pytest.fixture(autouse=True)
def _chunks_of_two_frames(monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", 2)


@pytest.fixture
def recording(make_recording):
    return make_recording([np.full((6, 8), value, np.uint8) for value in range(NUM_FRAMES)])


@pytest.fixture
def store(tmp_path) -> LandmarkStore:
    return LandmarkStore(folder=tmp_path / "landmarks", detector="detector 1")


def faces_in(*frames: int) -> DetectedFaces:
    rng = np.random.default_rng(frames)
    return DetectedFaces(
        frames=np.array(frames, np.int64),
        boxes=rng.normal(size=(len(frames), 4)).astype(np.float32),
        landmarks=rng.normal(size=(len(frames), 68, 2)).astype(np.float32),
    )


def write(store, recording, chunk, faces):
    store.write(recording, chunk, faces, ChunkSource.of(recording, chunk))


@pytest.fixture
def written(store, recording) -> LandmarkStore:
    """Two faces in frame 1, one in frame 4, none elsewhere."""
    for chunk, faces in zip(CHUNKS, (faces_in(1, 1), faces_in(), faces_in(4)), strict=True):
        write(store, recording, chunk, faces)
    return store


def test_what_is_written_is_read_back_to_the_last_bit(written, recording):
    found = written.read(recording)

    assert found.frames.tolist() == [1, 1, 4]
    np.testing.assert_array_equal(found.boxes, np.concatenate([faces_in(1, 1).boxes, faces_in(4).boxes]))
    np.testing.assert_array_equal(found.landmarks, np.concatenate([faces_in(1, 1).landmarks, faces_in(4).landmarks]))


def test_every_chunk_is_missing_at_first_and_none_in_the_end(store, recording):
    assert store.missing(recording) == CHUNKS

    write(store, recording, CHUNKS[1], faces_in(2, 3))
    assert store.missing(recording) == (CHUNKS[0], CHUNKS[2])

    write(store, recording, CHUNKS[0], faces_in())
    write(store, recording, CHUNKS[2], faces_in())
    assert store.missing(recording) == ()


def test_a_changed_frame_makes_its_chunk_missing_and_no_other(written, recording):
    shutil.copy(recording.frame_paths[0], recording.frame_paths[3])

    assert written.missing(recording) == (CHUNKS[1],)


def test_frames_that_were_copied_elsewhere_need_not_be_looked_at_again(written, recording):
    for path in recording.frame_paths:
        os.utime(path, ns=(0, 0))

    assert written.missing(recording) == ()


def test_frames_whose_listing_is_the_same_are_not_read(written, recording, monkeypatch):
    monkeypatch.setattr(
        "spotformer_core.flow.landmark_store.content_digest", lambda _: pytest.fail("the frames were read")
    )

    assert written.missing(recording) == ()


def test_frames_that_were_added_are_missing_and_those_before_are_not(written, recording, make_recording):
    longer = make_recording([np.full((6, 8), value, np.uint8) for value in range(NUM_FRAMES + 1)])

    assert written.missing(longer) == (range(4, 6),)


def test_another_detector_has_found_nothing_yet(written, recording):
    assert replace(written, detector="detector 2").missing(recording) == CHUNKS
    assert written.missing(recording) == ()


def test_a_frame_that_has_gone_is_an_error(written, recording):
    recording.frame_paths[1].unlink()

    with pytest.raises(RecordingError, match=r"0001.png of recording 006_1 gives: No such file"):
        written.missing(recording)


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_file_that_was_cut_off_is_missing_and_not_read(written, recording, share):
    path = written.path(recording, CHUNKS[1])
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])

    assert written.missing(recording) == (CHUNKS[1],)
    with pytest.raises(LandmarkError, match=r"2-4.arrow must be an Arrow file of a landmark store, got: .*Delete it"):
        written.read(recording)


def test_an_arrow_file_of_something_else_is_missing_and_not_read(written, recording, tmp_path):
    path = written.path(recording, CHUNKS[1])
    for metadata in ({}, {b"spotformer": b"{}"}, {b"spotformer": b"3"}, {b"spotformer": b"{"}):
        schema = pa.schema([("a", pa.int64()), ("b", pa.int64()), ("c", pa.int64())], metadata=metadata)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            writer.write_batch(pa.record_batch([pa.array([1])] * 3, schema=schema))

        assert written.missing(recording) == (CHUNKS[1],)
        with pytest.raises(LandmarkError, match=r"2-4.arrow must be an Arrow file of a landmark store"):
            written.read(recording)


def test_chunks_that_were_not_looked_at_cannot_be_read(store, recording):
    write(store, recording, CHUNKS[0], faces_in(0))

    with pytest.raises(LandmarkError, match=r"looked for before they are read, got no file .*2-4.arrow. Run `python"):
        store.read(recording)


def test_when_writing_fails_the_earlier_file_stays_and_nothing_is_left_behind(written, recording, monkeypatch):
    def full_disk(path):
        raise OSError(28, f"No space left on device: {path}")

    before = sorted(written.folder.rglob("*"))
    monkeypatch.setattr("spotformer_core.atomic_files._flush_to_disk", full_disk)

    with pytest.raises(OSError, match="No space left"):
        write(written, recording, CHUNKS[0], faces_in(0))

    assert sorted(written.folder.rglob("*")) == before
    assert written.read(recording).frames.tolist() == [1, 1, 4]


def test_a_video_is_looked_at_as_a_whole(store, tmp_path):
    video = tmp_path / "a.mp4"
    video.write_bytes(b"first")
    recording = Recording(
        dataset="made",
        subject="a",
        name="a",
        frame_paths=(),
        frame_numbers=tuple(range(4)),
        frames_per_second=30.0,
        expressions=(),
        video_path=video,
    )
    for chunk in CHUNKS[:2]:
        write(store, recording, chunk, faces_in(chunk.start))
    assert store.missing(recording) == ()

    video.write_bytes(b"other")

    assert store.missing(recording) == CHUNKS[:2]
