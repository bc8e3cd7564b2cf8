"""What anybody's frame scores are worth under each protocol: thresholds, and decodings where several are given.

Kinds that are scored by networks of their own are chosen for themselves; ours share one decoding, so that both kinds
are chosen together. A subject takes part in a kind when a recording of it is counted there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, Setting, choose_settings, f1_of
from spotformer_core.shapes import Bool, Int


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
    """The counts of every kind with what `honest` or `pooled` chooses among the first `num_decodings` decodings.

    Args:
        together: one decoding for both kinds, that of the highest overall F1; otherwise each kind has its own.

    Raises:
        InvalidValueError: with fewer than two subjects, since there are no others to choose on.
    """
    settings = [Setting(decoding=number) for number in range(num_decodings)]
    chosen: dict[ExpressionKind, ChosenCounts] = {}
    for group in _groups(tables, together=together):
        by_subject = _by_subject({kind: tables[kind] for kind in group}, num_decodings)
        result = choose_settings(protocol, by_subject, thresholds, settings)
        chosen |= {kind: _chosen(result, kind, tables[kind].subjects) for kind in group}
    return chosen


def counts_by_own_score(
    tables: Mapping[ExpressionKind, KindTable], thresholds: Sequence[float], *, together: bool, num_decodings: int
) -> dict[ExpressionKind, ChosenCounts]:
    """The counts of every kind with what each subject itself scores best with: an oracle, to be compared with only.

    Of equal F1s the fewest false positives, of these the middle threshold and the first decoding.

    Args:
        together: as for `chosen_counts`.
    """
    chosen: dict[ExpressionKind, ChosenCounts] = {}
    for group in _groups(tables, together=together):
        by_subject = _by_subject({kind: tables[kind] for kind in group}, num_decodings)
        choices = {subject: _own_choice(table) for subject, table in by_subject.items()}
        for kind in group:
            subjects, column = tables[kind].subjects, KINDS.index(kind)
            picked = [(subject, choices[subject][0], choices[subject][1][column]) for subject in subjects]
            chosen[kind] = ChosenCounts(
                subjects=subjects,
                counts=np.array([by_subject[subject][row, column, at] for subject, row, at in picked], np.int64),
                thresholds=tuple(thresholds[at] for _, _, at in picked),
                decodings=tuple(row for _, row, _ in picked),
            )
    return chosen


def _own_choice(table: Int[np.ndarray, "settings kinds thresholds 3"]) -> tuple[int, list[int]]:
    """Number of the decoding, and index of the threshold of each kind."""
    best = _best_and_fewest_false(table)
    rank = best.cumsum(axis=-1)
    middle = (rank == rank[..., -1:] // 2 + 1).argmax(axis=-1)
    overall = np.take_along_axis(table, middle[..., None, None], axis=2)[:, :, 0].sum(axis=1)
    row = int(_best_and_fewest_false(overall).argmax())
    return row, middle[row].tolist()


def _best_and_fewest_false(counts: Int[np.ndarray, "*any choices 3"]) -> Bool[np.ndarray, "*any choices"]:
    f1 = f1_of(counts)
    best = f1 == f1.max(axis=-1, keepdims=True)
    false = np.where(best, counts[..., 1], np.iinfo(np.int64).max)
    return np.asarray(false == false.min(axis=-1, keepdims=True))


def _groups(tables: Mapping[ExpressionKind, KindTable], *, together: bool) -> list[tuple[ExpressionKind, ...]]:
    return [tuple(tables)] if together else [(kind,) for kind in tables]


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
