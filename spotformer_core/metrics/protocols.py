"""How thresholds are chosen, which decides whether an F1 can be believed.

`honest`: for every held-out subject the apex thresholds are chosen on the other subjects' out-of-fold scores only.
This is cross-fitting, not full nested cross-validation: the networks that scored the other subjects have seen this
one in training.

`paper`: what the field publishes; one pair of thresholds for the dataset, chosen on the pooled result that is then
reported. Optimistic.

`as-released`: for every held-out subject what that subject itself scores best with, as [Deng2024]'s released code picks
the epoch. An oracle, more optimistic still: it is here to be compared with, never to be reported alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require
from spotformer_core.metrics.counts import Counts
from spotformer_core.shapes import Float, Int


class Protocol(StrEnum):
    """How thresholds are chosen."""

    HONEST = "honest"
    PAPER = "paper"
    AS_RELEASED = "as-released"


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolResult:
    """What a configuration scores under one protocol.

    Attributes:
        thresholds: the chosen apex threshold of each kind, per held-out subject.
        counts: counts of each kind, per held-out subject at that subject's thresholds.
    """

    protocol: Protocol
    thresholds: dict[str, dict[ExpressionKind, float]]
    counts: dict[str, dict[ExpressionKind, Counts]]

    def pooled(self, kind: ExpressionKind) -> Counts:
        """Counts of one kind over all subjects."""
        return sum((per_kind[kind] for per_kind in self.counts.values()), Counts())

    @property
    def overall(self) -> Counts:
        """Counts of both kinds over all subjects."""
        return sum((self.pooled(kind) for kind in KINDS), Counts())


def apply_protocol(
    protocol: Protocol,
    tables: dict[str, Int[np.ndarray, "kinds thresholds 3"]],
    thresholds: Sequence[float],
) -> ProtocolResult:
    """The result of a configuration whose folds gave `tables`, by held-out subject.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    require(len(tables) >= 2, "the number of subjects", "at least 2", len(tables), "Thresholds need other subjects.")
    total = np.sum(list(tables.values()), axis=0)
    chosen: dict[str, dict[ExpressionKind, float]] = {}
    counts: dict[str, dict[ExpressionKind, Counts]] = {}
    for subject, table in tables.items():
        indices = [_chosen_threshold(protocol, own, every) for own, every in zip(table, total, strict=True)]
        chosen[subject] = {kind: thresholds[index] for kind, index in zip(KINDS, indices, strict=True)}
        counts[subject] = {
            kind: Counts(*(int(value) for value in table[row, indices[row]])) for row, kind in enumerate(KINDS)
        }
    return ProtocolResult(protocol=protocol, thresholds=chosen, counts=counts)


def _chosen_threshold(
    protocol: Protocol, own: Int[np.ndarray, "thresholds 3"], every: Int[np.ndarray, "thresholds 3"]
) -> int:
    """Index of the threshold for a subject, from its own counts of a kind and those of every subject."""
    if protocol is Protocol.HONEST:
        return best_threshold(every - own)
    return best_threshold(every) if protocol is Protocol.PAPER else _oracle_threshold(own)


def _oracle_threshold(own: Int[np.ndarray, "thresholds 3"]) -> int:
    """Index of the threshold with the highest F1; of several the ones with the fewest false positives, of those the
    middle one. So a subject without truths is given a threshold at which nothing is proposed, as in the released code.
    """
    f1 = f1_of(own)
    best = np.flatnonzero(f1 == f1.max())
    best = best[own[best, 1] == own[best, 1].min()]
    return int(best[len(best) // 2])


def best_threshold(counts: Int[np.ndarray, "thresholds 3"]) -> int:
    """Index of the threshold with the highest F1; of several, the middle one, since it is the least on an edge."""
    f1 = f1_of(counts)
    best = np.flatnonzero(f1 == f1.max())
    return int(best[len(best) // 2])


def f1_of(counts: Int[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any"]:
    """F1 of each row of TP, FP and FN; 0 where there is neither truth nor proposal."""
    doubled = 2 * counts[..., 0]
    whole = doubled + counts[..., 1] + counts[..., 2]
    return np.asarray(np.divide(doubled, whole, out=np.zeros(whole.shape), where=whole > 0), np.float64)


def honest_counts(tables: Int[np.ndarray, "subjects kinds thresholds 3"]) -> Int[np.ndarray, "subjects kinds 3"]:
    """TP, FP and FN of every held-out subject at the thresholds that the honest protocol chooses for it.

    The counts of `apply_protocol` without its names, for all subjects in one pass: a search asks for them after every
    fold.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    require(len(tables) >= 2, "the number of subjects", "at least 2", len(tables), "Thresholds need other subjects.")
    f1 = f1_of(tables.sum(axis=0) - tables)
    best = f1 == f1.max(axis=-1, keepdims=True)
    # The middle one of the best, as `best_threshold` takes it.
    middle = best.sum(axis=-1, keepdims=True) // 2 + 1
    chosen = np.argmax(best & (best.cumsum(axis=-1) == middle), axis=-1)
    return np.take_along_axis(tables, chosen[..., None, None], axis=-2)[..., 0, :]
