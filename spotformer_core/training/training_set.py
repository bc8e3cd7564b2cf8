"""All windows of the training recordings, resident on one device.

A window is a row of the flow band, so the windows of one size are no larger than the band: SAMM-LV has about 69,000
frames after subsampling, 47 MB for w = 17 in half precision. There is no data loader: `BatchMemory` gathers a batch by
index, and only then does it become single precision, or whatever the network computes in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spotformer_core.config import Configuration, TrainingFrames
from spotformer_core.datasets.frame_labels import FrameLabels, expression_segments, label_frames
from spotformer_core.flow.band import FlowBand
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.shapes import Bool, Float16
from spotformer_core.training.window_features import window_features


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TrainingSet:
    """One window and its labels for every training frame."""

    windows: Float16[Tensor, "frames window regions 2"]
    labels: WindowLabels

    @property
    def num_frames(self) -> int:
        """Number of windows: one per frame."""
        return len(self.windows)


def load_training_set(bands: Sequence[FlowBand], configuration: Configuration, *, device: torch.device) -> TrainingSet:
    """The training set of `bands`, frames in the order of the recordings; empty when none of them is trained on.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
    """
    rule, which = configuration.training.labels, configuration.training.training_frames
    labels = [label_frames(band.recording.expressions, len(band.flow), rule) for band in bands]
    kept = [_kept(of_recording, which) for of_recording in labels]
    windows = (window_features(band.flow, configuration.model) for band in bands)

    def resident(arrays: Sequence[np.ndarray]) -> Tensor:
        parts = [array[frames] for array, frames in zip(arrays, kept, strict=True)]
        return torch.from_numpy(np.concatenate(parts)).to(device)

    return TrainingSet(
        windows=resident(list(windows)),
        labels=WindowLabels(
            boundary=resident([of_recording.boundary for of_recording in labels]),
            apex=resident([of_recording.apex for of_recording in labels]),
            expression=resident([of_recording.expression for of_recording in labels]),
            contrast=resident([of_recording.contrast for of_recording in labels]),
        ),
    )


def _kept(labels: FrameLabels, which: TrainingFrames) -> Bool[np.ndarray, " frames"]:
    if which is TrainingFrames.ALL:
        return np.ones(len(labels.contrast), np.bool_)
    return expression_segments(labels)
