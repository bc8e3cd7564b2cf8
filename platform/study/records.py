"""What a journal is made of. One record is one fact that never changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from spotformer_core.errors import JournalError
from spotformer_core.metrics.protocols import FORMER_POOLED, Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyRecord:
    """First record of every journal: what must be equal for the study to be continued."""

    dataset: str
    dataset_digest: str
    space: dict[str, Any]
    seed: int
    scheduling: str
    lag: int
    subjects: list[str]
    """Held-out subjects in the order in which every configuration sees them."""
    extraction: dict[str, Any]
    versions: dict[str, str]
    identity: str = ""
    """Drawn when the study begins; tells it from another study of the same name in tracking."""
    repairs: dict[str, int] = field(default_factory=dict)
    """Name of a reading policy to what it was applied to, as counted when the study began."""
    missing_recordings: list[str] = field(default_factory=list)
    """Recordings that were annotated but not on disk when the study began."""
    decodings: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    """What each candidate changes in a configuration's own decoding; the first one nothing."""
    recordings: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Name to `subject` and `expressions`, each [kind, onset, apex, offset]: what stored frame scores are judged by."""
    rendered: bool | None = None
    """Whether this software made the recordings; None in studies that began before this was noted."""
    sampler: str = "tpe"
    racing: str = "off"
    stack_folds: int = 1
    """Folds of a configuration that are trained side by side, at most; results differ in their last digits."""
    prior_studies: list[str] = field(default_factory=list)
    """Studies whose outcomes the sampler knows from the start."""
    prior: list[dict[str, Any]] = field(default_factory=list)
    """Those outcomes as they were when the study began: parameters, values, and worker-seconds that they took."""
    command: str = ""
    """The command line that began it; empty in studies that began before this was noted."""
    revision: str = ""
    """Git revision or version of this software that began it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigurationRecord:
    """A configuration has been asked for."""

    configuration: str
    params: dict[str, Any]
    """Values of the space's dimensions only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldRecord:
    """A fold of a configuration is finished; its frame scores are on disk."""

    configuration: str
    subject: str
    seed: int
    counts: dict[str, list[list[int]]]
    """By kind: TP, FP and FN at each apex threshold of the space."""
    final_loss: float
    seconds: dict[str, float]
    versions: dict[str, str] = field(default_factory=dict)
    usage: dict[str, Any] = field(default_factory=dict)
    """What the attempt that succeeded took (`study.usage`); empty in studies that ran before this was noted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodingRecord:
    """All folds of a configuration are in, and decoding and epoch have been chosen on their stored scores."""

    configuration: str
    choices: dict[str, dict[str, dict[str, Any]]]
    """Protocol to held-out subject to `epoch`, `decoding`, `thresholds` and `counts` (TP, FP and FN), the latter two by
    kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRecord:
    """A fold of a configuration failed, retries included."""

    configuration: str
    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InfeasibleRecord:
    """A fold of a configuration did not fit into memory, not even with a device or a node of its own."""

    configuration: str
    subject: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReopenedRecord:
    """A configuration that had failed, or had not fitted into memory, is tried again by a later run."""

    configuration: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DroppedRecord:
    """A configuration was clearly worse than the best on the same subjects and gets no more folds."""

    configuration: str
    reference: str
    """The configuration that it was compared with."""
    num_subjects: int
    """Of the study's order, the first so many were compared."""
    f1: float
    """Overall F1 on these subjects only, thresholds chosen among them by the honest protocol."""
    reference_f1: float


@dataclass(frozen=True, kw_only=True, slots=True)
class StoppedRecord:
    """A fold was stopped while it ran, because its configuration had been dropped."""

    configuration: str
    subject: str
    num_epochs: int
    """Epochs that it had reported."""
    usage: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class LostRecord:
    """An attempt at a fold ended without a result: its worker died, it raised, or it failed for good."""

    configuration: str
    subject: str
    reason: str
    usage: dict[str, Any]
    preempted: bool = False
    """Whether the provider took the node back, which is no fault of anything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WinnerRecord:
    """A configuration was trained on all subjects."""

    configuration: str
    usage: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """How far one run of the search is; the last one of a run counts, whether the run ended or was killed."""

    run: int
    """Counted from 1."""
    seconds: float
    """Since it began."""
    num_workers: int
    node_seconds: dict[str, float]
    """By type of node: for how long nodes were there while it ran."""
    running: list[dict[str, Any]]
    """Folds that run, each with `configuration`, `subject` and its `usage` so far; at the end, those that were cut."""
    ended: bool = False


Record = (
    StudyRecord
    | ConfigurationRecord
    | FoldRecord
    | DecodingRecord
    | FailureRecord
    | InfeasibleRecord
    | ReopenedRecord
    | DroppedRecord
    | StoppedRecord
    | LostRecord
    | WinnerRecord
    | RunRecord
)

_TYPES: dict[str, type[Any]] = {
    "study": StudyRecord,
    "configuration": ConfigurationRecord,
    "fold": FoldRecord,
    "decoding": DecodingRecord,
    "failure": FailureRecord,
    "infeasible": InfeasibleRecord,
    "reopened": ReopenedRecord,
    "dropped": DroppedRecord,
    "stopped": StoppedRecord,
    "lost": LostRecord,
    "winner": WinnerRecord,
    "run": RunRecord,
}
_NAMES = {type_: name for name, type_ in _TYPES.items()}


def to_json(record: Record) -> dict[str, Any]:
    """The record as plain JSON values, which are those of the record itself: nothing is copied."""
    return {"record": _NAMES[type(record)], **{one.name: getattr(record, one.name) for one in fields(record)}}


def _renamed(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Choices under the names of today.

    What journals of that time call `as-released` chose the apex thresholds of every subject too, which the released
    code does not: it is nobody's protocol any more, and left out.
    """
    names = {str(Protocol.HONEST): str(Protocol.HONEST), FORMER_POOLED: str(Protocol.POOLED)}
    return {names[name]: chosen for name, chosen in choices.items() if name in names}


def from_json(values: Mapping[str, Any]) -> Record:
    """The record that `to_json` wrote.

    Raises:
        JournalError: when the values are none of our records.
    """
    remaining = dict(values)
    name = remaining.pop("record", None)
    if name == _NAMES[DecodingRecord] and FORMER_POOLED in remaining.get("choices", {}):
        remaining["choices"] = _renamed(remaining["choices"])
    try:
        record: Record = _TYPES[str(name)](**remaining)
    except (KeyError, TypeError) as error:
        raise JournalError(
            f"a journal's record must be one of {sorted(_TYPES)} with its own fields, got {name!r}: {error}. "
            "It was written by another version, or edited; name another --study."
        ) from error
    return record
