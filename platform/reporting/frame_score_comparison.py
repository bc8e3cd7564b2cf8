"""What frame scores are worth under every protocol, with intervals over subjects and paired gaps."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from platform.reporting.frame_scores import JudgedKind
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.comparison import Difference, paired_difference
from spotformer_core.metrics.conventions import Convention
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.frame_score_choice import (
    ChosenCounts,
    KindTable,
    chosen_counts,
    counts_by_own_score,
    counts_of_both,
    stated_counts,
)
from spotformer_core.metrics.frame_score_counts import Decoding
from spotformer_core.metrics.protocols import Protocol
from spotformer_core.metrics.scoring import OVERALL
from spotformer_core.shapes import Int

HONEST, FIXED, POOLED, OWN = str(Protocol.HONEST), str(Protocol.FIXED), str(Protocol.POOLED), "own-score"
CHOOSING = {HONEST: Protocol.HONEST, POOLED: Protocol.POOLED}
"""The protocols that choose something on counts of several subjects."""
GAPS = ((POOLED, HONEST), (FIXED, HONEST), (POOLED, FIXED), (OWN, HONEST))
"""Which protocol less which."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DecodedScores:
    """The counts of frame scores under every decoding, and what they were made from.

    Attributes:
        name: of the way to decode: "peaks", or "probabilities" for [Deng2024] Sec. 3.4.
        decodings: the stated one first.
        varied: names of the fields in which they differ.
        thresholds: that are tried for each kind.
        together: whether both kinds share one decoding.
    """

    name: str
    decodings: tuple[Decoding, ...]
    varied: tuple[str, ...]
    thresholds: tuple[float, ...]
    together: bool
    convention: Convention
    judged: dict[ExpressionKind, JudgedKind]
    tables: dict[ExpressionKind, KindTable]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """Counts over all subjects, and their F1 with its 95 % interval over subjects."""

    counts: Counts
    f1: Estimate


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scope:
    """What every protocol gives when it may choose among some decodings.

    Attributes:
        figures: by "macro", "micro" and, with both kinds, "overall", then by protocol. The fixed one chooses nothing.
        gaps: by the same names, the F1 of one protocol less that of another on the same subjects.
        chosen: by protocol and kind.
    """

    num_decodings: int
    figures: dict[str, dict[str, Figure]]
    gaps: dict[str, dict[tuple[str, str], Difference]]
    chosen: dict[str, dict[ExpressionKind, ChosenCounts]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FrameScoreReport:
    """Thresholds alone, thresholds and decoding, and what the second gains over the first.

    Attributes:
        gains: by "macro", "micro" and "overall", then by protocol.
    """

    decoded: DecodedScores
    thresholds: Scope
    decodings: Scope
    gains: dict[str, dict[str, Difference]]


def compare_protocols(decoded: DecodedScores, *, seed: int = 0) -> FrameScoreReport:
    """The report on counted frame scores; equal seeds give equal intervals.

    Raises:
        InvalidValueError: with fewer than two subjects.
    """
    alone, searched = (_scope(decoded, number, seed=seed) for number in (1, len(decoded.decodings)))
    before, after = _counts(alone), _counts(searched)
    gains = {
        name: {
            protocol: paired_difference(after[name][protocol], before[name][protocol], seed=seed)
            for protocol in (*CHOOSING, OWN)
        }
        for name in before
    }
    return FrameScoreReport(decoded=decoded, thresholds=alone, decodings=searched, gains=gains)


def _scope(decoded: DecodedScores, num_decodings: int, *, seed: int) -> Scope:
    thresholds, together = decoded.thresholds, decoded.together
    chosen = {FIXED: stated_counts(decoded.tables)} | {
        name: chosen_counts(protocol, decoded.tables, thresholds, together=together, num_decodings=num_decodings)
        for name, protocol in CHOOSING.items()
    }
    chosen[OWN] = counts_by_own_score(decoded.tables, thresholds, together=together, num_decodings=num_decodings)
    ordered = {name: chosen[name] for name in (HONEST, FIXED, POOLED, OWN)}
    counts = _by_name(ordered)
    return Scope(
        num_decodings=num_decodings,
        figures={
            name: {protocol: _figure(one, seed=seed) for protocol, one in of_protocol.items()}
            for name, of_protocol in counts.items()
        },
        gaps={
            name: {(one, other): paired_difference(own[one], own[other], seed=seed) for one, other in GAPS}
            for name, own in counts.items()
        },
        chosen=ordered,
    )


def _counts(scope: Scope) -> dict[str, dict[str, Int[np.ndarray, "subjects 3"]]]:
    return _by_name(scope.chosen)


def _by_name(
    chosen: Mapping[str, Mapping[ExpressionKind, ChosenCounts]],
) -> dict[str, dict[str, Int[np.ndarray, "subjects 3"]]]:
    """Counts per subject, by "macro", "micro" and, where both are there, "overall", then by protocol."""
    kinds = list(next(iter(chosen.values())))
    named = {str(kind): {protocol: own[kind].counts for protocol, own in chosen.items()} for kind in kinds}
    if len(kinds) > 1:
        named[OVERALL] = {protocol: counts_of_both(own)[1] for protocol, own in chosen.items()}
    return named


def _figure(counts: Int[np.ndarray, "subjects 3"], *, seed: int) -> Figure:
    return Figure(counts=Counts(*counts.sum(axis=0).tolist()), f1=f1_interval(counts, seed=seed))


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One choice, and for how many subjects it was made."""

    threshold: float
    decoding: dict[str, Any]
    num_subjects: int


def choices(decoded: DecodedScores, chosen: ChosenCounts) -> list[Choice]:
    """What was chosen for one kind under one protocol, the choice for most subjects first."""
    counted = Counter(zip(chosen.thresholds, chosen.decodings, strict=True))
    return [
        Choice(threshold=threshold, decoding=varied_values(decoded, number), num_subjects=count)
        for (threshold, number), count in counted.most_common()
    ]


def varied_values(decoded: DecodedScores, number: int) -> dict[str, Any]:
    """The values of the fields that vary, in the decoding of this number."""
    return {name: getattr(decoded.decodings[number], name) for name in decoded.varied}
