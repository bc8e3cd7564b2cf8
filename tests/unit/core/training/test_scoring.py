import numpy as np
import torch

from spotformer_core.config import ModelConfig
from spotformer_core.flow.windows import sw_mro
from spotformer_core.model.head import frame_probabilities
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.scoring import score_recording
from tests.rounding import KEPT_IN_SINGLE


def test_every_frame_is_scored_by_its_own_window_across_batches(make_band):
    network = SpotFormer(ModelConfig(window=9, width=16, num_heads=2, head_width=8)).double()
    band = make_band("s1", "a", num_frames=520)

    scores = score_recording(network, band)

    assert scores.shape == (520, 2, 5)
    assert scores.dtype == np.float32
    windows = torch.from_numpy(sw_mro(band.flow, 9)).double()
    for frame in (0, 3, 511, 512, 519):
        alone = frame_probabilities(network(windows[frame : frame + 1]).logits)[0].detach()
        np.testing.assert_allclose(scores[frame], alone, rtol=0, atol=KEPT_IN_SINGLE)


def test_scoring_does_not_change_the_network(make_band):
    network = SpotFormer(ModelConfig(window=9, width=16, num_heads=2, head_width=8, dropout=0.5))
    before = {name: value.clone() for name, value in network.state_dict().items()}

    score_recording(network, make_band("s1", "a"))

    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
