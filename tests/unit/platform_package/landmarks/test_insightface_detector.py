"""The detector through insightface's own FaceAnalysis, with tiny networks in the place of the real ones."""

import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from platform.landmarks.insightface_detector import (
    DetectionDevice,
    InsightfaceDetector,
    _loaded,
    default_model_folder,
)
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.frames import read_frames


@pytest.fixture
def detect(model_folder, make_recording):
    """The faces that are found in frames of these colours."""

    def found_in(*colors):
        return InsightfaceDetector(model_folder).detect(read_frames(make_recording(*colors), color=True))

    return found_in


def test_landmarks_are_in_pixels_of_the_frame(detect, answered_points):
    faces = detect(255, 250)

    # The landmarker sees a square of 1.5 times the longer side of the box (320), so that 1 is 240 pixels.
    expected = np.array([320, 160]) + answered_points * 240
    assert faces.frames.tolist() == [0, 1]
    np.testing.assert_allclose(faces.boxes, [[160, 40, 480, 280]] * 2, atol=0.01)
    assert faces.landmarks.dtype == np.float32
    np.testing.assert_allclose(faces.landmarks, np.stack([expected, expected]), atol=0.01)


def test_a_small_face_is_left_out_even_with_a_higher_score_and_one_of_nearly_the_same_size_is_not(detect, cyan):
    faces = detect(cyan, 255)

    # The order within a frame is that of the scores.
    assert faces.frames.tolist() == [0, 0, 1]
    np.testing.assert_allclose(faces.boxes[0], [150, 350, 490, 610], atol=0.01)
    np.testing.assert_allclose(faces.boxes[1], faces.boxes[2])


def test_frames_are_seen_in_colour_in_the_order_of_the_networks(detect):
    # Grey of the same brightness, and red in the place of green, show no third face.
    assert len(detect((255, 255, 128)).frames) == 2
    assert len(detect((255, 128, 255)).frames) == 1
    assert len(detect((213, 213, 213)).frames) == 1


def test_frames_without_a_face_have_no_row(detect):
    assert detect(255, 0, 0, 255).frames.tolist() == [0, 3]
    empty = detect(0)
    assert (empty.boxes.shape, empty.landmarks.shape) == ((0, 4), (0, 68, 2))


def test_the_models_are_loaded_once_in_a_process(detect, monkeypatch):
    detect(255)
    monkeypatch.setattr("insightface.app.FaceAnalysis", lambda **_: pytest.fail("the models were loaded again"))

    assert detect(255, 255).frames.tolist() == [0, 1]


def test_the_networks_use_one_thread_each(model_folder):
    detector = InsightfaceDetector(model_folder)

    analysis = _loaded(model_folder, detector.device, detector.fingerprint())

    for model in analysis.models.values():
        options = model.session.get_session_options()
        assert (options.intra_op_num_threads, options.inter_op_num_threads) == (1, 1)


def test_the_detector_travels_without_its_models(detect, model_folder):
    detect(255)
    detector = InsightfaceDetector(model_folder)

    sent = pickle.dumps(detector)

    assert len(sent) < 1000
    assert pickle.loads(sent) == detector


def test_the_fingerprint_follows_the_bytes_of_the_models(model_folder, tmp_path):
    detector = InsightfaceDetector(model_folder)
    before = detector.fingerprint()

    os.utime(model_folder / "1k3d68.onnx", (1, 1))
    copied = InsightfaceDetector(shutil.copytree(model_folder, tmp_path / "copy"))
    assert (detector.fingerprint(), copied.fingerprint()) == (before, before)

    data = bytearray((model_folder / "1k3d68.onnx").read_bytes())
    data[-1] ^= 1
    (model_folder / "1k3d68.onnx").write_bytes(data)
    assert detector.fingerprint() != before


def test_the_fingerprint_names_the_models_and_the_size_of_detection(model_folder):
    fingerprint = InsightfaceDetector(model_folder).fingerprint()

    assert fingerprint.startswith("insightface:buffalo_l:")
    assert fingerprint.endswith(", size 640, threshold 0.5")


def test_the_digests_of_unchanged_models_are_computed_once(model_folder, monkeypatch):
    before = InsightfaceDetector(model_folder).fingerprint()
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("the models were read again"))

    assert InsightfaceDetector(model_folder).fingerprint() == before


@pytest.mark.parametrize("damaged", ["det_10g.onnx", "1k3d68.onnx"])
def test_a_damaged_model_is_a_clear_error(model_folder, damaged):
    path = model_folder / damaged
    path.write_bytes(path.read_bytes()[:1000])

    with pytest.raises(LandmarkError, match=rf"able to load the models in {model_folder}, got .*Unpack the model pack"):
        InsightfaceDetector(model_folder).detect([])


def test_another_network_under_the_name_of_the_landmarker_is_a_clear_error(model_folder):
    shutil.copy(model_folder / "det_10g.onnx", model_folder / "1k3d68.onnx")

    with pytest.raises(LandmarkError, match=r"1k3d68\.onnx must be the network that finds 68 landmarks, got another"):
        InsightfaceDetector(model_folder).detect([])


def test_cuda_is_refused_before_any_work_where_onnxruntime_offers_none(model_folder, monkeypatch):
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])

    with pytest.raises(LandmarkError, match=r"needs an onnxruntime that offers CUDA.*Install onnxruntime-gpu"):
        InsightfaceDetector(model_folder, DetectionDevice.CUDA).require_ready()


def test_a_silent_fallback_to_the_cpu_is_refused(model_folder, monkeypatch):
    # What onnxruntime does when CUDA is offered but its libraries do not fit the machine.
    monkeypatch.setattr(
        "platform.landmarks.insightface_detector._PROVIDERS",
        {DetectionDevice.CUDA: ["AzureExecutionProvider", "CPUExecutionProvider"]},
    )
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider"])
    monkeypatch.setattr("onnxruntime.InferenceSession.get_providers", lambda _: ["CPUExecutionProvider"], raising=True)

    with pytest.raises(LandmarkError, match=r"detection on cuda was asked for, but onnxruntime uses CPUExecution"):
        InsightfaceDetector(model_folder, DetectionDevice.CUDA).detect([])


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


def test_models_that_cannot_be_read_are_named(tmp_path):
    for name in ("det_10g.onnx", "1k3d68.onnx"):
        (tmp_path / name).mkdir()

    with pytest.raises(LandmarkError, match=r"must be readable, but .*det_10g\.onnx gives: Is a directory"):
        InsightfaceDetector(tmp_path).fingerprint()


def test_models_are_looked_for_where_insightface_puts_them(monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")

    assert default_model_folder() == Path("/home/someone/.insightface/models/buffalo_l")
