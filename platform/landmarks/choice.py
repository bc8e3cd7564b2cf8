"""Which landmark source `--landmarks` means."""

from pathlib import Path

from platform.landmarks.insightface_detector import InsightfaceDetector, default_model_folder
from platform.landmarks.source import LandmarkFiles, LandmarkSource

INSIGHTFACE = "insightface"
LANDMARKS_FOLDER = "landmarks"


def landmark_source(option: str, *, root: Path) -> LandmarkSource:
    """The source that `--landmarks` names, ready to be used.

    Args:
        option: a folder of CSV files, "insightface", or empty: the folder `landmarks` of the dataset's root when it
            exists, else insightface.

    Raises:
        LandmarkError: when the source cannot give landmarks at all.
    """
    source: LandmarkSource
    if option == INSIGHTFACE:
        source = InsightfaceDetector(default_model_folder())
    elif option:
        source = LandmarkFiles(Path(option).expanduser().resolve())
    elif (root / LANDMARKS_FOLDER).is_dir():
        source = LandmarkFiles(root / LANDMARKS_FOLDER)
    else:
        source = InsightfaceDetector(default_model_folder())
    source.require_ready()
    return source
