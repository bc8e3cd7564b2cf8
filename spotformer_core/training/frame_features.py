"""What a network makes of every frame before its head judges it."""

import numpy as np
import torch

from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Float32
from spotformer_core.training.scoring import BATCH_SIZE
from spotformer_core.training.window_features import window_features


def frame_features(network: SpotFormer, band: FlowBand) -> Float32[np.ndarray, "frames width"]:
    """The z of Eq. 4 of [Deng2024] for every frame of a recording; the network is left in evaluation mode.

    Raises:
        FlowStoreError: when the flow band has too few steps or regions for the network.
    """
    network.eval()
    weight = network.head.linear.weight
    windows = torch.from_numpy(window_features(band.flow, network.config))
    with torch.inference_mode():
        features = [
            network(batch.to(weight.device).to(weight.dtype)).features.float().cpu()
            for batch in torch.split(windows, BATCH_SIZE)
        ]
    return torch.cat(features).numpy()
