"""The training of a configuration in miniature: the real one, on a few frames and in a tiny size.

It learns nothing. In some hundredths of a second it shows which fields of a configuration decide what is computed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import torch

from spotformer_core.choices import FaceRegions, most_regions
from spotformer_core.config import SMALLEST_WINDOW, Configuration, DecodingConfig
from spotformer_core.datasets.recording import Expression, ExpressionKind, Recording
from spotformer_core.errors import TrainingError
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.training.fold import FoldResult, evaluate_fold
from spotformer_core.training.folds import Fold, leave_one_subject_out
from spotformer_core.watched_fields import watched_configuration

_NUM_FRAMES = 32
"""Two segments of 16; expressions stand in the first one alone."""
_MOST: Final = {
    "window": SMALLEST_WINDOW,
    "width": 8,
    "num_heads": 2,
    "head_width": 4,
    "batch_size": 8,
    # A second epoch, since a decay from epoch to epoch does nothing in the first one.
    "num_epochs": 2,
    # A warm-up that ends before the training does, since the schedule comes after it.
    "warmup_steps": 1,
}
"""Sizes are cut to these: smaller ones compute something else, but nothing else decides it."""


def miniature(configuration: Configuration) -> Configuration:
    """The configuration with its sizes cut, so that it trains at once."""
    parameters = configuration.parameters()
    return configuration.with_parameters({name: min(parameters[name], most) for name, most in _MOST.items()})


def evaluate_miniature(configuration: Configuration) -> FoldResult:
    """What a fold of two short recordings says about a configuration.

    Raises:
        TrainingError: when even this training diverges.
    """
    return evaluate_fold(configuration, _fold(), seed=0)


def training_fields_read(configuration: Configuration) -> frozenset[str]:
    """Names of the fields that are read from the making of the training set to the scores of a fold.

    A training that diverges has read what it read before.
    """
    return _training_fields_read(replace(miniature(configuration), decoding=DecodingConfig()))


@cache
def _training_fields_read(configuration: Configuration) -> frozenset[str]:
    read: set[str] = set()
    watched = watched_configuration(configuration, read)
    with suppress(TrainingError), _one_thread():
        evaluate_miniature(watched)
    return frozenset(read)


@contextmanager
def _one_thread() -> Iterator[None]:
    # Threads that wait for each other take longer than the few numbers themselves.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@cache
def _fold() -> Fold:
    """One subject in training and one in testing; both kinds of expression in each recording."""
    expressions = (
        Expression(onset=1, apex=3, offset=6, kind=ExpressionKind.MACRO),
        Expression(onset=9, apex=11, offset=13, kind=ExpressionKind.MICRO),
    )
    num_regions = facial_graph(most_regions(FaceRegions)).num_regions
    shape = (_NUM_FRAMES, SMALLEST_WINDOW - 1, num_regions, 2)
    random = np.random.default_rng(0)
    bands = [
        FlowBand(
            recording=Recording(
                dataset="miniature",
                subject=subject,
                name=subject,
                frame_paths=(),
                frame_numbers=tuple(range(_NUM_FRAMES)),
                frames_per_second=30.0,
                expressions=expressions,
            ),
            flow=random.normal(size=shape).astype(np.float16),
        )
        for subject in ("tested", "trained")
    ]
    return leave_one_subject_out(bands)[0]
