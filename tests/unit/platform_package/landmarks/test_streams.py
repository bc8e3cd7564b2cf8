"""Landmarks of videos of any length: from files, or found as the frames are read."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from platform.landmarks.insightface_detector import DetectionDevice
from platform.landmarks.streams import DetectedStream, FileStream, landmark_stream
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow import chunks
from spotformer_core.flow.face_choice import DetectedFaces
from spotformer_core.flow.landmark_files import read_landmarks, write_landmarks
from spotformer_core.flow.lost_faces import DEFAULT_POLICY, LostFacePolicy, LostFaces


class GreyDetector:
    """Finds one face in every frame but black ones; all its landmarks are at the grey of the frame."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def require_ready(self) -> None: ...

    def fingerprint(self) -> str:
        return "grey"

    def detect(self, frames) -> DetectedFaces:
        greys = [float(frame.mean()) for frame in frames]
        self.batches.append(len(greys))
        found = [position for position, grey in enumerate(greys) if grey]
        return DetectedFaces(
            frames=np.array(found, np.int64),
            boxes=np.tile(np.array([0, 0, 10, 10], np.float32), (len(found), 1)),
            landmarks=np.array([np.full((68, 2), greys[one]) for one in found], np.float32).reshape(-1, 68, 2),
        )


@pytest.fixture
def recording(tmp_path: Path) -> Recording:
    paths = tuple(tmp_path / f"{number}.png" for number in range(6))
    for path, grey in zip(paths, (10, 20, 0, 40, 50, 0), strict=True):
        cv2.imwrite(str(path), np.full((8, 8), grey, np.uint8))
    return Recording(
        dataset="none",
        subject="a",
        name="a_1",
        frame_paths=paths,
        frame_numbers=tuple(range(6)),
        frames_per_second=30.0,
        expressions=(),
    )


def test_faces_are_looked_for_chunk_by_chunk_and_lost_ones_are_bridged(recording, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_FRAMES", 4)
    detector = GreyDetector()

    rows = list(DetectedStream(detector, DEFAULT_POLICY).rows(recording))

    assert [float(row[0, 0]) for row in rows] == [10, 20, 30, 40, 50, 50]
    assert detector.batches == [4, 2]


def test_the_first_rows_come_before_the_last_frames_are_looked_at(recording, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_FRAMES", 2)
    detector = GreyDetector()

    next(DetectedStream(detector, DEFAULT_POLICY).rows(recording))

    assert detector.batches == [2]


def test_files_give_what_reading_them_at_once_gives(recording, tmp_path):
    points = np.random.default_rng(0).uniform(0, 500, (6, 68, 2))
    write_landmarks(tmp_path / "csv" / "a_1.csv", points, range(6))

    rows = list(FileStream(tmp_path / "csv", DEFAULT_POLICY).rows(recording))

    np.testing.assert_array_equal(np.stack(rows), read_landmarks(tmp_path / "csv", recording))


def test_other_landmarks_or_another_policy_have_another_fingerprint(recording, tmp_path):
    hold = LostFacePolicy(lost_faces=LostFaces.HOLD)
    write_landmarks(tmp_path / "csv" / "a_1.csv", np.zeros((6, 68, 2)), range(6))
    stream = FileStream(tmp_path / "csv", DEFAULT_POLICY)
    before = {stream.fingerprint(recording), replace(stream, policy=hold).fingerprint(recording)}

    write_landmarks(tmp_path / "csv" / "a_1.csv", np.ones((6, 68, 2)), range(6))

    assert len(before | {stream.fingerprint(recording)}) == 3
    detected = DetectedStream(GreyDetector(), hold).fingerprint(recording)
    assert detected != DetectedStream(GreyDetector(), DEFAULT_POLICY).fingerprint(recording)


def test_a_folder_that_does_not_exist_is_told_before_any_work(tmp_path):
    with pytest.raises(LandmarkError, match="--landmarks must be a folder of CSV files or 'insightface', got"):
        landmark_stream(str(tmp_path / "nowhere"), policy=DEFAULT_POLICY, device=DetectionDevice.CPU)


def test_models_that_are_not_there_are_told_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(LandmarkError, match=r"insightface needs det_10g\.onnx and 1k3d68\.onnx"):
        landmark_stream("insightface", policy=DEFAULT_POLICY, device=DetectionDevice.CPU)
