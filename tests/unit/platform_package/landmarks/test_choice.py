"""Which source `--landmarks` means."""

import pytest

from platform.landmarks.choice import landmark_source
from platform.landmarks.insightface_detector import InsightfaceDetector
from platform.landmarks.source import LandmarkFiles
from spotformer_core.errors import LandmarkError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The folder of a home directory in which both models lie."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / ".insightface" / "models" / "buffalo_l"
    folder.mkdir(parents=True)
    for name in ("det_10g.onnx", "1k3d68.onnx"):
        (folder / name).touch()
    return folder


def test_without_the_option_the_landmarks_folder_of_the_dataset_is_taken(installed, tmp_path):
    (tmp_path / "landmarks").mkdir()

    assert landmark_source("", root=tmp_path) == LandmarkFiles(tmp_path / "landmarks")


def test_without_the_option_and_without_that_folder_landmarks_are_detected(installed, tmp_path):
    assert landmark_source("", root=tmp_path) == InsightfaceDetector(installed)


def test_insightface_is_taken_by_name_even_beside_a_landmarks_folder(installed, tmp_path):
    (tmp_path / "landmarks").mkdir()

    assert landmark_source("insightface", root=tmp_path) == InsightfaceDetector(installed)


def test_any_other_text_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()

    assert landmark_source("mine", root=tmp_path) == LandmarkFiles(tmp_path / "mine")
    assert landmark_source("~/mine", root=tmp_path) == LandmarkFiles(tmp_path / "mine")


def test_a_folder_that_does_not_exist_is_refused_before_any_work(tmp_path):
    with pytest.raises(LandmarkError, match=rf"got {tmp_path}/nowhere, which is no folder\. Write one OpenFace-style"):
        landmark_source(str(tmp_path / "nowhere"), root=tmp_path)


@pytest.mark.parametrize("option", ["", "insightface"])
def test_a_detector_without_its_models_is_refused_before_any_work(tmp_path, monkeypatch, option):
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(LandmarkError, match=r"det_10g\.onnx, 1k3d68\.onnx not in"):
        landmark_source(option, root=tmp_path)
