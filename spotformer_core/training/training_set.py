"""All windows of the training recordings, resident on one device.

SAMM-LV has about 69,000 frames after subsampling: 47 MB of windows for w = 17 in half precision. So there is no data
loader; a batch is gathered by index and only then becomes single precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spotformer_core.datasets.frame_labels import label_frames
from spotformer_core.flow.band import FlowBand
from spotformer_core.flow.windows import sw_mro
from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.shapes import Float16, Float32, Int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TrainingSet:
    """One window and its labels for every frame of the training recordings."""

    windows: Float16[Tensor, "frames window regions 2"]
    labels: WindowLabels

    @property
    def num_frames(self) -> int:
        """Number of windows: one per frame."""
        return len(self.windows)

    def batch(self, indices: Int[Tensor, " batch"]) -> tuple[Float32[Tensor, "batch window regions 2"], WindowLabels]:
        """The windows and labels at `indices`, which lie on the same device."""
        labels = WindowLabels(
            boundary=self.labels.boundary[indices],
            apex=self.labels.apex[indices],
            expression=self.labels.expression[indices],
            contrast=self.labels.contrast[indices],
        )
        return self.windows[indices].float(), labels


def load_training_set(bands: Sequence[FlowBand], *, window: int, device: torch.device) -> TrainingSet:
    """The training set of `bands`, frames in the order of the recordings.

    Raises:
        FlowStoreError: when a flow band has too few steps for `window`.
    """
    labels = [label_frames(band.recording.expressions, len(band.flow)) for band in bands]
    return TrainingSet(
        windows=_resident([sw_mro(band.flow, window) for band in bands], device),
        labels=WindowLabels(
            boundary=_resident([of_recording.boundary for of_recording in labels], device),
            apex=_resident([of_recording.apex for of_recording in labels], device),
            expression=_resident([of_recording.expression for of_recording in labels], device),
            contrast=_resident([of_recording.contrast for of_recording in labels], device),
        ),
    )


def _resident(arrays: list[np.ndarray], device: torch.device) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays)).to(device)
