"""Scores of a stream of flow are, bit for bit, those of the whole recording."""

from dataclasses import replace

import numpy as np
import pytest

from spotformer_core.config import MotionFeatures
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting.score_stream import STRETCH_FRAMES, score_stream
from spotformer_core.training.scoring import score_recording
from tests.recordings import listed_recording


def noise_band(num_frames: int) -> FlowBand:
    flow = np.random.default_rng(num_frames).normal(size=(num_frames, 8, 10, 2)).astype(np.float16)
    return FlowBand(recording=listed_recording("a", num_frames=num_frames), flow=flow)


@pytest.mark.parametrize("features", MotionFeatures)
@pytest.mark.parametrize("num_frames", [1, 5, 1023, 1024, 1025, 1032, 1033, 1034, 2060])
def test_a_stream_is_scored_as_the_whole_recording_is(description, features, num_frames):
    network = SpotFormer(replace(description.configuration.model, features=features))
    band = noise_band(num_frames)

    scores = np.concatenate(list(score_stream(network, iter(band.flow))))

    assert scores.tobytes() == score_recording(network, band).tobytes()


def test_scores_of_a_stretch_come_before_the_recording_has_ended(network):
    band = noise_band(1100)
    taken = []

    first = next(score_stream(network, (taken.append(1) or row for row in band.flow)))

    assert len(first) == STRETCH_FRAMES
    assert len(taken) == STRETCH_FRAMES + network.config.window
