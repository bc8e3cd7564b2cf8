"""The options that say how features are extracted: where landmarks come from and how flow is measured."""

import argparse
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from platform.landmarks.choice import landmark_source
from platform.landmarks.insightface_detector import DetectionDevice
from platform.landmarks.options import add_lost_face_options, lost_face_policy
from platform.landmarks.source import LandmarkSource
from platform.study.workspace import Workspace
from spotformer_core.choices import most_regions
from spotformer_core.config import FaceRegions
from spotformer_core.datasets.reader import DEMO_NAME
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.lost_faces import LostFacePolicy
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy

PAPER_FACE_SIZE = 320
DEMO_FACE_SIZE = 160
"""The demo's faces have about as many pixels; twice the size would cost four times as much and show nothing more."""
_REGION_RADIUS_PER_FACE_SIZE = 6 / 320


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureOptions:
    """How features are extracted.

    Attributes:
        landmarks: a folder of CSV files, "insightface", or empty.
        face_size: in pixels; 0 takes the paper's, and half of it for the demo.
    """

    landmarks: str
    lost_faces: LostFacePolicy
    device: DetectionDevice
    face_size: int
    regions: FaceRegions
    estimator: EstimatorName
    strategy: FlowStrategy
    head_motion: HeadMotion
    pooling: Pooling

    def settings(self, dataset: str, *, max_window: int, regions: FaceRegions = FaceRegions.TEN) -> ExtractionSettings:
        """The extraction settings for a dataset; regions keep their size relative to the face.

        Args:
            regions: that are needed at least.
        """
        size = self.face_size or (DEMO_FACE_SIZE if dataset == DEMO_NAME else PAPER_FACE_SIZE)
        return ExtractionSettings(
            max_window=max_window,
            face_size=size,
            regions=most_regions([self.regions, regions]),
            region_radius=max(1, round(size * _REGION_RADIUS_PER_FACE_SIZE)),
            estimator=self.estimator,
            strategy=self.strategy,
            head_motion=self.head_motion,
            pooling=self.pooling,
        )

    def landmark_source(self, dataset: str, *, root: Path, workspace: Workspace) -> LandmarkSource:
        """Where the landmarks of a dataset come from, ready to be used.

        Raises:
            LandmarkError: when that place cannot give landmarks at all.
        """
        return landmark_source(
            self.landmarks, root=root, folder=workspace.landmarks(dataset), policy=self.lost_faces, device=self.device
        )


def add_feature_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that `feature_options` reads."""
    group = parser.add_argument_group("features")
    group.add_argument(
        "--landmarks",
        default="",
        metavar="DIR|insightface",
        help="OpenFace-style CSV files, or detect (default: ROOT/landmarks when it exists, else insightface)",
    )
    add_lost_face_options(group)
    _add_choice(group, "--landmark-device", DetectionDevice.CPU, "where faces are detected")
    group.add_argument(
        "--face-size", type=int, default=0, metavar="PIXELS", help="of the face crop (default: 320, the demo 160)"
    )
    usual = ExtractionSettings()
    _add_choice(group, "--regions", usual.regions, "of the face; a search takes at least those of its space")
    _add_choice(group, "--estimator", usual.estimator, "of optical flow")
    _add_choice(group, "--flow-strategy", usual.strategy, "from which frame flow is measured")
    _add_choice(group, "--head-motion", usual.head_motion, "how the motion of the head is taken off")
    _add_choice(group, "--pooling", usual.pooling, "of the flow of a region")


def feature_options(options: argparse.Namespace) -> FeatureOptions:
    """The options on the command line.

    Raises:
        InvalidValueError: unless the longest gap without a face is greater than 0.
    """
    return FeatureOptions(
        landmarks=options.landmarks,
        lost_faces=lost_face_policy(options),
        device=DetectionDevice(options.landmark_device),
        face_size=options.face_size,
        regions=FaceRegions(options.regions),
        estimator=EstimatorName(options.estimator),
        strategy=FlowStrategy(options.flow_strategy),
        head_motion=HeadMotion(options.head_motion),
        pooling=Pooling(options.pooling),
    )


def usual_features() -> FeatureOptions:
    """What `feature_options` gives for an empty command line."""
    parser = argparse.ArgumentParser()
    add_feature_options(parser)
    return feature_options(parser.parse_args([]))


def _add_choice(group: argparse._ArgumentGroup, name: str, usual: StrEnum, what: str) -> None:
    group.add_argument(
        name, choices=[str(choice) for choice in type(usual)], default=str(usual), help=f"{what} (default: %(default)s)"
    )
