"""Counts of a fold at every apex threshold of a grid: all that threshold choice ever needs, without training."""

from collections.abc import Iterable, Sequence

import numpy as np

from spotformer_core.config import DecodingConfig
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import Expression
from spotformer_core.decoding.proposals import find_candidates, select_proposals
from spotformer_core.metrics.matching import count
from spotformer_core.shapes import Float32, Int

Scored = tuple[Float32[np.ndarray, "frames kinds channels"], Sequence[Expression]]
"""The frame scores of a recording and its truths."""


def threshold_counts(
    recordings: Iterable[Scored], thresholds: Sequence[float], decoding: DecodingConfig
) -> Int[np.ndarray, "kinds thresholds 3"]:
    """TP, FP and FN of each kind at each apex threshold, summed over recordings.

    The apex thresholds of `decoding` are not used; everything else of it is.
    """
    table = np.zeros((len(KINDS), len(thresholds), 3), np.int64)
    for scores, truths in recordings:
        for row, kind in enumerate(KINDS):
            candidates = find_candidates(scores, kind, decoding)
            own_truths = [truth for truth in truths if truth.kind is kind]
            for column, threshold in enumerate(thresholds):
                if threshold >= candidates.most:
                    table[row, column, 2] += len(own_truths)
                    continue
                proposals = select_proposals(
                    candidates, apex_threshold=threshold, overlap_threshold=decoding.overlap_threshold
                )
                counts = count(proposals, own_truths)
                table[row, column] += (counts.true_positives, counts.false_positives, counts.false_negatives)
    return table
