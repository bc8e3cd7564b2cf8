"""A small untrained model and a short video with landmarks."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from platform.landmarks.streams import FileStream
from platform.spotting.orders import SpotOptions, SpotOrder, spot_order
from spotformer_core.config import Configuration
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.lost_faces import DEFAULT_POLICY
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting.model_files import ModelDescription, read_model, write_model
from spotformer_core.spotting.video_recordings import video_recording
from tests.unit.core.flow.conftest import face

__all__ = ["face"]

NUM_FRAMES = 20


@pytest.fixture(autouse=True)
def _thread_numbers_are_put_back():
    num_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(num_threads)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    configuration = Configuration.from_parameters(
        {
            "window": 9,
            "width": 8,
            "num_heads": 1,
            "head_width": 8,
            "macro_apex_threshold": 0.3,
            "micro_apex_threshold": 0.3,
        }
    )
    torch.manual_seed(0)
    description = ModelDescription(
        configuration=configuration,
        extraction=ExtractionSettings(max_window=9, face_size=96, region_radius=3).as_dict(),
        frames_per_second=30.0,
        origin={"rendered": True},
    )
    write_model(tmp_path / "model", SpotFormer(configuration.model), description)
    return tmp_path / "model"


@pytest.fixture
def make_order(tmp_path: Path, model: Path, face) -> Callable[..., SpotOrder]:
    """Writes a lossless video of a moving face with its landmarks; what is to be spotted in it."""

    def make(name: str = "anna", *, rate: float = 30.0, annotated: bool = False) -> SpotOrder:
        path = tmp_path / f"{name}.avi"
        video = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), rate, face.frame.shape)
        for position in range(NUM_FRAMES):
            moved = face.moved_at(48, 0, float(-1.5 * np.sin(position / 5)))
            video.write(cv2.cvtColor(moved, cv2.COLOR_GRAY2BGR))
        video.release()
        landmarks = np.repeat(face.landmarks[None], NUM_FRAMES, axis=0)
        write_landmarks(tmp_path / "csv" / f"{name}.csv", landmarks, range(NUM_FRAMES))
        options = SpotOptions(
            model=model,
            model_digest=read_model(model).digest,
            wanted_rate=30.0,
            landmarks=FileStream(tmp_path / "csv", DEFAULT_POLICY),
            out=tmp_path / "out",
            frames_per_second=0.0,
            annotated=annotated,
        )
        return spot_order(video_recording(path, wanted=30.0), options)

    return make
