import numpy as np
import pytest
import torch

from spotformer_core.config import ModelConfig
from spotformer_core.errors import FlowStoreError
from spotformer_core.model.head import frame_probabilities
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.frame_features import frame_features
from spotformer_core.training.scoring import score_recording
from tests.rounding import KEPT_IN_SINGLE


def test_the_head_makes_the_scores_of_the_features(make_band):
    network = SpotFormer(ModelConfig(window=9, width=16, num_heads=2, head_width=8, dropout=0.5)).double()
    band = make_band("s1", "a", num_frames=520)

    features = frame_features(network, band)

    assert features.shape == (520, 16)
    given = torch.from_numpy(features).double()
    with torch.inference_mode():
        scores = frame_probabilities(network.head(given))
        # Features are kept in single precision, and a probability moves by less than its logit.
        rounding = KEPT_IN_SINGLE * (1 + (given.abs() @ network.head.linear.weight.abs().T).max().item())
    np.testing.assert_allclose(scores, score_recording(network, band), rtol=0, atol=rounding)


def test_a_band_with_too_few_steps_is_an_error(make_band):
    with pytest.raises(FlowStoreError, match="a window of 25 frames needs"):
        frame_features(SpotFormer(ModelConfig(window=25, width=16)), make_band("s1", "a"))
