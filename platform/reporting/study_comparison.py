"""The configurations of a study compared: how sure each F1 is, and what the best one is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from platform.study.choices import study_settings, study_thresholds, why_uncounted
from platform.study.journal import read_journal
from platform.study.leaderboard import OVERALL, TWO_OBJECTIVES, pareto_front
from platform.study.prior import prior_counts
from platform.study.records import DroppedRecord, StudyRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stated_counts import count_stated
from platform.study.workspace import journal_path
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.errors import StudyError
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.comparison import Difference, paired_difference, probabilities_of_being_best
from spotformer_core.metrics.protocols import Protocol, ProtocolResult
from spotformer_core.metrics.selection import Winner, corrected_winner
from spotformer_core.shapes import Int

_ALWAYS_SHOWN = (Protocol.HONEST, Protocol.FIXED, Protocol.POOLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedConfiguration:
    """One complete configuration beside the best one.

    Attributes:
        f1: by protocol, as far as there are counts, then by "overall", "macro" and "micro".
        behind_best: by how much the best one's honest overall F1 is higher, on the same subjects.
        probability_best: share of resamples in which its honest overall F1 is the highest.
        is_on_front: whether no other configuration beats it in one kind without losing in the other; None where the
            study has one objective.
    """

    name: str
    params: dict[str, Any]
    f1: dict[Protocol, dict[str, Estimate]]
    behind_best: Difference
    probability_best: float
    is_on_front: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyComparison:
    """Complete configurations, best honest overall F1 first.

    Attributes:
        is_rendered: whether this software made the recordings; None in studies that began before this was noted.
        num_events: annotated expressions of each kind.
        winner: the first configuration, with its honest overall F1 and the selection-corrected one (BBC-CV).
        protocols: whose figures a reader is shown, in this order; `as-released` only where the study chooses among
            stored epochs, since otherwise it is `fixed`.
        stated: the apex threshold of each kind that the configurations state.
        unchosen: kinds whose apex threshold the space fixes, so that no protocol chooses it.
        uncounted: why figures of a protocol are missing; empty when none is.
        num_uncounted_prior: configurations of prior studies that the correction could not count.
        dropped: the configurations that lost their race and have no rank, in the order asked.
        infeasible: those that do not fit into memory and have none either, each with its held-out subject and reason.
    """

    is_rendered: bool | None
    num_subjects: int
    num_events: dict[str, int]
    configurations: tuple[ComparedConfiguration, ...]
    winner: Winner
    protocols: tuple[Protocol, ...] = _ALWAYS_SHOWN
    dropped: tuple[DroppedRecord, ...] = ()
    infeasible: dict[str, str] = field(default_factory=dict)
    stated: dict[str, float] = field(default_factory=dict)
    unchosen: tuple[str, ...] = ()
    uncounted: str = ""
    num_uncounted_prior: int = 0


def read_study(folder: Path) -> StudyState:
    """The state of the study in `folder`, which may still be running.

    What its journal has no counts for is counted on its stored frame scores, where these are there.

    Raises:
        StudyError: when there is no study, or none of its configurations is complete.
        JournalError: when the journal is damaged.
    """
    path = journal_path(folder)
    if not path.is_file():
        raise StudyError(f"a study must have a journal, got no {path}. Name a --study of this --workspace.")
    records = read_journal(path)
    if not records or not isinstance(records[0], StudyRecord):
        raise StudyError(f"a journal must begin with its study, got none in {path}. Name another --study.")
    state = StudyState(records[0], records)
    if not state.ranking():
        raise StudyError(
            f"a study must have a complete configuration to report on, got none in {path}. Let the search go on."
        )
    count_stated(state, folder=folder)
    return state


def compare_configurations(state: StudyState, *, seed: int = 0) -> StudyComparison:
    """The comparison of every complete configuration of a study; equal seeds give equal intervals.

    The thresholds chosen by each protocol are taken as they are: intervals say what other subjects would change, not
    what other thresholds would.

    Raises:
        InvalidValueError: when the study has fewer than two subjects.
    """
    results = {name: state.results(name) for name in state.ranking()}
    honest = np.stack([per_subject_counts(result[Protocol.HONEST])[OVERALL] for result in results.values()])
    best = probabilities_of_being_best(honest, seed=seed)
    front = pareto_front(state) if state.study.sampler == TWO_OBJECTIVES else None
    configurations = tuple(
        ComparedConfiguration(
            name=name,
            params=state.configurations[name].params,
            f1={protocol: f1_estimates(result, seed=seed) for protocol, result in by_protocol.items()},
            behind_best=paired_difference(honest[0], honest[row], seed=seed),
            probability_best=float(best[row]),
            is_on_front=None if front is None else name in front,
        )
        for row, (name, by_protocol) in enumerate(results.items())
    )
    counts = per_subject_counts(next(iter(results.values()))[Protocol.HONEST])
    thresholds = study_thresholds(state.study)
    return StudyComparison(
        is_rendered=state.study.rendered,
        num_subjects=len(counts[OVERALL]),
        num_events={str(kind): _num_events(counts[str(kind)]) for kind in KINDS},
        configurations=configurations,
        winner=corrected_winner(honest, prior=prior_counts(state.study), seed=seed),
        protocols=_shown_protocols(state.study),
        num_uncounted_prior=len(state.study.prior) if prior_counts(state.study) is None else 0,
        dropped=tuple(one.dropped for one in state.configurations.values() if one.dropped is not None),
        infeasible=infeasible_configurations(state),
        stated={str(kind): value for kind, value in thresholds.stated.items()},
        unchosen=tuple(str(kind) for kind in KINDS if thresholds.eligible[kind] == (thresholds.stated[kind],)),
        uncounted=_uncounted(state, results),
    )


def _shown_protocols(study: StudyRecord) -> tuple[Protocol, ...]:
    chooses_epochs = len({setting.epoch for setting in study_settings(study)}) > 1
    return (*_ALWAYS_SHOWN, Protocol.AS_RELEASED) if chooses_epochs else _ALWAYS_SHOWN


def _uncounted(state: StudyState, results: Mapping[str, Mapping[Protocol, ProtocolResult]]) -> str:
    for protocol in Protocol:
        without = [name for name, found in results.items() if protocol not in found]
        if without:
            reason = why_uncounted(state.study, protocol)
            return f"no figure under {protocol} for {', '.join(without)}: {reason}, and its frame scores are not there"
    return ""


def infeasible_configurations(state: StudyState) -> dict[str, str]:
    """Name to held-out subject and reason of the configurations that do not fit into memory, in the order asked."""
    return {name: state.configurations[name].failure for name in state.with_status(ConfigurationStatus.INFEASIBLE)}


def per_subject_counts(result: ProtocolResult) -> dict[str, Int[np.ndarray, "subjects 3"]]:
    """TP, FP and FN of every subject, by "overall", "macro" and "micro"."""
    subjects = sorted(result.counts)
    kinds = {
        str(kind): np.array([list(result.counts[subject][kind].as_dict().values()) for subject in subjects])
        for kind in KINDS
    }
    return {OVERALL: np.sum(list(kinds.values()), axis=0), **kinds}


def f1_estimates(result: ProtocolResult, *, seed: int) -> dict[str, Estimate]:
    """F1 with its interval, by "overall", "macro" and "micro"."""
    return {name: f1_interval(counts, seed=seed) for name, counts in per_subject_counts(result).items()}


def _num_events(counts: Int[np.ndarray, "subjects 3"]) -> int:
    """Every annotated expression is found or missed."""
    return int(counts[:, 0].sum() + counts[:, 2].sum())
