"""Landmarks that are detected once, kept in chunks, and completed when they are read."""

import os
import pickle
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from platform.landmarks.detected import DetectedLandmarks
from platform.landmarks.insightface_detector import InsightfaceDetector
from spotformer_core.errors import LandmarkError, RecordingError
from spotformer_core.flow.face_choice import DetectedFaces
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces

INTERPOLATE, HOLD, FAIL = (
    LostFacePolicy(lost_faces=choice) for choice in (LostFaces.INTERPOLATE, LostFaces.HOLD, LostFaces.FAIL)
)


@pytest.fixture(autouse=True)
def _chunks_of_two_frames(monkeypatch):
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", 2)


@dataclass(frozen=True)
class BrightnessDetector:
    """Sees a face in every frame that is not black, its landmarks at (brightness, brightness); counts its frames."""

    seen: list[int]
    name: str = "brightness"
    ends_at: int = -1
    """Brightness of the frame in which the process is killed."""

    def require_ready(self) -> None:
        """Is always ready."""

    def fingerprint(self) -> str:
        return self.name

    def detect(self, frames: Iterable[np.ndarray]) -> DetectedFaces:
        values = list(self._values(frames))
        found = [position for position, value in enumerate(values) if value]
        points = np.array([values[position] for position in found], np.float32)
        return DetectedFaces(
            frames=np.array(found, np.int64),
            boxes=np.tile(np.array([0, 0, 10, 10], np.float32), (len(found), 1)),
            landmarks=np.ascontiguousarray(np.broadcast_to(points[:, None, None], (len(found), 68, 2))),
        )

    def _values(self, frames: Iterable[np.ndarray]) -> Iterator[int]:
        for frame in frames:
            value = int(frame[0, 0, 0])
            if value == self.ends_at:
                os.kill(os.getpid(), signal.SIGKILL)
            self.seen.append(value)
            yield value


@pytest.fixture
def detector() -> BrightnessDetector:
    return BrightnessDetector([])


@pytest.fixture
def source(detector, tmp_path) -> DetectedLandmarks:
    return DetectedLandmarks(detector, tmp_path / "landmarks", INTERPOLATE)


def values_of(source, recording) -> list[float]:
    return source.landmarks(recording)[:, 0, 0].tolist()


def test_lost_faces_are_completed_with_insightface_end_to_end(model_folder, make_recording, tmp_path, answered_points):
    recording = make_recording(255, 0, 250, 0)
    source = DetectedLandmarks(InsightfaceDetector(model_folder), tmp_path / "landmarks", INTERPOLATE)

    found = source.landmarks(recording)

    expected = np.array([320, 160]) + answered_points * 240
    np.testing.assert_allclose(found, np.stack([expected] * 4), atol=0.01)
    assert source.num_lost(recording) == 2
    with pytest.raises(LandmarkError, match=r"got none in 2 of 4 frames of a_1, first in frame 1"):
        replace(source, policy=FAIL).landmarks(recording)


def test_the_subject_stays_the_same_when_a_larger_face_appears(model_folder, make_recording, tmp_path, cyan):
    source = DetectedLandmarks(InsightfaceDetector(model_folder), tmp_path / "landmarks", INTERPOLATE)

    def centers(recording):
        return source.landmarks(recording).mean(axis=1)[:, 1].round().tolist()

    alone, stays, larger = centers(make_recording(255)), make_recording(255, cyan, cyan, 255, cyan, name="b"), cyan
    begins_with_two = make_recording(larger, larger, larger, name="c")

    assert centers(stays) == alone * 5
    assert centers(begins_with_two) == [alone[0] + 320] * 3


def test_a_second_extraction_detects_nothing(source, detector, make_recording):
    recording = make_recording(10, 20, 30)
    first = source.landmarks(recording)
    assert detector.seen == [10, 20, 30]

    again = DetectedLandmarks(detector, source.folder, INTERPOLATE)

    assert again.chunks_to_detect(recording) == ()
    np.testing.assert_array_equal(again.landmarks(recording), first)
    assert detector.seen == [10, 20, 30]


def test_another_policy_needs_no_detection(source, detector, make_recording):
    recording = make_recording(10, 0, 30)
    assert values_of(source, recording) == [10, 20, 30]

    assert values_of(replace(source, policy=HOLD), recording) == [10, 10, 30]
    assert len(detector.seen) == 3


def test_a_changed_frame_is_looked_at_again_with_its_chunk_only(source, detector, make_recording, repaint):
    recording = make_recording(10, 20, 30, 40, 50)
    source.landmarks(recording)
    detector.seen.clear()
    repaint(recording.frame_paths[3], 45)

    assert source.chunks_to_detect(recording) == (range(2, 4),)
    assert values_of(source, recording) == [10, 20, 30, 45, 50]
    assert detector.seen == [30, 45]


def test_other_models_look_at_everything_again(source, make_recording):
    recording = make_recording(10, 20)
    source.landmarks(recording)

    assert replace(source, detector=BrightnessDetector([], name="other")).chunks_to_detect(recording) == (range(2),)


def test_chunks_may_be_detected_in_any_order_and_give_the_same_as_the_whole(
    source, make_recording, tmp_path, monkeypatch
):
    recording = make_recording(10, 20, 0, 40, 50)
    chunks = source.chunks_to_detect(recording)
    assert chunks == (range(2), range(2, 4), range(4, 5))
    for chunk in reversed(chunks):
        source.detect_chunk(recording, chunk)

    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", 1024)
    whole = replace(source, folder=tmp_path / "whole").landmarks(recording)
    monkeypatch.setattr("spotformer_core.flow.chunks.CHUNK_FRAMES", 2)

    np.testing.assert_array_equal(source.landmarks(recording), whole)
    assert whole[:, 0, 0].tolist() == [10, 20, 30, 40, 50]


def test_finished_chunks_outlive_a_killed_process(source, detector, make_recording):
    recording = make_recording(10, 20, 30, 40, 50)
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # a child that hangs ends, with another signal than the one expected
        replace(source, detector=BrightnessDetector([], ends_at=40)).landmarks(recording)
        os._exit(0)

    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert source.chunks_to_detect(recording) == (range(2, 4), range(4, 5))
    assert values_of(source, recording) == [10, 20, 30, 40, 50]
    assert detector.seen == [30, 40, 50]


def test_frames_that_change_while_they_are_looked_at_are_an_error_and_nothing_is_kept(source, make_recording, repaint):
    recording = make_recording(10, 20)

    class Meddling(BrightnessDetector):
        def detect(self, frames):
            faces = super().detect(frames)
            repaint(recording.frame_paths[0], 15)
            return faces

    meddling = replace(source, detector=Meddling([]))

    with pytest.raises(RecordingError, match=r"got other bytes in frames 0 to 1 of a_1\. Wait until they are copied"):
        meddling.detect_chunk(recording, range(2))
    assert source.chunks_to_detect(recording) == (range(2),)


def test_an_unreadable_frame_is_named_and_the_other_chunks_are_kept(source, make_recording):
    recording = make_recording(10, 20, 30, 40)
    recording.frame_paths[2].write_bytes(b"no image")

    with pytest.raises(RecordingError, match=rf"{recording.frame_paths[2]} of recording a_1 \(8 bytes\) is none"):
        source.landmarks(recording)
    assert source.chunks_to_detect(recording) == (range(2, 4),)


def test_the_fingerprint_names_detector_and_policy_and_needs_no_frame(source, make_recording):
    recording = make_recording(10)
    recording.frame_paths[0].unlink()

    assert source.fingerprint(recording) == "brightness, lost faces: interpolate up to 1 s"
    assert replace(source, policy=FAIL).fingerprint(recording) == "brightness, lost faces: fail"


def test_the_source_travels_without_models(model_folder, tmp_path):
    source = DetectedLandmarks(InsightfaceDetector(model_folder), tmp_path, INTERPOLATE)

    assert pickle.loads(pickle.dumps(source)) == source
    assert len(pickle.dumps(source)) < 2000


def test_readiness_is_that_of_the_detector(tmp_path):
    with pytest.raises(LandmarkError, match=r"det_10g\.onnx, 1k3d68\.onnx not in"):
        DetectedLandmarks(InsightfaceDetector(tmp_path), tmp_path, INTERPOLATE).require_ready()
