"""Decoding finds expressions because a network has learned them: an untrained one is not better than chance."""

import numpy as np
import pytest

from spotformer_core.config import Architecture
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.metrics.protocols import f1_of
from spotformer_core.metrics.threshold_counts import threshold_counts
from spotformer_core.training.fold import untrained_fold
from spotformer_core.training.folds import Fold

NUM_FRAMES = 900
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
EXPRESSIONS = tuple(
    Expression(onset=onset, apex=onset + length // 2, offset=onset + length, kind=kind)
    for first in range(20, NUM_FRAMES - 100, 150)
    for onset, length, kind in ((first, 30, ExpressionKind.MACRO), (first + 70, 9, ExpressionKind.MICRO))
)


def best_f1(tables: list[np.ndarray]) -> float:
    """Overall F1 with the best threshold of each kind: the most flattering choice there is."""
    total = np.sum(tables, axis=0)
    best = [of_kind[f1_of(of_kind).argmax()] for of_kind in total]
    return float(f1_of(np.sum(best, axis=0)))


@pytest.mark.parametrize("architecture", Architecture)
def test_an_untrained_network_is_no_better_than_its_scores_at_the_wrong_place(
    architecture, small_configuration, make_band
):
    configuration = small_configuration.with_parameters({"architecture": architecture})
    band = make_band("s2", "b", num_frames=NUM_FRAMES, expressions=EXPRESSIONS, seed=3)
    fold = Fold(held_out="s2", training=(), testing=(band,))
    scores = [untrained_fold(configuration, fold, seed=seed)["b"] for seed in range(4)]

    def f1_moved_by(frames: int) -> float:
        moved = [(np.roll(of_seed, frames, axis=0), EXPRESSIONS) for of_seed in scores]
        return best_f1([threshold_counts([pair], THRESHOLDS, configuration.decoding) for pair in moved])

    # Moved by so much that no expression meets the scores of one of its own kind.
    by_chance = [f1_moved_by(frames) for frames in range(45, 105, 5)]
    assert f1_moved_by(0) <= max(by_chance) + 0.05
    assert f1_moved_by(0) < 0.25
