"""Memory of one batch, filled again in every step."""

from collections.abc import Sequence
from dataclasses import fields

import torch
from torch import Tensor

from spotformer_core.losses.window_labels import WindowLabels
from spotformer_core.shapes import Float, Int
from spotformer_core.training.training_set import TrainingSet


class BatchMemory:
    """Gathers the windows and labels of a batch from resident training sets, always into the same memory.

    On the CPU that spares a step the page faults of fresh memory; on a GPU a recorded step finds its input there.

    Args:
        training_sets: one per fold that is trained at the same time, all on one device.
        batch_size: windows of each fold.
        dtype: of the windows that come back; that of the network.
    """

    def __init__(
        self, training_sets: Sequence[TrainingSet], batch_size: int, *, dtype: torch.dtype = torch.float32
    ) -> None:
        first = training_sets[0]
        num_windows = len(training_sets) * batch_size
        self._half = _room(first.windows, num_windows)
        self._windows = torch.empty_like(self._half, dtype=dtype)
        self._labels = WindowLabels(**{name: _room(of_frames, num_windows) for name, of_frames in _columns(first)})
        self._sources_and_places = [
            [
                (training_set.windows, self._half[start : start + batch_size]),
                *(
                    (of_frames, getattr(self._labels, name)[start : start + batch_size])
                    for name, of_frames in _columns(training_set)
                ),
            ]
            for training_set, start in zip(training_sets, range(0, num_windows, batch_size), strict=True)
        ]

    def gather(
        self, indices: Int[Tensor, "folds batch"]
    ) -> tuple[Float[Tensor, "folds_times_batch window regions 2"], WindowLabels]:
        """The windows and labels at `indices`, which lie on the same device; those of a fold stand together.

        What comes back holds until the next call.
        """
        for of_fold, pairs in zip(indices, self._sources_and_places, strict=True):
            for resident, place in pairs:
                torch.index_select(resident, 0, of_fold, out=place)
        self._windows.copy_(self._half)
        return self._windows, self._labels


def _columns(training_set: TrainingSet) -> list[tuple[str, Tensor]]:
    """The labels of all frames, by the name of their kind."""
    return [(field.name, getattr(training_set.labels, field.name)) for field in fields(WindowLabels)]


def _room(resident: Tensor, num_windows: int) -> Tensor:
    return resident.new_empty((num_windows, *resident.shape[1:]))
