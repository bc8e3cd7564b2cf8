"""A small model with weights as they were drawn, and recordings to spot in."""

import pytest
import torch

from spotformer_core.config import Configuration
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting.model_files import ModelDescription
from tests.unit.core.flow.conftest import face, make_recording

__all__ = ["face", "make_recording"]


@pytest.fixture
def description() -> ModelDescription:
    configuration = Configuration.from_parameters(
        {
            "window": 9,
            "width": 8,
            "num_heads": 1,
            "head_width": 8,
            "macro_apex_threshold": 0.35,
            "micro_apex_threshold": 0.4,
        }
    )
    settings = ExtractionSettings(max_window=17, face_size=96, region_radius=3)
    return ModelDescription(
        configuration=configuration,
        extraction=settings.as_dict(),
        frames_per_second=30.0,
        origin={"dataset": "made", "subjects": 3},
    )


@pytest.fixture
def network(description) -> SpotFormer:
    torch.manual_seed(0)
    return SpotFormer(description.configuration.model).eval()
