"""How the released code brings a batch together, plainly: one file per segment, a data set, a data loader.

Written from a description of it. A file holds a segment of 16 frames: their windows and eight label columns; labels
are widened, softened and turned into classes whenever a segment is read.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

SEGMENT = 16
_WIDENING = (1, 3)


class SegmentFiles(Dataset[tuple[Tensor, ...]]):
    """Segments in files, read one at a time."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        """Windows (16, 2, w, R), boundary, apex and expression of both kinds, and the contrast class."""
        with np.load(self.paths[index]) as file:
            feature, label = file["feature"], file["label"]
        windows = torch.from_numpy(feature[:, :, :10].transpose(0, 3, 1, 2).copy()).float()
        boundary, apex, expression = [], [], []
        contrast = np.zeros(SEGMENT, np.int64)
        for kind, reach in enumerate(_WIDENING):
            start, middle, end, action = label[:, 4 * kind : 4 * kind + 4].T
            classes = np.full(SEGMENT, 2)
            for value, column in enumerate((start, end)):
                for frame in np.flatnonzero(column):
                    classes[max(0, frame - reach) : frame + reach + 1] = value
            soft = middle.astype(np.float32)
            for frame in np.flatnonzero(middle):
                for distance in range(1, reach + 1):
                    softness = np.exp(-(distance**2) / 32)
                    if frame - distance > 0:
                        soft[frame - distance] = softness
                    if frame + distance < SEGMENT:
                        soft[frame + distance] = softness
            contrast[action > 0] = 2 - kind
            boundary.append(torch.from_numpy(classes))
            apex.append(torch.from_numpy(soft))
            expression.append(torch.from_numpy(action.astype(np.float32)))
        return (
            windows,
            torch.stack(boundary, 1),
            torch.stack(apex, 1),
            torch.stack(expression, 1),
            torch.from_numpy(contrast),
        )


def write_segments(folder: Path, num_segments: int, *, window: int) -> list[Path]:
    """Random segments in files, one expression of either kind in each."""
    generator = np.random.default_rng(0)
    paths = []
    for index in range(num_segments):
        label = np.zeros((SEGMENT, 8), np.float32)
        first = 4 * (index % 2)
        label[[2, 7, 12], [first, first + 1, first + 2]] = 1
        label[2:13, first + 3] = 1
        path = folder / f"{index}.npz"
        feature = generator.normal(size=(SEGMENT, window, 15, 2)).astype(np.float32)
        np.savez(path, feature=feature, label=label)
        paths.append(path)
    return paths


def segment_loader(paths: list[Path], *, batch_size: int) -> DataLoader[tuple[Tensor, ...]]:
    """Shuffled batches of `batch_size` windows, read in this process (workers made it slower)."""
    return DataLoader(SegmentFiles(paths), batch_size=batch_size // SEGMENT, shuffle=True)
