"""The whole extraction with its workers in this process instead of on Ray."""

import errno
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from platform.extraction.units import UNIT, from_row
from platform.stages.extracting import extract_missing, problems
from platform.study.workspace import Workspace
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import FlowStoreError, LandmarkError
from spotformer_core.flow.landmark_files import read_landmarks
from tests.unit.platform_package.extraction.conftest import SETTINGS


@pytest.fixture
def log():
    """What happened, in order."""
    return []


@pytest.fixture(autouse=True)
def _without_ray(monkeypatch, log):
    @contextmanager
    def connected(address, *, num_workers):
        log.append(f"Ray with {num_workers} workers")
        yield

    def run_units(worker, arguments, units, *, num_workers):
        actor = worker(*arguments)
        for unit in units:
            log.append(f"{worker.__name__} {unit.recording.name} {unit.chunk.start}")
            columns = actor({UNIT: np.array([unit], object)})
            yield from_row({name: values[0] for name, values in columns.items()})

    monkeypatch.setattr("platform.compute.connection.connected", connected)
    monkeypatch.setattr("platform.extraction.run.run_units", run_units)


@pytest.fixture
def extract(tmp_path):
    """Extracts recordings into a workspace."""

    def run(landmarks, *recordings):
        return extract_missing(
            Dataset(name="toy", root=tmp_path, recordings=recordings),
            landmarks,
            workspace=Workspace(tmp_path / "workspace"),
            settings=SETTINGS,
            address="",
            num_workers=3,
        )

    return run


class Detecting:
    """Knows the landmarks of files only after it has looked for them."""

    def __init__(self, files, *, faceless=(), full_disk=False):
        self.files = files
        self.faceless = faceless
        self.full_disk = full_disk
        self.done = set()

    def fingerprint(self, recording):
        return "detector 1"

    def chunks_to_detect(self, recording):
        chunks = (range(2), range(2, recording.num_frames))
        return tuple(chunk for chunk in chunks if (recording.name, chunk) not in self.done)

    def detect_chunk(self, recording, chunk, walk=None):
        if recording.name in self.faceless:
            raise LandmarkError(f"no face in {recording.name}")
        if self.full_disk:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.done.add((recording.name, chunk))

    def landmarks(self, recording):
        assert not self.chunks_to_detect(recording)
        return read_landmarks(self.files.folder, recording)


def test_chunks_of_the_longest_recording_are_extracted_first_and_a_second_run_needs_no_ray(
    make_recording, landmarks, extract, log
):
    recordings = [make_recording("a_1"), make_recording("b_1", num_frames=6)]

    store, outcomes = extract(landmarks, *recordings)
    first, again = [*log], extract(landmarks, *recordings)

    assert first == ["Ray with 3 workers", "FlowWorker b_1 0", "FlowWorker b_1 4", "FlowWorker a_1 0"]
    assert [(outcome.name, outcome.num_frames, outcome.problem) for outcome in outcomes] == [
        ("b_1", 6, ""),
        ("a_1", 3, ""),
    ]
    assert all(store.read(recording).flow.any() for recording in recordings)
    assert again == (store, ())
    assert log == first


def test_landmarks_are_detected_before_any_flow_and_a_faceless_recording_keeps_nobody_waiting(
    make_recording, landmarks, extract, log
):
    source = Detecting(landmarks, faceless=("a_1",))

    store, outcomes = extract(source, make_recording("a_1"), make_recording("b_1"))

    assert log[1:] == [
        "LandmarkWorker a_1 0",
        "LandmarkWorker a_1 2",
        "LandmarkWorker b_1 0",
        "LandmarkWorker b_1 2",
        "FlowWorker b_1 0",
    ]
    assert problems(outcomes) == ["no face in a_1"]
    assert [path.name for path in store.folder.glob("*.arrow")] == ["b_1.arrow"]


def test_a_disk_that_is_full_of_landmarks_stops_everything(make_recording, landmarks, extract, log):
    with pytest.raises(OSError, match="No space left") as caught:
        extract(Detecting(landmarks, full_disk=True), make_recording("a_1"), make_recording("b_1"))

    assert caught.value.errno == errno.ENOSPC
    assert log[1:] == ["LandmarkWorker a_1 0"]


def test_a_full_disk_stops_everything_and_keeps_what_is_finished(make_recording, landmarks, extract, log, monkeypatch):
    recordings = [make_recording(name) for name in ("a_1", "b_1", "c_1")]
    extract(landmarks, recordings[0])

    def refuse(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    log.clear()
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", refuse)
        with pytest.raises(OSError, match="No space left"):
            extract(landmarks, *recordings)

    assert log[1:] == ["FlowWorker b_1 0"]
    _, outcomes = extract(landmarks, *recordings)
    assert [outcome.name for outcome in outcomes] == ["b_1", "c_1"]


def test_recordings_that_cannot_be_looked_at_are_reported_without_starting_ray(make_recording, landmarks, extract, log):
    recording = make_recording("a_1")
    recording.frame_paths[1].unlink()

    _, outcomes = extract(landmarks, recording)

    assert log == []
    assert "1.png of recording a_1 gives: No such file" in problems(outcomes)[0]


def test_a_store_begun_by_another_opencv_is_not_extended_but_serves_when_nothing_is_missing(
    make_recording, landmarks, extract, log, monkeypatch
):
    first, second = make_recording("a_1"), make_recording("b_1")
    extract(landmarks, first)
    log.clear()
    monkeypatch.setattr("spotformer_core.flow.store.versions", lambda: {"opencv": "6.0"})

    assert extract(landmarks, first)[1] == ()
    with pytest.raises(FlowStoreError, match=r"finished by the OpenCV that began it; .*, got 6\.0"):
        extract(landmarks, first, second)
    assert log == []


def test_leftovers_of_a_killed_extraction_are_removed(make_recording, landmarks, extract):
    finished, missing = make_recording("a_1"), make_recording("b_1")
    store, _ = extract(landmarks, finished)
    chunk = store.folder / ".chunks" / "a_1" / "00000000-00000003.arrow"
    chunk.parent.mkdir(parents=True)
    chunk.write_bytes(b"put together before the kill")
    (store.folder / ".b_1.arrow.1-0a.part").write_bytes(b"half")

    extract(landmarks, finished, missing)

    assert not chunk.parent.exists()
    assert list(store.folder.glob("*.part")) == []


def test_progress_counts_what_an_earlier_run_finished(make_recording, landmarks, extract, capsys):
    finished, missing = make_recording("a_1"), make_recording("b_1")
    extract(landmarks, finished)
    capsys.readouterr()

    extract(landmarks, finished, replace(missing))

    assert capsys.readouterr().err.startswith("extract: 2 of 2 recordings in 0 s, ")
