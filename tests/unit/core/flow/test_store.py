import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.errors import FlowStoreError, RecordingError
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import MANIFEST, FlowSource, FlowStore

SETTINGS = ExtractionSettings(max_window=9, face_size=96, region_radius=3)
NUM_FRAMES = 5


def source_of(recording, landmarks: str = "detector 1") -> FlowSource:
    return FlowSource(listing=listing_digest(recording), content=content_digest(recording), landmarks=landmarks)


@pytest.fixture
def recording(make_recording):
    return make_recording([np.full((6, 8), value, np.uint8) for value in range(NUM_FRAMES)])


@pytest.fixture
def store(tmp_path) -> FlowStore:
    return FlowStore.create(tmp_path / "flow", SETTINGS)


@pytest.fixture
def flow() -> np.ndarray:
    """Every value is one of float16's special ones or unlike all others."""
    values = np.random.default_rng(0).normal(size=(NUM_FRAMES, 8, 10, 2)).astype(np.float16)
    values[0, 0, :4, 0] = (np.inf, -np.inf, np.float16(6e-8), -0.0)
    return values


@pytest.fixture
def written(store, recording, flow) -> FlowStore:
    store.write(recording, flow, source_of(recording))
    return store


def test_what_is_written_is_read_back_to_the_last_bit(written, recording, flow):
    band = written.read(recording)

    assert band.recording is recording
    assert band.flow.dtype == np.float16
    np.testing.assert_array_equal(band.flow.view(np.uint16), flow.view(np.uint16))


def test_a_store_of_extra_regions_holds_them_and_no_band_with_fewer(tmp_path, recording, flow):
    store = FlowStore.create(tmp_path / "more", replace(SETTINGS, regions=FaceRegions.EYELIDS))
    wider = np.concatenate([flow, flow[:, :, :4]], axis=2)

    store.write(recording, wider, source_of(recording))
    np.testing.assert_array_equal(store.read(recording).flow.view(np.uint16), wider.view(np.uint16))

    store.write(recording, flow, source_of(recording))
    with pytest.raises(FlowStoreError, match=r"must have shape \(5, 8, 14, 2\), got \(5, 8, 10, 2\)"):
        store.read(recording)


def test_flow_that_does_not_lie_in_one_piece_is_written_as_it_is(store, recording, flow):
    store.write(recording, flow[:, ::-1].swapaxes(0, 1).copy().swapaxes(0, 1), source_of(recording))

    np.testing.assert_array_equal(store.read(recording).flow, flow[:, ::-1])


def test_what_is_read_is_memory_mapped_and_cannot_be_written(written, recording):
    flow = written.read(recording).flow

    assert not flow.flags.owndata
    assert not flow.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        flow[0] = 0


def test_a_second_writing_takes_the_place_of_the_first(written, recording, flow):
    written.write(recording, flow * 2, source_of(recording))

    np.testing.assert_array_equal(written.read(recording).flow, flow * 2)


def test_only_the_manifest_and_the_recordings_stand_in_the_folder(written):
    assert sorted(path.name for path in written.folder.iterdir()) == ["006_1.arrow", MANIFEST]


def test_the_manifest_names_settings_and_versions(store):
    manifest = json.loads((store.folder / MANIFEST).read_text())

    assert manifest["settings"] == SETTINGS.as_dict()
    assert set(manifest["versions"]) == {"spotformer_core", "opencv", "numpy"}


def test_creating_a_store_where_one_is_opens_it(written, recording, flow):
    before = (written.folder / MANIFEST).stat().st_mtime_ns

    again = FlowStore.create(written.folder, SETTINGS)

    assert again == written
    assert (written.folder / MANIFEST).stat().st_mtime_ns == before
    np.testing.assert_array_equal(again.read(recording).flow, flow)


@pytest.mark.parametrize("come_by", [FlowStore.create, FlowStore.open])
def test_a_store_made_with_other_settings_is_refused_by_the_name_of_the_setting(store, come_by):
    wanted = replace(SETTINGS, face_size=64, farneback_window=21)

    with pytest.raises(FlowStoreError, match="made with face_size 96 instead of 64, farneback_window 15 instead of 21"):
        come_by(store.folder, wanted)


def test_a_store_made_by_another_version_of_the_extraction_is_refused(store, monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.settings.EXTRACTION_VERSION", 99)

    with pytest.raises(FlowStoreError, match=r"made with extraction_version \d+ instead of 99"):
        FlowStore.open(store.folder, SETTINGS)


def test_a_store_that_is_not_there_cannot_be_opened(tmp_path):
    with pytest.raises(
        FlowStoreError, match=r"must hold manifest.json, but .*nowhere does not. Run `python -m platform"
    ):
        FlowStore.open(tmp_path / "nowhere", SETTINGS)
    assert not (tmp_path / "nowhere").exists()


def test_a_store_begun_by_another_opencv_can_be_read_but_not_extended(written, recording, flow, monkeypatch):
    written.require_extendable()
    monkeypatch.setattr("spotformer_core.flow.store.versions", lambda: {"opencv": "6.0"})

    with pytest.raises(FlowStoreError, match=r"finished by the OpenCV that began it; .* begun with \d+\..*, got 6\.0"):
        written.require_extendable()
    np.testing.assert_array_equal(FlowStore.open(written.folder, SETTINGS).read(recording).flow, flow)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "{}", '{"settings": 3}', '{"settings": null}', '{"settings": {}, "versions": 3}', "\udcff"],
)
def test_a_damaged_manifest_is_refused(store, text):
    (store.folder / MANIFEST).write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(FlowStoreError, match=r"must be JSON with the keys 'settings' and 'versions', got .*Delete"):
        FlowStore.open(store.folder, SETTINGS)


def test_a_recording_that_was_never_written_cannot_be_read(store, recording):
    with pytest.raises(FlowStoreError, match=r"must hold 006_1.arrow, but .*flow does not. Run `python -m platform"):
        store.read(recording)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
def test_a_file_that_was_cut_off_is_refused(written, recording, share):
    path = written.path(recording)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])

    with pytest.raises(FlowStoreError, match=r"006_1.arrow must be an Arrow file of a flow store, got: .*Delete it"):
        written.read(recording)
    assert not written.holds(recording, landmarks="detector 1")


def test_a_file_of_something_else_is_refused(written, recording):
    written.path(recording).write_bytes(b"something else " * 100)

    with pytest.raises(FlowStoreError, match=r"006_1.arrow must be an Arrow file of a flow store"):
        written.read(recording)


def test_flow_of_another_number_of_frames_is_refused(written, recording):
    shorter = replace(recording, frame_paths=recording.frame_paths[:3], frame_numbers=recording.frame_numbers[:3])

    with pytest.raises(FlowStoreError, match=r"006_1 must have shape \(3, 8, 10, 2\), got \(5, 8, 10, 2\) in .*Delete"):
        written.read(shorter)


def test_the_store_holds_what_was_written_and_nothing_else(written, recording):
    assert written.holds(recording, landmarks="detector 1")
    assert not written.holds(replace(recording, name="006_2"), landmarks="detector 1")


def test_flow_of_other_landmarks_is_not_held(written, recording):
    assert not written.holds(recording, landmarks="detector 2")


def test_frames_that_were_copied_elsewhere_are_still_held(written, recording):
    for path in recording.frame_paths:
        os.utime(path, ns=(0, 0))

    assert written.holds(recording, landmarks="detector 1")


def test_frames_whose_listing_is_the_same_are_not_read_again(written, recording, monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.store.content_digest", lambda _: pytest.fail("the frames were read"))

    assert written.holds(recording, landmarks="detector 1")


def test_frames_with_another_content_are_not_held(written, recording):
    shutil.copy(recording.frame_paths[0], recording.frame_paths[1])

    assert not written.holds(recording, landmarks="detector 1")


def test_a_frame_that_has_gone_is_an_error_and_not_a_reason_to_extract(written, recording):
    recording.frame_paths[1].unlink()

    with pytest.raises(RecordingError, match=r"0001.png of recording 006_1 gives: No such file"):
        written.holds(recording, landmarks="detector 1")


def test_when_writing_fails_the_earlier_file_stays_and_nothing_is_left_behind(written, recording, flow, monkeypatch):
    def full_disk(path):
        raise OSError(28, f"No space left on device: {path}")

    monkeypatch.setattr("spotformer_core.atomic_files._flush_to_disk", full_disk)

    with pytest.raises(OSError, match="No space left"):
        written.write(recording, flow * 2, source_of(recording))

    assert sorted(path.name for path in written.folder.iterdir()) == ["006_1.arrow", MANIFEST]
    np.testing.assert_array_equal(written.read(recording).flow, flow)
