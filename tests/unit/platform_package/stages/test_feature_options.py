import argparse

import pytest

from platform.landmarks.insightface_detector import DetectionDevice
from platform.landmarks.source import LandmarkFiles
from platform.stages.feature_options import add_feature_options, feature_options, usual_features
from platform.study.workspace import Workspace
from spotformer_core.config import FaceRegions
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.lost_faces import LostFaces
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy


def parsed(*arguments: str):
    parser = argparse.ArgumentParser()
    add_feature_options(parser)
    return feature_options(parser.parse_args(arguments))


def test_nothing_said_means_the_settings_of_the_paper_and_half_the_face_for_the_demo():
    features = usual_features()

    assert features.settings("samm-lv", max_window=25) == ExtractionSettings()
    assert features.settings("demo", max_window=25) == ExtractionSettings(face_size=160, region_radius=3)


def test_every_option_reaches_the_settings():
    features = parsed(
        *("--estimator", "opencv-dis", "--flow-strategy", "large-window", "--head-motion", "realign"),
        *("--pooling", "mean", "--face-size", "96", "--regions", "with-nose-sides"),
    )

    assert features.settings("demo", max_window=17) == ExtractionSettings(
        max_window=17,
        face_size=96,
        region_radius=2,
        estimator=EstimatorName.OPENCV_DIS,
        strategy=FlowStrategy.LARGE_WINDOW,
        head_motion=HeadMotion.REALIGN,
        pooling=Pooling.MEAN,
        regions=FaceRegions.NOSE_SIDES,
    )


@pytest.mark.parametrize(
    ("said", "needed", "extracted"),
    [
        ("ten", FaceRegions.EYELIDS, FaceRegions.EYELIDS),
        ("with-nose-sides-and-eyelids", FaceRegions.NOSE_SIDES, FaceRegions.EYELIDS),
        ("with-nose-sides", FaceRegions.NOSE_SIDES, FaceRegions.NOSE_SIDES),
    ],
)
def test_the_regions_that_are_needed_are_extracted_at_least(said, needed, extracted):
    settings = parsed("--regions", said).settings("demo", max_window=17, regions=needed)

    assert settings.regions is extracted


def test_landmarks_come_from_the_root_unless_said_otherwise(tmp_path):
    (tmp_path / "landmarks").mkdir()
    features = parsed("--lost-faces", "fail", "--longest-lost-face", "0.5")

    source = features.landmark_source("demo", root=tmp_path, workspace=Workspace(tmp_path))

    assert isinstance(source, LandmarkFiles)
    assert source.folder == tmp_path / "landmarks"
    assert features.lost_faces.lost_faces is LostFaces.FAIL
    assert features.lost_faces.longest_gap_seconds == 0.5


def test_faces_are_detected_on_the_device_named():
    assert parsed().device is DetectionDevice.CPU
    assert parsed("--landmark-device", "cuda").device is DetectionDevice.CUDA


@pytest.mark.parametrize("option", ["--estimator", "--regions", "--flow-strategy", "--head-motion", "--pooling"])
def test_an_unknown_way_is_refused_with_the_known_ones(option, capsys):
    with pytest.raises(SystemExit):
        parsed(option, "nonsense")

    assert "invalid choice: 'nonsense'" in capsys.readouterr().err
