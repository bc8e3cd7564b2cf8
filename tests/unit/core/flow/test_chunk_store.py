"""Chunks of unfinished recordings; chunks have two frames here."""

import os
import shutil

import numpy as np
import pytest

from spotformer_core.errors import FlowStoreError, RecordingError
from spotformer_core.flow.chunk_store import CHUNKS_FOLDER, ChunkStore, RecordingState
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import MANIFEST, FlowSource, FlowStore

SETTINGS = ExtractionSettings(max_window=9, face_size=96, region_radius=3)
NUM_FRAMES = 5
CHUNKS = (range(2), range(2, 4), range(4, 5))


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", 2)


@pytest.fixture
def recording(make_recording):
    return make_recording([np.full((6, 8), value, np.uint8) for value in range(NUM_FRAMES)])


@pytest.fixture
def state(recording) -> RecordingState:
    return RecordingState(listing=listing_digest(recording), landmarks="detector 1")


@pytest.fixture
def chunks(tmp_path) -> ChunkStore:
    return ChunkStore(FlowStore.create(tmp_path / "flow", SETTINGS))


@pytest.fixture
def flow() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(NUM_FRAMES, 8, 10, 2)).astype(np.float16)


@pytest.fixture
def written(chunks, recording, state, flow) -> ChunkStore:
    for chunk in CHUNKS:
        chunks.write(recording, chunk, flow[chunk.start : chunk.stop], state)
    return chunks


def names_in(store: FlowStore) -> list[str]:
    return sorted(str(path.relative_to(store.folder)) for path in store.folder.rglob("*") if path.is_file())


def test_chunks_that_were_not_written_are_missing(chunks, recording, state, flow):
    chunks.write(recording, CHUNKS[1], flow[2:4], state)

    assert chunks.missing(recording, state) == (CHUNKS[0], CHUNKS[2])


def test_a_recording_made_of_its_chunks_has_the_bytes_of_one_that_was_written_whole(
    written, recording, state, flow, tmp_path
):
    whole = FlowStore.create(tmp_path / "whole", SETTINGS)
    source = FlowSource(listing=state.listing, content=content_digest(recording), landmarks=state.landmarks)
    whole.write(recording, flow, source)

    written.finish(recording, state)

    assert written.store.path(recording).read_bytes() == whole.path(recording).read_bytes()
    assert names_in(written.store) == ["006_1.arrow", MANIFEST]
    assert written.is_finished(recording, state)


def test_a_recording_of_a_single_chunk_goes_into_the_store_at_once(chunks, recording, state, flow, monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", NUM_FRAMES)

    chunks.write(recording, range(NUM_FRAMES), flow, state)

    assert names_in(chunks.store) == ["006_1.arrow", MANIFEST]
    np.testing.assert_array_equal(chunks.store.read(recording).flow, flow)


def test_finishing_twice_is_finishing_once(written, recording, state):
    written.finish(recording, state)
    before = written.store.path(recording).read_bytes()

    written.finish(recording, state)

    assert written.store.path(recording).read_bytes() == before


def test_a_recording_with_a_missing_chunk_cannot_be_finished(written, recording, state):
    written.path(recording, CHUNKS[2]).unlink()

    with pytest.raises(FlowStoreError, match=r"must hold 00000004-00000004.arrow"):
        written.finish(recording, state)
    assert not written.store.path(recording).exists()


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
def test_a_chunk_that_was_cut_off_is_missing(written, recording, state, share):
    path = written.path(recording, CHUNKS[0])
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])

    assert written.missing(recording, state) == (CHUNKS[0],)


@pytest.mark.parametrize("field", ["listing", "landmarks"])
def test_chunks_made_from_something_else_are_missing(written, recording, state, field):
    other = RecordingState(**{"listing": state.listing, "landmarks": state.landmarks, field: "others"})

    assert written.missing(recording, other) == CHUNKS


def test_chunks_made_by_other_versions_are_missing(written, recording, state, monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunk_store.versions", lambda: {"opencv": "6.0"})

    assert written.missing(recording, state) == CHUNKS


def test_frames_that_changed_since_the_chunk_was_begun_are_an_error_and_nothing_is_kept(chunks, recording, state, flow):
    os.utime(recording.frame_paths[0], (1, 1))

    with pytest.raises(RecordingError, match=r"must stay as they are .* files of 006_1 have changed"):
        chunks.write(recording, CHUNKS[0], flow[:2], state)
    assert names_in(chunks.store) == [MANIFEST]


def test_frames_that_changed_since_the_chunks_were_made_are_an_error_when_they_are_put_together(
    written, recording, state
):
    shutil.copy(recording.frame_paths[0], recording.frame_paths[4])

    with pytest.raises(RecordingError, match=r"have changed\. Wait until they are copied whole"):
        written.finish(recording, state)
    assert not written.store.path(recording).exists()


def test_leftovers_of_killed_extractions_go_and_everything_else_stays(written, recording, state, make_recording):
    other = make_recording([np.zeros((6, 8), np.uint8)] * NUM_FRAMES, name="007_1")
    shutil.copytree(written.store.folder / CHUNKS_FOLDER / "006_1", written.store.folder / CHUNKS_FOLDER / "007_1")
    for folder in (written.store.folder, written.store.folder / CHUNKS_FOLDER / "007_1"):
        (folder / ".x.arrow.1-0a.part").write_bytes(b"half")

    written.remove_leftovers([recording])

    kept = [f"{CHUNKS_FOLDER}/007_1/{written.path(other, chunk).name}" for chunk in CHUNKS]
    assert names_in(written.store) == [*kept, MANIFEST]
