"""What a journal says so far: configurations, their finished folds, and what is left to do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from platform.study.choices import recorded_result, searches_settings, study_thresholds, why_uncounted
from platform.study.records import (
    ConfigurationRecord,
    DecodingRecord,
    DroppedRecord,
    FailureRecord,
    FoldRecord,
    InfeasibleRecord,
    LostRecord,
    Record,
    ReopenedRecord,
    RunRecord,
    StoppedRecord,
    StudyRecord,
    WinnerRecord,
)
from platform.study.spending import Spending
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.errors import JournalError, StudyError
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, apply_protocol, f1_of, honest_counts
from spotformer_core.shapes import Int


class ConfigurationStatus(StrEnum):
    """How far a configuration is."""

    OPEN = "open"
    COMPLETE = "complete"
    FAILED = "failed"
    INFEASIBLE = "infeasible"
    """It does not fit into memory; decided, unlike a failure, which every later run tries again."""
    DROPPED = "dropped"


@dataclass(kw_only=True, slots=True)
class ConfigurationState:
    """One configuration of a study.

    Attributes:
        params: values of the space's dimensions.
        folds: finished folds by held-out subject.
        failure: held-out subject and reason of a configuration that failed or does not fit into memory.
        decoding: what was chosen on their stored scores, where a study searches more there than apex thresholds.
        dropped: how a race was lost; None unless it was.
    """

    name: str
    params: dict[str, Any]
    status: ConfigurationStatus = ConfigurationStatus.OPEN
    folds: dict[str, FoldRecord] = field(default_factory=dict)
    decoding: DecodingRecord | None = None
    failure: str = ""
    dropped: DroppedRecord | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HonestF1:
    """What a complete configuration scores under the honest protocol."""

    overall: float
    macro: float
    micro: float


class StudyState:
    """A fold over the records of a journal; equal records give an equal state."""

    def __init__(self, study: StudyRecord, records: Iterable[Record] = ()) -> None:
        self.study = study
        self.configurations: dict[str, ConfigurationState] = {}
        self.open_ones: dict[str, int] = {}
        """Name and number of the configurations that are not decided."""
        self.num_decisions = 0
        """Changes of a status so far: what was derived from statuses holds as long as this does."""
        self.spending = Spending()
        self._f1: dict[str, HonestF1] = {}
        self._counted_again: dict[tuple[str, Protocol], ProtocolResult] = {}
        self._thresholds = study_thresholds(study)
        self._eligible = self._thresholds.mask
        for record in records:
            self.apply(record)

    def apply(self, record: Record) -> None:
        """Takes one more record into account.

        Raises:
            JournalError: when it speaks of a configuration that was never asked for.
        """
        if isinstance(record, StudyRecord | RunRecord):
            self.spending.apply(record)
            return
        if isinstance(record, ConfigurationRecord):
            self.open_ones[record.configuration] = len(self.configurations)
            self.configurations[record.configuration] = ConfigurationState(
                name=record.configuration, params=record.params
            )
            return
        if record.configuration not in self.configurations:
            raise JournalError(
                f"a journal must name a configuration before its folds, got {record.configuration!r} first. "
                "The journal was edited; restore it or name another --study."
            )
        self.spending.apply(record)
        if isinstance(record, StoppedRecord | LostRecord | WinnerRecord):
            return
        state = self.configurations[record.configuration]
        before = state.status
        self._apply_to(state, record)
        if state.status is not before:
            self._note_decision(state)

    def _apply_to(
        self,
        state: ConfigurationState,
        record: FoldRecord | DecodingRecord | FailureRecord | InfeasibleRecord | ReopenedRecord | DroppedRecord,
    ) -> None:
        self._f1.pop(state.name, None)
        if isinstance(record, FailureRecord):
            state.status, state.failure = ConfigurationStatus.FAILED, f"{record.subject}: {record.reason}"
        elif isinstance(record, InfeasibleRecord):
            state.status, state.failure = ConfigurationStatus.INFEASIBLE, f"{record.subject}: {record.reason}"
        elif isinstance(record, DroppedRecord):
            state.status, state.dropped = ConfigurationStatus.DROPPED, record
        elif isinstance(record, ReopenedRecord):
            state.status, state.failure = ConfigurationStatus.OPEN, ""
        elif isinstance(record, FoldRecord):
            state.folds[record.subject] = record
            if self._all_folds_in(state) and not searches_settings(self.study):
                state.status = ConfigurationStatus.COMPLETE
        elif self._all_folds_in(state):
            # Otherwise a fold's line was deleted by hand, and the choice is made anew when it has run again.
            state.decoding, state.status = record, ConfigurationStatus.COMPLETE

    def _all_folds_in(self, state: ConfigurationState) -> bool:
        # A fold that was running when its configuration was dropped is kept, but brings nothing back.
        return state.dropped is None and len(state.folds) == len(self.study.subjects)

    def undecoded(self) -> tuple[str, ...]:
        """Configurations whose folds are all in while decoding and epoch are still to be chosen."""
        if not searches_settings(self.study):
            return ()
        return tuple(
            name for name, state in self.configurations.items() if state.decoding is None and self._all_folds_in(state)
        )

    def _note_decision(self, state: ConfigurationState) -> None:
        self.num_decisions += 1
        if state.status is not ConfigurationStatus.OPEN:
            self.open_ones.pop(state.name, None)
            return
        numbers = {name: number for number, name in enumerate(self.configurations)}
        reopened = [*self.open_ones, state.name]
        self.open_ones = {name: numbers[name] for name in sorted(reopened, key=numbers.__getitem__)}

    def missing_folds(self, configuration: str, *, num_subjects: int | None = None) -> tuple[str, ...]:
        """Held-out subjects whose folds of this configuration are not finished, in the order of the study.

        Args:
            num_subjects: only of so many, the first ones; of all unless given.
        """
        done = self.configurations[configuration].folds
        return tuple(subject for subject in self.study.subjects[:num_subjects] if subject not in done)

    def finished_folds(self) -> Iterator[FoldRecord]:
        """Every finished fold of every configuration."""
        return (fold for state in self.configurations.values() for fold in state.folds.values())

    def result(self, configuration: str, protocol: Protocol) -> ProtocolResult:
        """What a complete configuration scores under a protocol.

        Raises:
            StudyError: when the study has no counts for it, which is never so under `honest` and `pooled`.
        """
        found = self._result(configuration, protocol)
        if found is None:
            raise StudyError(
                f"a configuration must have counts under {protocol}, got {configuration} without: "
                f"{why_uncounted(self.study, protocol)}. Report another protocol."
            )
        return found

    def results(self, configuration: str) -> dict[Protocol, ProtocolResult]:
        """What a complete configuration scores under every protocol that there are counts for, in their order."""
        found = {protocol: self._result(configuration, protocol) for protocol in Protocol}
        return {protocol: result for protocol, result in found.items() if result is not None}

    def _result(self, configuration: str, protocol: Protocol) -> ProtocolResult | None:
        if (configuration, protocol) in self._counted_again:
            return self._counted_again[configuration, protocol]
        decoding, folds = self.configurations[configuration].decoding, self.configurations[configuration].folds
        if decoding is not None and str(protocol) in decoding.choices:
            return recorded_result(decoding, protocol)
        if why_uncounted(self.study, protocol):
            return None
        tables = {subject: np.array([folds[subject].counts[kind] for kind in KINDS]) for subject in sorted(folds)}
        return apply_protocol(protocol, tables, self._thresholds)

    def add_result(self, configuration: str, result: ProtocolResult) -> None:
        """Takes a result that was counted on stored frame scores, where the journal has no counts for it."""
        self._counted_again[configuration, result.protocol] = result

    def value(self, configuration: str) -> float:
        """What the search maximises: overall F1 under the honest protocol."""
        return self.honest_f1(configuration).overall

    def honest_f1(self, configuration: str) -> HonestF1:
        """The F1s of a complete configuration under the honest protocol; computed once."""
        if configuration not in self._f1:
            by_kind = self._honest_sums(configuration)
            macro, micro = f1_of(by_kind)
            overall = f1_of(by_kind.sum(axis=0))
            self._f1[configuration] = HonestF1(overall=float(overall), macro=float(macro), micro=float(micro))
        return self._f1[configuration]

    def _honest_sums(self, configuration: str) -> Int[np.ndarray, "kinds 3"]:
        """TP, FP and FN over all subjects, with decoding and epoch as they were chosen."""
        if self.configurations[configuration].decoding is None:
            return np.asarray(self.honest_counts(configuration, self.study.subjects).sum(axis=0))
        result = self.result(configuration, Protocol.HONEST)
        return np.array([list(result.pooled(kind).as_dict().values()) for kind in KINDS])

    def honest_counts(self, configuration: str, subjects: Sequence[str]) -> Int[np.ndarray, "subjects kinds 3"]:
        """TP, FP and FN on these subjects, as if the study had no others: thresholds are chosen among them.

        After the last epoch and with the configuration's own decoding, whatever else the study chooses among.
        """
        folds = self.configurations[configuration].folds
        tables = np.array([[folds[subject].counts[kind] for kind in KINDS] for subject in subjects])
        return honest_counts(tables, self._eligible)

    def with_status(self, status: ConfigurationStatus) -> tuple[str, ...]:
        """Names of the configurations with this status, in the order asked."""
        return tuple(name for name, state in self.configurations.items() if state.status is status)

    def ranking(self) -> tuple[str, ...]:
        """Complete configurations, best first; of equal ones the one asked first."""
        return tuple(sorted(self.with_status(ConfigurationStatus.COMPLETE), key=lambda name: -self.value(name)))
