"""What a journal says so far: configurations, their finished folds, and what is left to do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from platform.study.choices import recorded_result, searches_settings
from platform.study.records import (
    ConfigurationRecord,
    DecodingRecord,
    FailureRecord,
    FoldRecord,
    Record,
    ReopenedRecord,
    StudyRecord,
)
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.errors import JournalError
from spotformer_core.metrics.protocols import Protocol, ProtocolResult, apply_protocol


class ConfigurationStatus(StrEnum):
    """How far a configuration is."""

    OPEN = "open"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(kw_only=True, slots=True)
class ConfigurationState:
    """One configuration of a study.

    Attributes:
        params: values of the space's dimensions.
        folds: finished folds by held-out subject.
        decoding: what was chosen on their stored scores, where a study searches more there than apex thresholds.
    """

    name: str
    params: dict[str, Any]
    status: ConfigurationStatus = ConfigurationStatus.OPEN
    folds: dict[str, FoldRecord] = field(default_factory=dict)
    decoding: DecodingRecord | None = None
    failure: str = ""


class StudyState:
    """A fold over the records of a journal; equal records give an equal state."""

    def __init__(self, study: StudyRecord, records: Iterable[Record] = ()) -> None:
        self.study = study
        self.configurations: dict[str, ConfigurationState] = {}
        for record in records:
            self.apply(record)

    def apply(self, record: Record) -> None:
        """Takes one more record into account.

        Raises:
            JournalError: when it speaks of a configuration that was never asked for.
        """
        if isinstance(record, StudyRecord):
            return
        if isinstance(record, ConfigurationRecord):
            self.configurations[record.configuration] = ConfigurationState(
                name=record.configuration, params=record.params
            )
            return
        if record.configuration not in self.configurations:
            raise JournalError(
                f"a journal must name a configuration before its folds, got {record.configuration!r} first. "
                "The journal was edited; restore it or name another --study."
            )
        self._apply_to(self.configurations[record.configuration], record)

    def _apply_to(
        self, state: ConfigurationState, record: FoldRecord | DecodingRecord | FailureRecord | ReopenedRecord
    ) -> None:
        if isinstance(record, FailureRecord):
            state.status, state.failure = ConfigurationStatus.FAILED, f"{record.subject}: {record.reason}"
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
        return set(state.folds) == set(self.study.subjects)

    def undecoded(self) -> tuple[str, ...]:
        """Configurations whose folds are all in while decoding and epoch are still to be chosen."""
        return tuple(
            name
            for name, state in self.configurations.items()
            if state.decoding is None and searches_settings(self.study) and self._all_folds_in(state)
        )

    def missing_folds(self, configuration: str) -> tuple[str, ...]:
        """Held-out subjects whose folds of this configuration are not finished, in the order of the study."""
        done = self.configurations[configuration].folds
        return tuple(subject for subject in self.study.subjects if subject not in done)

    def result(self, configuration: str, protocol: Protocol) -> ProtocolResult:
        """What a complete configuration scores under a protocol."""
        decoding, folds = self.configurations[configuration].decoding, self.configurations[configuration].folds
        if decoding is not None:
            return recorded_result(decoding, protocol)
        tables = {subject: np.array([folds[subject].counts[kind] for kind in KINDS]) for subject in sorted(folds)}
        return apply_protocol(protocol, tables, self.study.space["apex_thresholds"])

    def value(self, configuration: str) -> float:
        """What the search maximises: overall F1 under the honest protocol."""
        return self.result(configuration, Protocol.HONEST).overall.f1

    def with_status(self, status: ConfigurationStatus) -> tuple[str, ...]:
        """Names of the configurations with this status, in the order asked."""
        return tuple(name for name, state in self.configurations.items() if state.status is status)

    def ranking(self) -> tuple[str, ...]:
        """Complete configurations, best first; of equal ones the one asked first."""
        return tuple(sorted(self.with_status(ConfigurationStatus.COMPLETE), key=lambda name: -self.value(name)))
