"""Which landmark source `--landmarks` means."""

from pathlib import Path

from platform.landmarks.detected import DetectedLandmarks
from platform.landmarks.insightface_detector import DetectionDevice, InsightfaceDetector, default_model_folder
from platform.landmarks.source import LandmarkFiles, LandmarkSource
from spotformer_core.flow.lost_faces import LostFacePolicy

INSIGHTFACE = "insightface"
LANDMARKS_FOLDER = "landmarks"


def landmark_source(
    option: str, *, root: Path, folder: Path, policy: LostFacePolicy, device: DetectionDevice
) -> LandmarkSource:
    """The source that `--landmarks` names, ready to be used.

    Args:
        option: a folder of CSV files, "insightface", or empty: the folder `landmarks` of the dataset's root when it
            exists, else insightface.
        folder: where faces that are detected are kept.
        policy: what is done about frames without a face.
        device: where faces are detected.

    Raises:
        LandmarkError: when the source cannot give landmarks at all.
    """
    source: LandmarkSource
    if option and option != INSIGHTFACE:
        source = LandmarkFiles(Path(option).expanduser().resolve(), policy)
    elif not option and (root / LANDMARKS_FOLDER).is_dir():
        source = LandmarkFiles(root / LANDMARKS_FOLDER, policy)
    else:
        source = DetectedLandmarks(InsightfaceDetector(default_model_folder(), device), folder, policy)
    source.require_ready()
    return source
