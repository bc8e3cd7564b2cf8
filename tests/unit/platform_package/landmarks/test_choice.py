"""Which source `--landmarks` means."""

from functools import partial

import pytest

from platform.landmarks import choice
from platform.landmarks.detected import DetectedLandmarks
from platform.landmarks.insightface_detector import DetectionDevice, InsightfaceDetector
from platform.landmarks.source import LandmarkFiles
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.lost_faces import LostFacePolicy

POLICY = LostFacePolicy(longest_gap_seconds=2.0)


@pytest.fixture
def landmark_source(tmp_path):
    return partial(choice.landmark_source, folder=tmp_path / "detected", policy=POLICY, device=DetectionDevice.CPU)


@pytest.fixture
def detected(tmp_path, installed):
    """The source that detects."""
    return DetectedLandmarks(InsightfaceDetector(installed), tmp_path / "detected", POLICY)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The folder of a home directory in which both models lie."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / ".insightface" / "models" / "buffalo_l"
    folder.mkdir(parents=True)
    for name in ("det_10g.onnx", "1k3d68.onnx"):
        (folder / name).touch()
    return folder


def test_without_the_option_the_landmarks_folder_of_the_dataset_is_taken(landmark_source, detected, tmp_path):
    (tmp_path / "landmarks").mkdir()

    assert landmark_source("", root=tmp_path) == LandmarkFiles(tmp_path / "landmarks", POLICY)


def test_without_the_option_and_without_that_folder_landmarks_are_detected(landmark_source, detected, tmp_path):
    assert landmark_source("", root=tmp_path) == detected


def test_insightface_is_taken_by_name_even_beside_a_landmarks_folder(landmark_source, detected, tmp_path):
    (tmp_path / "landmarks").mkdir()

    assert landmark_source("insightface", root=tmp_path) == detected


def test_any_other_text_is_a_folder(landmark_source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()

    assert landmark_source("mine", root=tmp_path) == LandmarkFiles(tmp_path / "mine", POLICY)
    assert landmark_source("~/mine", root=tmp_path) == LandmarkFiles(tmp_path / "mine", POLICY)


def test_a_folder_that_does_not_exist_is_refused_before_any_work(landmark_source, tmp_path):
    with pytest.raises(LandmarkError, match=rf"got {tmp_path}/nowhere, which is no folder\. Write one OpenFace-style"):
        landmark_source(str(tmp_path / "nowhere"), root=tmp_path)


@pytest.mark.parametrize("option", ["", "insightface"])
def test_a_detector_without_its_models_is_refused_before_any_work(landmark_source, tmp_path, monkeypatch, option):
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(LandmarkError, match=r"det_10g\.onnx, 1k3d68\.onnx not in"):
        landmark_source(option, root=tmp_path)
