"""Frame scores of whole recordings, from a network that learns no more."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import torch

from spotformer_core.flow.band import FlowBand
from spotformer_core.model.head import frame_probabilities
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.shapes import Float16, Float32
from spotformer_core.training.window_features import window_features

ScoresByRecording: TypeAlias = dict[str, Float32[np.ndarray, "frames kinds channels"]]
"""Name of a recording to its frame scores."""

BATCH_SIZE = 512
"""Windows that are scored at a time."""


def score_recordings(network: SpotFormer, bands: Iterable[FlowBand]) -> ScoresByRecording:
    """`score_recording` of each of `bands`, by the name of the recording.

    Raises:
        FlowStoreError: when a flow band has too few steps or regions for the network.
    """
    return {band.recording.name: score_recording(network, band) for band in bands}


def score_recording(network: SpotFormer, band: FlowBand) -> Float32[np.ndarray, "frames kinds channels"]:
    """The ten probabilities of every frame; the network is left in evaluation mode.

    In that mode a frame's scores do not depend on the frames it is judged together with.

    Raises:
        FlowStoreError: when the flow band has too few steps or regions for the network.
    """
    return score_windows(network, window_features(band.flow, network.config))


def score_windows(
    network: SpotFormer, windows: Float16[np.ndarray, "frames window regions 2"]
) -> Float32[np.ndarray, "frames kinds channels"]:
    """The ten probabilities of the frame in the middle of every window; the network is left in evaluation mode."""
    network.eval()
    weight = network.head.linear.weight
    with torch.inference_mode():
        scores = [
            frame_probabilities(network(batch.to(weight.device).to(weight.dtype)).logits).float().cpu()
            for batch in torch.split(torch.from_numpy(windows), BATCH_SIZE)
        ]
    return torch.cat(scores).numpy()
