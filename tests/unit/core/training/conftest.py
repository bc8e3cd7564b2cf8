from collections.abc import Callable

import numpy as np
import pytest

from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.flow.band import FlowBand
from tests.recordings import listed_recording

EXPRESSIONS = (
    Expression(onset=3, apex=8, offset=13, kind=ExpressionKind.MACRO),
    Expression(onset=18, apex=20, offset=22, kind=ExpressionKind.MICRO),
)


@pytest.fixture
def make_band() -> Callable[..., FlowBand]:
    """A recording of noise in which macro-expressions move the mouth and micro-expressions the left brow."""

    def make(subject: str, name: str, *, num_frames: int = 30, expressions=EXPRESSIONS, seed: int = 0) -> FlowBand:
        places = np.zeros((num_frames, 10, 2))
        for expression in expressions:
            regions = slice(6, 10) if expression.kind is ExpressionKind.MACRO else slice(0, 3)
            corners = (expression.onset, expression.apex, expression.offset)
            places[:, regions] += np.interp(np.arange(num_frames), corners, (0, 1, 0))[:, None, None]
        later = np.minimum(np.arange(num_frames)[:, None] + np.arange(1, 9), num_frames - 1)
        noise = np.random.default_rng(seed).normal(scale=0.1, size=(num_frames, 8, 10, 2))
        flow = places[later] - places[:, None] + noise
        recording = listed_recording(subject, *expressions, num_frames=num_frames, name=name)
        return FlowBand(recording=recording, flow=flow.astype(np.float16))

    return make


@pytest.fixture
def small_configuration() -> Configuration:
    """Quick to train: one recording of 30 frames makes two batches."""
    return Configuration.from_parameters(
        {
            "window": 9,
            "width": 16,
            "num_heads": 2,
            "head_width": 8,
            "dropout": 0.1,
            "batch_size": 16,
            "num_epochs": 2,
            "learning_rate": 1e-3,
            "class_balance": "balanced",
            "training_frames": "all",
            "labels": "whole-recording",
            "learning_rate_schedule": "constant",
        }
    )
