"""What anybody's frame scores are worth under each protocol: thresholds, and decodings where several are given.

Kinds that are scored by networks of their own are chosen for themselves; ours share one decoding, so that both kinds
are chosen together. A subject takes part in a kind when a recording of it is counted there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, Setting, choose_settings
from spotformer_core.shapes import Int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KindTable:
    """Counts of one kind.

    Attributes:
        subjects: those that take part, sorted.
        searched: at every threshold under every decoding; the first one is the stated decoding.
        stated: at the stated threshold of the stated decoding.
    """

    subjects: tuple[str, ...]
    searched: Int[np.ndarray, "decodings subjects thresholds 3"]
    stated: Int[np.ndarray, "subjects 3"]
    stated_threshold: float


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ChosenCounts:
    """What was chosen for every subject that takes part in a kind, and what it counts there.

    Attributes:
        decodings: by number, in the order of the subjects.
    """

    subjects: tuple[str, ...]
    counts: Int[np.ndarray, "subjects 3"]
    thresholds: tuple[float, ...]
    decodings: tuple[int, ...]


def stated_counts(tables: Mapping[ExpressionKind, KindTable]) -> dict[ExpressionKind, ChosenCounts]:
    """The counts of every kind as the decoding states it: nothing is chosen."""
    return {
        kind: ChosenCounts(
            subjects=table.subjects,
            counts=table.stated,
            thresholds=(table.stated_threshold,) * len(table.subjects),
            decodings=(0,) * len(table.subjects),
        )
        for kind, table in tables.items()
    }


def chosen_counts(
    protocol: Protocol,
    tables: Mapping[ExpressionKind, KindTable],
    thresholds: Sequence[float],
    *,
    together: bool,
    num_decodings: int,
) -> dict[ExpressionKind, ChosenCounts]:
    """The counts of every kind with what a protocol chooses among the first `num_decodings` decodings.

    Args:
        together: one decoding for both kinds, that of the highest overall F1; otherwise each kind has its own.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    groups = [tuple(tables)] if together else [(kind,) for kind in tables]
    settings = [Setting(decoding=number) for number in range(num_decodings)]
    chosen: dict[ExpressionKind, ChosenCounts] = {}
    for group in groups:
        by_subject = _by_subject({kind: tables[kind] for kind in group}, num_decodings)
        result = choose_settings(protocol, by_subject, thresholds, settings)
        chosen |= {kind: _chosen(result, kind, tables[kind].subjects) for kind in group}
    return chosen


def _by_subject(
    tables: Mapping[ExpressionKind, KindTable], num_decodings: int
) -> dict[str, Int[np.ndarray, "settings kinds thresholds 3"]]:
    """Tables as a fold leaves them; a kind that is not counted for a subject has no truth and no proposal."""
    subjects = sorted({subject for table in tables.values() for subject in table.subjects})
    num_thresholds = next(iter(tables.values())).searched.shape[2]
    found = {subject: np.zeros((num_decodings, len(KINDS), num_thresholds, 3), np.int64) for subject in subjects}
    for kind, table in tables.items():
        for row, subject in enumerate(table.subjects):
            found[subject][:, KINDS.index(kind)] = table.searched[:num_decodings, row]
    return found


def _chosen(result: ProtocolResult, kind: ExpressionKind, subjects: tuple[str, ...]) -> ChosenCounts:
    return ChosenCounts(
        subjects=subjects,
        counts=np.array([list(result.counts[subject][kind].as_dict().values()) for subject in subjects], np.int64),
        thresholds=tuple(result.thresholds[subject][kind] for subject in subjects),
        decodings=tuple(result.settings[subject].decoding for subject in subjects),
    )


def counts_of_both(chosen: Mapping[ExpressionKind, ChosenCounts]) -> tuple[tuple[str, ...], Int[np.ndarray, "s 3"]]:
    """Every subject that takes part in some kind, sorted, and its counts over the kinds."""
    subjects = tuple(sorted({subject for one in chosen.values() for subject in one.subjects}))
    total = np.zeros((len(subjects), 3), np.int64)
    for one in chosen.values():
        total[[subjects.index(subject) for subject in one.subjects]] += one.counts
    return subjects, total
