"""Which proposal found which truth: the MEGC rule of [Deng2024] Sec. 4.1.

A proposal finds a truth of its own kind when their IoU (both ends included) is at least 0.5. Each truth is found at
most once and each proposal finds at most one truth; pairs are taken by falling IoU, ties in the order given.
"""

from collections.abc import Sequence

import numpy as np

from spotformer_core.datasets.recording import Expression
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.decoding.suppression import interval_iou
from spotformer_core.metrics.counts import Counts

IOU_THRESHOLD = 0.5
"""theta_IoU of Eq. 6 of [Deng2024]."""


def match(proposals: Sequence[Proposal], truths: Sequence[Expression]) -> dict[int, tuple[int, float]]:
    """Index of each proposal that found a truth, to the index of that truth and their IoU."""
    if not proposals or not truths:
        return {}
    iou = interval_iou(*_intervals(proposals), *_intervals(truths))
    same_kind = np.array([[proposal.kind == truth.kind for truth in truths] for proposal in proposals])
    iou = np.where(same_kind, iou, 0.0)
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for flat in np.argsort(-iou, axis=None, kind="stable"):
        proposal, truth = divmod(int(flat), len(truths))
        if iou[proposal, truth] < IOU_THRESHOLD:
            break
        if proposal not in found and truth not in taken:
            found[proposal] = (truth, float(iou[proposal, truth]))
            taken.add(truth)
    return found


def count(proposals: Sequence[Proposal], truths: Sequence[Expression]) -> Counts:
    """TP, FP and FN of the proposals of one recording."""
    found = len(match(proposals, truths))
    return Counts(found, len(proposals) - found, len(truths) - found)


def _intervals(items: Sequence[Proposal] | Sequence[Expression]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([item.onset for item in items]), np.array([item.offset for item in items])
