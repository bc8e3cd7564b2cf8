"""The detector through insightface's own FaceAnalysis, with tiny networks in the place of the real ones."""

from pathlib import Path

import numpy as np
import pytest

from platform.landmarks.insightface_detector import InsightfaceDetector, default_model_folder
from spotformer_core.errors import LandmarkError


def test_landmarks_are_those_of_the_largest_face_in_pixels_of_the_frame(model_folder, make_recording, answered_points):
    found = InsightfaceDetector(model_folder).landmarks(make_recording(255, 250))

    # The landmarker sees a square of 1.5 times the longer side of the box (320), so that 1 is 240 pixels.
    expected = np.array([320, 160]) + answered_points * 240
    assert found.dtype == np.float32
    assert found.shape == (2, 68, 2)
    np.testing.assert_allclose(found, np.stack([expected, expected]), atol=0.01)


def test_a_frame_without_a_face_is_named(model_folder, make_recording):
    recording = make_recording(255, 0, 255)

    with pytest.raises(LandmarkError, match=rf"insightface finds none in {recording.frame_paths[1]} of a_1"):
        InsightfaceDetector(model_folder).landmarks(recording)


def test_the_fingerprint_names_the_models(model_folder, make_recording):
    detector, recording = InsightfaceDetector(model_folder), make_recording(255)
    before = detector.fingerprint(recording)

    with (model_folder / "1k3d68.onnx").open("ab") as file:
        file.write(b"\0")

    assert before.startswith("insightface:buffalo_l:")
    assert detector.fingerprint(recording) != before


@pytest.mark.parametrize(
    ("present", "named"),
    [((), "det_10g.onnx, 1k3d68.onnx"), (("det_10g.onnx",), "but 1k3d68.onnx"), (("1k3d68.onnx",), "but det_10g.onnx")],
)
def test_missing_models_are_named_with_what_to_download_and_where_to_put_it(tmp_path, present, named):
    for name in present:
        (tmp_path / name).touch()

    with pytest.raises(LandmarkError) as caught:
        InsightfaceDetector(tmp_path).require_ready()

    rule, download, put = str(caught.value).splitlines()
    assert f"{named} not in {tmp_path}." in rule
    assert "model pack buffalo_l.zip" in download
    assert "github.com/deepinsight/insightface, tag v0.7" in download
    assert "unpack it there" in put
    assert "--landmarks FOLDER" in put


def test_models_are_looked_for_where_insightface_puts_them(monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")

    assert default_model_folder() == Path("/home/someone/.insightface/models/buffalo_l")
