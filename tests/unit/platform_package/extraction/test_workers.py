"""The workers of the extraction, called as Ray Data calls them."""

import errno
import os

import numpy as np
import pytest

from platform.extraction.units import UNIT, WorkUnit
from platform.extraction.workers import FlowWorker, LandmarkWorker
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.extraction import extract_flow
from tests.unit.platform_package.extraction.conftest import SETTINGS


def names_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_corrupt_recording_is_reported_with_its_reason_and_the_other_is_written(
    make_recording, store, units_of, work, corrupt
):
    whole, broken = make_recording("a_1"), make_recording("b_1")
    corrupt(broken.frame_paths[1])

    outcomes = work(*units_of(broken, whole))

    assert [outcome.recording for outcome in outcomes] == ["a_1", "b_1"]
    assert [outcome.problem == "" for outcome in outcomes] == [True, False]
    assert [outcome.is_last for outcome in outcomes] == [True, False]
    assert f"{broken.frame_paths[1]} of recording b_1 (20 bytes) is none" in outcomes[1].problem
    assert not any(outcome.disk_full for outcome in outcomes)
    assert store.read(whole).flow.shape == (3, 8, 10, 2)
    assert not store.path(broken).exists()


def test_what_was_written_is_held_under_the_fingerprint_of_its_landmarks(
    make_recording, store, landmarks, units_of, work
):
    recording = make_recording("a_1")

    work(*units_of(recording))

    assert store.holds(recording, landmarks=landmarks.fingerprint(recording))
    assert not store.holds(recording, landmarks="others")


def test_time_and_memory_are_those_of_the_work(make_recording, units_of, work):
    (outcome,) = work(*units_of(make_recording("a_1")))

    assert 0 < outcome.work_seconds <= outcome.ended - outcome.started
    assert outcome.peak_memory_bytes > 20e6  # Python with numpy and OpenCV cannot do with less.
    assert outcome.num_frames == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_the_last_chunk_whichever_it_is_finishes_the_recording_as_one_extraction_of_the_whole_would(
    make_recording, store, landmarks, units_of, work, order
):
    recording = make_recording("a_1", num_frames=10)
    units = units_of(recording)

    outcomes = work(*[units[index] for index in order])

    assert [outcome.is_last for outcome in outcomes] == [False, False, True]
    whole = extract_flow(recording, landmarks.landmarks(recording), SETTINGS)
    np.testing.assert_array_equal(store.read(recording).flow, whole)
    assert names_in(store.folder) == ["a_1.arrow", "manifest.json"]


def test_any_order_and_any_number_of_workers_write_the_same_bytes(make_recording, store, landmarks, units_of, work):
    recording = make_recording("a_1", num_frames=10)
    units = units_of(recording)
    work(*units)
    first = store.path(recording).read_bytes()
    store.path(recording).unlink()

    for unit in reversed(units):
        FlowWorker(store, landmarks)({UNIT: np.array([unit], object)})

    assert store.path(recording).read_bytes() == first


def test_a_unit_that_is_tried_again_after_its_recording_was_finished_changes_nothing(
    make_recording, store, units_of, work
):
    recording = make_recording("a_1", num_frames=8)
    units = units_of(recording)
    work(*units)
    before = store.path(recording).stat().st_mtime_ns

    (again,) = work(units[0])

    assert (again.is_last, again.work_seconds, again.problem) == (True, 0.0, "")
    assert store.path(recording).stat().st_mtime_ns == before
    assert names_in(store.folder) == ["a_1.arrow", "manifest.json"]


def test_a_chunk_that_was_kept_is_not_extracted_again(make_recording, units_of, work):
    units = units_of(make_recording("a_1", num_frames=8))
    work(units[0])

    again, last = work(*units)

    assert again.work_seconds == 0.0
    assert last.work_seconds > 0.0
    assert last.is_last


def test_frames_that_change_while_they_are_extracted_are_a_problem_and_nothing_is_kept(
    make_recording, store, units_of, work, monkeypatch
):
    recording = make_recording("a_1", num_frames=8)
    units = units_of(recording)

    def touch_and_extract(*arguments, **options):
        os.utime(recording.frame_paths[0], (1, 1))
        return extract_flow(*arguments, **options)

    monkeypatch.setattr("platform.extraction.workers.extract_flow", touch_and_extract)
    (outcome,) = work(units[0])

    assert "must stay as they are while it is extracted, but files of a_1 have changed" in outcome.problem
    assert names_in(store.folder) == ["manifest.json"]


def test_frames_that_change_between_two_chunks_make_the_first_one_worthless(
    make_recording, store, chunks, units_of, work
):
    recording = make_recording("a_1", num_frames=8)
    units = units_of(recording)
    work(units[0])
    recording.frame_paths[0].write_bytes(recording.frame_paths[3].read_bytes())

    (second,) = work(units[1])
    assert (second.problem, second.is_last) == ("", False)
    assert not store.path(recording).exists()

    (first,) = work(*units_of(recording))
    assert (first.num_frames, first.is_last) == (4, True)


def test_landmarks_that_change_while_flow_is_extracted_are_a_problem(
    make_recording, store, landmarks, units_of, work, monkeypatch
):
    recording = make_recording("a_1")

    def change_and_extract(*arguments, **options):
        with (landmarks.folder / "a_1.csv").open("a") as file:
            file.write("\n")
        return extract_flow(*arguments, **options)

    units = units_of(recording)
    monkeypatch.setattr("platform.extraction.workers.extract_flow", change_and_extract)
    (outcome,) = work(*units)

    assert "landmarks must stay as they are while flow is extracted, but those of a_1 have changed" in outcome.problem
    assert not store.path(recording).exists()


def test_missing_landmarks_are_a_problem_of_their_recording(make_recording, landmarks, units_of, work):
    units = units_of(make_recording("a_1"))
    (landmarks.folder / "a_1.csv").unlink()

    (outcome,) = work(*units)

    assert f"{landmarks.folder / 'a_1.csv'} gives: No such file" in outcome.problem


def test_landmarks_are_read_once_for_chunks_that_follow_each_other(
    make_recording, landmarks, units_of, work, monkeypatch
):
    units = units_of(make_recording("a_1", num_frames=12))
    read, asked = type(landmarks).landmarks, []
    monkeypatch.setattr(type(landmarks), "landmarks", lambda self, of: asked.append(of.name) or read(self, of))

    work(*units)

    assert asked == ["a_1"]


@pytest.mark.parametrize(("number", "is_full"), [(errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EACCES, False)])
@pytest.mark.parametrize("num_frames", [3, 8])
def test_a_full_disk_is_told_from_other_problems_of_writing_and_leaves_nothing_half_written(
    make_recording, store, units_of, work, monkeypatch, number, is_full, num_frames
):
    def refuse(descriptor):
        raise OSError(number, "refused")

    recording = make_recording("a_1", num_frames=num_frames)
    monkeypatch.setattr("os.fsync", refuse)

    outcome = work(*units_of(recording))[0]

    assert outcome.disk_full is is_full
    assert outcome.problem.startswith("a_1: ")
    assert "refused" in outcome.problem
    assert names_in(store.folder) == ["manifest.json"]


def full_disk():
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_fills_up_while_a_recording_is_put_together_costs_no_chunk(
    make_recording, store, units_of, work, monkeypatch
):
    recording = make_recording("a_1", num_frames=8)
    units = units_of(recording)
    work(units[0])
    with monkeypatch.context() as patch:
        flushed = iter([None])
        patch.setattr("os.fsync", lambda _: next(flushed, "full") and full_disk())
        (stopped,) = work(units[1])
    chunk_files = [name for name in names_in(store.folder) if name.startswith(".chunks")]

    (again,) = work(*units_of(recording))

    assert (stopped.disk_full, "No space left" in stopped.problem) == (True, True)
    assert len(chunk_files) == 2
    assert (again.is_last, again.work_seconds) == (True, 0.0)


def test_a_recording_that_an_outliving_worker_of_a_killed_extraction_finishes_meanwhile_is_no_problem(
    make_recording, store, landmarks, units_of, work, monkeypatch
):
    recording = make_recording("a_1", num_frames=8)
    units = units_of(recording)
    work(units[0])
    outliving = FlowWorker(store, landmarks)

    def finished_by_the_other(*arguments, **options):
        flow = extract_flow(*arguments, **options)
        monkeypatch.setattr("platform.extraction.workers.extract_flow", extract_flow)
        outliving({UNIT: np.array([units[1]], object)})
        raise FileNotFoundError(errno.ENOENT, "the folder of the chunks has gone", str(flow.shape))

    monkeypatch.setattr("platform.extraction.workers.extract_flow", finished_by_the_other)
    (outcome,) = work(units[1])

    assert (outcome.problem, outcome.is_last) == ("", True)


class Detector:
    """A landmark source that remembers what it was asked to detect and finds no face in one recording."""

    def __init__(self):
        self.asked = []

    def detect_chunk(self, recording, chunk, walk=None):
        if recording.name == "b_1":
            raise LandmarkError(f"every frame must show a face, got none in {recording.name}.")
        self.asked.append((recording.name, chunk))


def test_detection_goes_on_where_one_recording_shows_no_face(make_recording):
    detector = Detector()
    units = [WorkUnit(recording=make_recording(name), chunk=range(3)) for name in ("b_1", "a_1")]

    columns = LandmarkWorker(detector)({UNIT: np.array(units, object)})

    assert columns["problem"].tolist() == ["every frame must show a face, got none in b_1.", ""]
    assert detector.asked == [("a_1", range(3))]
