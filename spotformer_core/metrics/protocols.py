"""How thresholds, decoding and epoch are chosen, which decides whether an F1 can be believed.

`honest`: for every held-out subject they are chosen on the other subjects' out-of-fold scores only. This is
cross-fitting, not full nested cross-validation: the networks that scored the other subjects have seen this one in
training.

`paper`: what the field publishes; one choice for the dataset, made on the pooled result that is then reported.
Optimistic.

`as-released`: for every held-out subject what that subject itself scores best with, as [Deng2024]'s released code picks
the epoch. An oracle, more optimistic still: it is here to be compared with, never to be reported alone.

A choice is made in two steps, on the counts that the protocol may see: for every setting (an epoch and a decoding) the
apex threshold of the highest F1 of each kind, then the setting of the highest overall F1 at these thresholds. Settings
are fixed before any score is seen: one drawn where earlier ones scored well would carry the held-out subject's scores
into its own choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require
from spotformer_core.metrics.counts import Counts
from spotformer_core.shapes import Bool, Float, Int

LAST_EPOCH = 0
"""Stands for the last epoch of a fold, whatever its number."""


class Protocol(StrEnum):
    """How thresholds, decoding and epoch are chosen."""

    HONEST = "honest"
    PAPER = "paper"
    AS_RELEASED = "as-released"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """Which stored frame scores are decoded, and how.

    Attributes:
        epoch: counted from 1, or LAST_EPOCH.
        decoding: number of a candidate; 0 is the configuration's own decoding.
    """

    epoch: int = LAST_EPOCH
    decoding: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtocolResult:
    """What a configuration scores under one protocol.

    Attributes:
        thresholds: the chosen apex threshold of each kind, per held-out subject.
        counts: counts of each kind, per held-out subject at that subject's thresholds.
        settings: the chosen setting, per held-out subject; where there is no choice the last epoch, decoded as the
            configuration says.
    """

    protocol: Protocol
    thresholds: dict[str, dict[ExpressionKind, float]]
    counts: dict[str, dict[ExpressionKind, Counts]]
    settings: dict[str, Setting] = field(default_factory=dict)

    def pooled(self, kind: ExpressionKind) -> Counts:
        """Counts of one kind over all subjects."""
        return sum((per_kind[kind] for per_kind in self.counts.values()), Counts())

    @property
    def overall(self) -> Counts:
        """Counts of both kinds over all subjects."""
        return sum((self.pooled(kind) for kind in KINDS), Counts())


def apply_protocol(
    protocol: Protocol,
    tables: Mapping[str, Int[np.ndarray, "kinds thresholds 3"]],
    thresholds: Sequence[float],
) -> ProtocolResult:
    """The result of a configuration whose folds gave `tables`, by held-out subject: only thresholds are chosen.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    return choose_settings(protocol, {name: table[None] for name, table in tables.items()}, thresholds, (Setting(),))


def choose_settings(
    protocol: Protocol,
    tables: Mapping[str, Int[np.ndarray, "settings kinds thresholds 3"]],
    thresholds: Sequence[float],
    settings: Sequence[Setting],
) -> ProtocolResult:
    """The result of a configuration whose folds gave `tables`, by held-out subject.

    Args:
        settings: of the rows of every table; of equally good ones the first is chosen.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    require(len(tables) >= 2, "the number of subjects", "at least 2", len(tables), "Thresholds need other subjects.")
    total = np.sum(list(tables.values()), axis=0)
    result = ProtocolResult(protocol=protocol, thresholds={}, counts={}, settings={})
    for subject, table in tables.items():
        row, columns = _choice(protocol, table, total)
        result.settings[subject] = settings[row]
        result.thresholds[subject] = {kind: thresholds[column] for kind, column in zip(KINDS, columns, strict=True)}
        result.counts[subject] = {
            kind: Counts(*table[row, index, columns[index]].tolist()) for index, kind in enumerate(KINDS)
        }
    return result


def _choice(
    protocol: Protocol,
    own: Int[np.ndarray, "settings kinds thresholds 3"],
    every: Int[np.ndarray, "settings kinds thresholds 3"],
) -> tuple[int, list[int]]:
    """Index of the setting for a subject and of the threshold of each kind, from its own counts and those of all."""
    seen = {Protocol.HONEST: every - own, Protocol.PAPER: every, Protocol.AS_RELEASED: own}[protocol]
    best = _best_and_fewest_false(seen) if protocol is Protocol.AS_RELEASED else _best(seen)
    columns = _middle(best)
    at_thresholds = np.take_along_axis(seen, columns[..., None, None], axis=2)[:, :, 0]
    overall = at_thresholds.sum(axis=1)
    best_settings = _best_and_fewest_false(overall) if protocol is Protocol.AS_RELEASED else _best(overall)
    row = int(best_settings.argmax())
    return row, columns[row].tolist()


def best_threshold(counts: Int[np.ndarray, "thresholds 3"]) -> int:
    """Index of the threshold with the highest F1; of several, the middle one, since it is the least on an edge."""
    return int(_middle(_best(counts)))


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
    chosen = _middle(_best(tables.sum(axis=0) - tables))
    return np.take_along_axis(tables, chosen[..., None, None], axis=-2)[..., 0, :]


def _best(counts: Int[np.ndarray, "*any choices 3"]) -> Bool[np.ndarray, "*any choices"]:
    """Which choices have the highest F1."""
    f1 = f1_of(counts)
    return np.asarray(f1 == f1.max(axis=-1, keepdims=True))


def _best_and_fewest_false(counts: Int[np.ndarray, "*any choices 3"]) -> Bool[np.ndarray, "*any choices"]:
    """Which choices have the highest F1 and, of these, the fewest false positives.

    So a subject without truths is given a choice at which nothing is proposed, as in the released code.
    """
    best = _best(counts)
    false = np.where(best, counts[..., 1], np.iinfo(np.int64).max)
    return np.asarray(false == false.min(axis=-1, keepdims=True))


def _middle(chosen: Bool[np.ndarray, "*any choices"]) -> Int[np.ndarray, "*any"]:
    """Index of the middle one of those chosen; of an even number the later of the two in the middle."""
    rank = chosen.cumsum(axis=-1)
    return np.asarray((rank == rank[..., -1:] // 2 + 1).argmax(axis=-1))
