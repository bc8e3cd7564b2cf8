"""Which proposal found which truth: the MEGC rule of [Deng2024] Sec. 4.1.

A proposal finds a truth of its own kind when their IoU (both ends included) is at least 0.5. Each truth is found at
most once and each proposal finds at most one truth; pairs are taken by falling IoU, ties in the order given.
"""

from collections.abc import Sequence

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import Expression, ExpressionKind
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.metrics.conventions import STRICT, Convention
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.pairing import NOBODY, RULES, enough_overlap, find_finders
from spotformer_core.shapes import Float, Int


def find_truths(
    onset: Int[np.ndarray, " detections"],
    offset: Int[np.ndarray, " detections"],
    truth_onset: Int[np.ndarray, " truths"],
    truth_offset: Int[np.ndarray, " truths"],
    convention: Convention,
) -> tuple[Int[np.ndarray, " truths"], Float[np.ndarray, " truths"]]:
    """Which detection of one kind in one recording found each truth, or NOBODY; and their IoU, or 0."""
    finder, iou = np.full(len(truth_onset), NOBODY, np.int64), np.zeros(len(truth_onset))
    pairs = enough_overlap(onset, offset, truth_onset, truth_offset, convention)
    find_finders(*pairs, len(pairs[0]), RULES[convention.matching], finder)
    for detection, truth, one in zip(*pairs, strict=True):
        if finder[truth] == detection:
            iou[truth] = one
    return finder, iou


def match(
    proposals: Sequence[Proposal], truths: Sequence[Expression], convention: Convention = STRICT
) -> dict[int, tuple[int, float]]:
    """Index of each proposal that found a truth, to the index of that truth and their IoU."""
    found: dict[int, tuple[int, float]] = {}
    for kind in KINDS:
        own, own_truths = _of_kind(proposals, kind), _of_kind(truths, kind)
        finder, iou = find_truths(*_intervals(proposals, own), *_intervals(truths, own_truths), convention)
        for truth in np.flatnonzero(finder != NOBODY):
            found[own[finder[truth]]] = (own_truths[truth], float(iou[truth]))
    return found


def count(proposals: Sequence[Proposal], truths: Sequence[Expression]) -> Counts:
    """TP, FP and FN of the proposals of one recording."""
    found = len(match(proposals, truths))
    return Counts(found, len(proposals) - found, len(truths) - found)


def _of_kind(items: Sequence[Proposal | Expression], kind: ExpressionKind) -> list[int]:
    return [index for index, item in enumerate(items) if item.kind is kind]


def _intervals(
    items: Sequence[Proposal | Expression], indices: Sequence[int]
) -> tuple[Int[np.ndarray, " chosen"], Int[np.ndarray, " chosen"]]:
    chosen = [items[index] for index in indices]
    return (
        np.array([item.onset for item in chosen], np.int64),
        np.array([item.offset for item in chosen], np.int64),
    )
