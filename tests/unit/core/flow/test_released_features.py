"""Files of released features, and how they come into a flow store."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import DatasetError, FlowStoreError
from spotformer_core.flow.released_features import find_features, import_recording, read_windows
from spotformer_core.flow.released_settings import RegionColumns, ReleasedSettings
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowSource, FlowStore, SourceKind
from spotformer_core.flow.windows import sw_mro

SETTINGS = ReleasedSettings(region_columns=RegionColumns.REGIONS_FIRST)
NUM_FRAMES = 12


def recording_of(name: str = "samm_006_1", *, num_frames: int = NUM_FRAMES) -> Recording:
    """A recording whose frames are nowhere."""
    return Recording(
        dataset="lineage",
        subject="samm_006",
        name=name,
        frame_paths=(),
        frame_numbers=tuple(range(num_frames)),
        frames_per_second=200 / 7,
        expressions=(),
    )


def windows_of(scale: float, *, num_frames: int = NUM_FRAMES) -> np.ndarray:
    """The face moves by `scale` pixels per frame; the frames at the ends repeat."""
    positions = np.clip(np.arange(num_frames)[:, None] - 8 + np.arange(17), 0, num_frames - 1)
    moved = scale * (positions - positions[:, :1])
    return np.broadcast_to(moved[:, :, None, None], (num_frames, 17, 10, 2)).astype(np.float32)


def save(path: Path, array: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, array)
    return path


@pytest.fixture
def store(tmp_path) -> FlowStore:
    return FlowStore.create(tmp_path / "flow", SETTINGS)


@pytest.fixture
def features(tmp_path) -> Path:
    return save(tmp_path / "features" / "samm_006" / "samm_006_1.npy", windows_of(0.5))


def test_imported_features_are_read_as_a_band(store, features):
    assert import_recording(recording_of(), features, store, SETTINGS)

    band = store.read(recording_of())
    np.testing.assert_array_equal(sw_mro(band.flow, 17), windows_of(0.5).astype(np.float16))


def test_what_was_imported_is_not_imported_again(store, features, monkeypatch):
    import_recording(recording_of(), features, store, SETTINGS)
    monkeypatch.setattr("spotformer_core.flow.released_features.read_windows", lambda _: pytest.fail("read again"))

    assert not import_recording(recording_of(), features, store, SETTINGS)
    os.utime(features, (1, 1))
    assert not import_recording(recording_of(), features, store, SETTINGS)


def test_a_changed_file_is_imported_again(store, features):
    import_recording(recording_of(), features, store, SETTINGS)
    save(features, windows_of(0.25))

    assert import_recording(recording_of(), features, store, SETTINGS)
    assert store.read(recording_of()).flow[0, 3, 0, 0] == 1.0


def test_imported_flow_does_not_stand_for_extracted_flow(store, features):
    import_recording(recording_of(), features, store, SETTINGS)

    assert not store.holds(recording_of(), landmarks="")
    source = store.source_of(recording_of())
    assert source is not None
    assert (source.kind, source.landmarks) == (SourceKind.RELEASED_FEATURES, "")


def test_extracted_flow_does_not_stand_for_imported_flow(store, features):
    flow = np.zeros((NUM_FRAMES, 16, 10, 2), np.float16)
    import_recording(recording_of(), features, store, SETTINGS)
    imported = store.source_of(recording_of())
    store.write(recording_of(), flow, FlowSource(listing=imported.listing, content=imported.content, landmarks=""))

    assert import_recording(recording_of(), features, store, SETTINGS)


def test_nothing_can_be_extracted_into_a_store_of_imported_features(store):
    with pytest.raises(FlowStoreError, match=r"holds imported features"):
        _ = store.extraction_settings


def test_stores_of_imported_and_of_extracted_flow_are_never_taken_for_each_other(store, tmp_path):
    with pytest.raises(FlowStoreError, match="first_entry 'itself' instead of None"):
        FlowStore.open(store.folder, ExtractionSettings(max_window=17))
    FlowStore.create(tmp_path / "extracted", ExtractionSettings(max_window=17))
    with pytest.raises(FlowStoreError, match="first_entry None instead of 'itself'"):
        FlowStore.open(tmp_path / "extracted", SETTINGS)


def test_features_of_another_number_of_frames_are_an_error(store, features):
    with pytest.raises(DatasetError, match=r"got 12 for the 13 frames of samm_006_1 in .*one release"):
        import_recording(recording_of(num_frames=13), features, store, SETTINGS)


def test_features_that_contradict_the_settings_are_an_error_and_are_not_kept(store, features):
    windows = windows_of(0.5)
    windows[2] = 0
    save(features, windows)

    with pytest.raises(DatasetError, match="of the window of frame 2 of samm_006_1"):
        import_recording(recording_of(), features, store, SETTINGS)
    assert store.source_of(recording_of()) is None


def test_files_are_found_by_their_names_at_any_depth(tmp_path):
    one = save(tmp_path / "samm_006" / "samm_006_1.npy", windows_of(1))
    other = save(tmp_path / "deep" / "er" / "samm_006_10.npy", windows_of(1))

    assert find_features(tmp_path, ["samm_006_1", "samm_006_10", "samm_007_1"]) == {
        "samm_006_1": one,
        "samm_006_10": other,
    }


def test_longer_file_names_are_known_by_their_first_13_characters(tmp_path):
    path = save(tmp_path / "casme_15_0101disgust1.npy", windows_of(1))

    assert find_features(tmp_path, ["casme_15_0101", "casme_15_010"]) == {"casme_15_0101": path}


def test_two_files_of_one_recording_are_an_error_and_of_no_recording_are_not(tmp_path):
    for folder in "ab":
        save(tmp_path / folder / "samm_006_1.npy", windows_of(1))
        save(tmp_path / folder / "samm_006_2.npy", windows_of(1))
    save(tmp_path / "samm_006_3.npy", windows_of(1))

    with pytest.raises(DatasetError, match=r"one file of features, got .*a/samm_006_1\.npy and .*b/samm_006_1\.npy"):
        find_features(tmp_path, ["samm_006_1"])
    assert set(find_features(tmp_path, ["samm_006_3"])) == {"samm_006_3"}


@pytest.mark.parametrize("names", [(), ("seg_1.npz",), ("somebody_1.npy",)])
def test_a_folder_without_features_of_any_recording_is_an_error(tmp_path, names):
    for name in names:
        (tmp_path / name).write_bytes(b"")

    with pytest.raises(DatasetError, match=rf"\.npy files named by their recordings, got .* in {tmp_path}\."):
        find_features(tmp_path, ["samm_006_1"])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 17, 10, 2), np.float32),
        np.zeros((3, 16, 10, 2), np.float32),
        np.zeros((3, 17, 10, 3), np.float32),
        np.zeros((3, 17, 10), np.float32),
        np.zeros((3, 17, 10, 2), np.int64),
        np.zeros((3, 17, 10, 2), np.complex64),
        np.float32(3),
    ],
)
def test_arrays_of_another_shape_or_kind_are_refused(tmp_path, array):
    path = save(tmp_path / "a.npy", array)

    with pytest.raises(DatasetError, match=rf"{path}"):
        read_windows(path)


def test_pickles_and_archives_are_refused(tmp_path):
    pickled = tmp_path / "a.npy"
    np.save(pickled, np.array([{}], object), allow_pickle=True)
    with pytest.raises(DatasetError, match=rf"must be a NumPy array, got {pickled} \(.*Python objects"):
        read_windows(pickled)

    archive = tmp_path / "b.npy"
    with archive.open("wb") as file:
        np.savez(file, feature=windows_of(1))
    with pytest.raises(DatasetError, match=rf"must be a NumPy array, got {archive} \(the magic string"):
        read_windows(archive)


def test_a_file_that_is_missing_or_cut_off_is_refused(store, features):
    features.write_bytes(features.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=rf"must be a NumPy array, got {features}"):
        import_recording(recording_of(), features, store, SETTINGS)

    features.unlink()
    with pytest.raises(DatasetError, match=rf"{features} gives: No such file"):
        import_recording(recording_of(), features, store, SETTINGS)


@given(st.binary(max_size=200), st.sampled_from([0, 8, 20, 60, 128]))
def test_any_bytes_give_only_our_errors(tmp_path_factory, content, kept):
    path = save(tmp_path_factory.getbasetemp() / "any.npy", np.zeros((3, 17, 10, 2), np.float32))
    path.write_bytes(path.read_bytes()[:kept] + content)

    with pytest.raises(DatasetError, match=r"any\.npy"):
        read_windows(path)


@given(st.text(max_size=80), st.text("(){}[],:'\"0123456789<f4 descrfortran_ordershape_TrueFalse-", max_size=80))
def test_any_header_gives_only_our_errors(tmp_path_factory, any_text, likely_text):
    path = tmp_path_factory.getbasetemp() / "any.npy"
    for text in (any_text, likely_text, f"{{'descr': '<f4', 'fortran_order': False, 'shape': {likely_text}}}"):
        header = text.encode("latin-1", errors="replace")
        path.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)

        with pytest.raises(DatasetError, match=r"any\.npy"):
            read_windows(path)


def test_half_precision_and_double_precision_are_taken_too(tmp_path, store):
    for number, kind in enumerate((np.float16, np.float64)):
        recording = replace(recording_of(), name=f"samm_006_{number}")
        path = save(tmp_path / f"{recording.name}.npy", windows_of(0.5).astype(kind))

        assert import_recording(recording, path, store, SETTINGS)
