"""How thresholds, decoding and epoch are chosen, which decides whether an F1 can be believed.

`honest`: for every held-out subject they are chosen on the other subjects' out-of-fold scores only. This is
cross-fitting, not full nested cross-validation: the networks that scored the other subjects have seen this one in
training.

`fixed`: nothing is chosen. The apex thresholds that the configuration states (theta_apex = 0.5 unless it says
otherwise), its own decoding, the last epoch.

`pooled`: one choice for the dataset, made on the pooled result that is then reported. Optimistic. Journals from before
it had this name call it `paper`.

`as-released`: what [Deng2024]'s released code does. The stated apex thresholds, the configuration's own decoding, and
for every held-out subject the stored epoch at which this subject itself scores best. Optimistic; it is here to be
compared with, never to be reported alone.

`honest` and `pooled` choose in two steps, on the counts that they may see: for every setting (an epoch and a decoding)
the apex threshold of the highest F1 of each kind, then the setting of the highest overall F1 at these thresholds.
Settings are fixed before any score is seen: one drawn where earlier ones scored well would carry the held-out subject's
scores into its own choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require
from spotformer_core.metrics.apex_thresholds import ApexThresholds, all_eligible
from spotformer_core.metrics.counts import Counts
from spotformer_core.shapes import Bool, Float, Int

LAST_EPOCH = 0
"""Stands for the last epoch of a fold, whatever its number."""
_ADDED_PER_KIND = 0.01


class Protocol(StrEnum):
    """How thresholds, decoding and epoch are chosen, in the order in which they are shown."""

    HONEST = "honest"
    FIXED = "fixed"
    POOLED = "pooled"
    AS_RELEASED = "as-released"


FORMER_POOLED = "paper"
"""What `pooled` was called in journals, `--json` files and MLflow until it was renamed; still read, and still written
where others read."""


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
    thresholds: ApexThresholds | Sequence[float],
) -> ProtocolResult:
    """The result of a configuration whose folds gave `tables`, by held-out subject: only thresholds are chosen.

    Raises:
        InvalidValueError: as `choose_settings`.
    """
    return choose_settings(protocol, {name: table[None] for name, table in tables.items()}, thresholds, (Setting(),))


def choose_settings(
    protocol: Protocol,
    tables: Mapping[str, Int[np.ndarray, "settings kinds thresholds 3"]],
    thresholds: ApexThresholds | Sequence[float],
    settings: Sequence[Setting],
) -> ProtocolResult:
    """The result of a configuration whose folds gave `tables`, by held-out subject.

    Args:
        thresholds: of the columns of every table; of plain numbers all may be chosen, and 0.5 is stated.
        settings: of the rows of every table; of equally good ones the first is chosen.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on; under `fixed` and
            `as-released` also when a stated threshold was not counted, or the last epoch and the configuration's own
            decoding are no row.
    """
    require(len(tables) >= 2, "the number of subjects", "at least 2", len(tables), "Thresholds need other subjects.")
    apex = thresholds if isinstance(thresholds, ApexThresholds) else all_eligible(thresholds)
    total = np.sum(list(tables.values()), axis=0)
    result = ProtocolResult(protocol=protocol, thresholds={}, counts={}, settings={})
    for subject, table in tables.items():
        row, columns = _choice(protocol, table, total, apex, settings)
        result.settings[subject] = settings[row]
        result.thresholds[subject] = {kind: apex.counted[column] for kind, column in zip(KINDS, columns, strict=True)}
        result.counts[subject] = {
            kind: Counts(*table[row, index, columns[index]].tolist()) for index, kind in enumerate(KINDS)
        }
    return result


def _choice(
    protocol: Protocol,
    own: Int[np.ndarray, "settings kinds thresholds 3"],
    every: Int[np.ndarray, "settings kinds thresholds 3"],
    apex: ApexThresholds,
    settings: Sequence[Setting],
) -> tuple[int, list[int]]:
    """Index of the setting for a subject and of the threshold of each kind, from its own counts and those of all."""
    match protocol:
        case Protocol.HONEST:
            return _best_choice(every - own, apex)
        case Protocol.POOLED:
            return _best_choice(every, apex)
        case Protocol.FIXED:
            return _own_rows(settings)[-1], apex.stated_columns()
        case Protocol.AS_RELEASED:
            return _first_best_epoch(own, apex.stated_columns(), _own_rows(settings)), apex.stated_columns()


def _best_choice(seen: Int[np.ndarray, "settings kinds thresholds 3"], apex: ApexThresholds) -> tuple[int, list[int]]:
    columns = _middle(_best(seen, apex.mask))
    at_thresholds = np.take_along_axis(seen, columns[..., None, None], axis=2)[:, :, 0]
    row = int(_best(at_thresholds.sum(axis=1)).argmax())
    return row, columns[row].tolist()


def _own_rows(settings: Sequence[Setting]) -> list[int]:
    """Rows of the configuration's own decoding, epochs rising, the last epoch last."""
    rows = [row for row, one in enumerate(settings) if one.decoding == 0]
    has_last = any(settings[row].epoch == LAST_EPOCH for row in rows)
    repair = "It is what a configuration is without any choice."
    require(has_last, "the settings", "with the last epoch and the configuration's own decoding", settings, repair)
    return sorted(rows, key=lambda row: (settings[row].epoch == LAST_EPOCH, settings[row].epoch))


def _first_best_epoch(
    own: Int[np.ndarray, "settings kinds thresholds 3"], columns: Sequence[int], rows: Sequence[int]
) -> int:
    """The row, among `rows`, of the epoch that the released code takes for a subject with these counts.

    It adds 0.01 to what was found of each kind, so that of epochs that found nothing the one with the fewest proposals
    wins; where there is neither truth nor proposal its quotient has no value, and nothing can be better.
    """
    counts = own[rows][:, range(len(columns)), columns].sum(axis=1)
    found = counts[:, 0] + _ADDED_PER_KIND * len(columns)
    whole = 2 * counts[:, 0] + counts[:, 1] + counts[:, 2]
    f1 = np.divide(2 * found, whole, out=np.full(len(rows), np.inf), where=whole > 0)
    return rows[int(f1.argmax())]


def best_threshold(counts: Int[np.ndarray, "thresholds 3"]) -> int:
    """Index of the threshold with the highest F1; of several, the middle one, since it is the least on an edge."""
    return int(_middle(_best(counts)))


def f1_of(counts: Int[np.ndarray, "*any 3"]) -> Float[np.ndarray, "*any"]:
    """F1 of each row of TP, FP and FN; 0 where there is neither truth nor proposal."""
    doubled = 2 * counts[..., 0]
    whole = doubled + counts[..., 1] + counts[..., 2]
    return np.asarray(np.divide(doubled, whole, out=np.zeros(whole.shape), where=whole > 0), np.float64)


def honest_counts(
    tables: Int[np.ndarray, "subjects kinds thresholds 3"],
    eligible: Bool[np.ndarray, "kinds thresholds"] | None = None,
) -> Int[np.ndarray, "subjects kinds 3"]:
    """TP, FP and FN of every held-out subject at the thresholds that the honest protocol chooses for it.

    The counts of `apply_protocol` without its names, for all subjects in one pass: a search asks for them after every
    fold.

    Args:
        eligible: which columns may be chosen for which kind; all unless given.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    require(len(tables) >= 2, "the number of subjects", "at least 2", len(tables), "Thresholds need other subjects.")
    chosen = _middle(_best(tables.sum(axis=0) - tables, eligible))
    return np.take_along_axis(tables, chosen[..., None, None], axis=-2)[..., 0, :]


def _best(
    counts: Int[np.ndarray, "*any choices 3"], eligible: Bool[np.ndarray, "kinds choices"] | None = None
) -> Bool[np.ndarray, "*any choices"]:
    """Which of the eligible choices have the highest F1."""
    f1 = f1_of(counts)
    if eligible is not None:
        f1 = np.where(eligible, f1, -1.0)
    return np.asarray(f1 == f1.max(axis=-1, keepdims=True))


def _middle(chosen: Bool[np.ndarray, "*any choices"]) -> Int[np.ndarray, "*any"]:
    """Index of the middle one of those chosen; of an even number the later of the two in the middle."""
    rank = chosen.cumsum(axis=-1)
    return np.asarray((rank == rank[..., -1:] // 2 + 1).argmax(axis=-1))
