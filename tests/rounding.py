"""How far rounding may move what a training gives. No tolerance is fitted to a processor.

Processors, libraries and numbers of threads sum in different orders, and AdamW makes steps of what is left: where a
gradient is zero but for rounding (a bias before a batch normalisation), it divides rounding by rounding.

    double precision   the same function gives the same but for `largest_move_in_double`, which is derived. Networks are
                       drawn in double precision, whose random numbers are the same on every processor.
    single precision   `spread` measures, on the machine that runs the test, what it does to the same training when
                       every weight starts one unit in the last place higher or lower: all sums are then rounded
                       otherwise. A test allows `MULTIPLE` times that.
    optical flow       `spread_of_opencv` measures how far OpenCV's own Farneback, which sums in single precision, is
                       from itself when rows and columns change places, or with its vector instructions left out.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from unittest import mock

import cv2
import numpy as np
import torch

from spotformer_core.config import Configuration, ModelConfig
from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.opencv import OpenCVFarneback
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.model.spotformer import SpotFormer
from tests.moving_faces import area_means, areas_of

DOUBLE = torch.finfo(torch.float64).eps
SINGLE = torch.finfo(torch.float32).eps
BFLOAT16 = torch.finfo(torch.bfloat16).eps
KEPT_IN_SINGLE = SINGLE / 2
"""The largest distance of two probabilities that are one and the same up to less than they are rounded by when kept."""

NUM_THREADS = int(os.environ.get("SPOTFORMER_TEST_THREADS", "1"))
"""Among so many sums are split: `tests/processors.py` says otherwise."""

MULTIPLE = 10
"""Of the spread of `NUM_MOVES` moved trainings. A larger one of many is still below it, another seed is far above."""
NUM_MOVES = 3

_EPSILON_OF_ADAMW = 1e-8
_PIXELS_KEPT = 8 * SINGLE
"""Motion of some pixels in single precision, where OpenCV is the same to the last bit both ways."""


@contextmanager
def networks_in(dtype: torch.dtype, *, moved_by: float = 0.0, seed: int = 0) -> Iterator[None]:
    """New networks are drawn in double precision and compute in `dtype`, and with them everything in training.

    Args:
        moved_by: every weight starts higher or lower by this part of itself.
        seed: decides which are higher.
    """
    initialise = SpotFormer.__init__
    generator = torch.Generator().manual_seed(seed)

    def drawn(self: SpotFormer, config: ModelConfig) -> None:
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        try:
            initialise(self, config)
        finally:
            torch.set_default_dtype(before)
        if moved_by:
            with torch.no_grad():
                for weights in self.parameters():
                    signs = 2 * torch.randint(2, weights.shape, generator=generator) - 1
                    weights.mul_(1 + moved_by * signs.to(weights.dtype))
        self.to(dtype)

    with mock.patch.object(SpotFormer, "__init__", drawn):
        yield


def largest_move_in_double(configuration: Configuration, *, num_steps: int) -> float:
    """How far rounding may move a probability, or the loss relative to itself, in so many steps in double precision.

    A gradient that is zero but for rounding is a sum of n numbers below 1, n = batch x window x nodes: at most n eps.
    AdamW moves its weight by at most learning rate x n eps / 1e-8, and a probability moves by less than its logit.
    Probabilities are kept in single precision, which rounds each of two that are compared.
    """
    training, model = configuration.training, configuration.model
    num_summed = training.batch_size * model.window * facial_graph(model.regions).num_regions
    return KEPT_IN_SINGLE + num_steps * training.learning_rate * num_summed * DOUBLE / _EPSILON_OF_ADAMW


def spread(train: Callable[[], np.ndarray], *, dtype: torch.dtype = torch.float32, moved_by: float = SINGLE) -> float:
    """How far the result of `train` moves at most when every weight of its networks starts one unit away."""
    with networks_in(dtype):
        unmoved = train()
    moves = []
    for seed in range(NUM_MOVES):
        with networks_in(dtype, moved_by=moved_by, seed=seed):
            moves.append(np.abs(train() - unmoved).max())
    return float(max(moves))


def spread_of_opencv(faces: Sequence[np.ndarray], parameters: FarnebackParameters, areas: Areas) -> tuple[float, float]:
    """How far OpenCV's Farneback is from itself at most, in pixels: at one pixel, and in the mean of an area."""
    size = len(faces[0])
    rows, columns = areas.pixels.T

    def motion(images: Sequence[np.ndarray]) -> np.ndarray:
        estimator = OpenCVFarneback(parameters)
        first, *later = [estimator.prepare(np.ascontiguousarray(image)) for image in images]
        return estimator.flow(first, later, areas_of((0, 0, size, size))).reshape(-1, size, size, 2)

    usual = motion(faces)
    others = [motion([face.T for face in faces]).transpose(0, 2, 1, 3)[..., ::-1]]
    cv2.setUseOptimized(False)
    try:
        others.append(motion(faces))
    finally:
        cv2.setUseOptimized(True)
    differences = [(other - usual)[:, rows, columns] for other in others]
    pixel = max(np.abs(one).max() for one in differences)
    mean = max(np.abs(area_means(one, areas)).max() for one in differences)
    return float(pixel) + _PIXELS_KEPT, float(mean) + _PIXELS_KEPT
