"""How long a fold takes, from the folds that were ever run in this workspace; nothing is guessed."""

from dataclasses import dataclass
from typing import Any

from platform.study.journal import read_journal
from platform.study.records import FoldRecord, StudyRecord
from platform.study.workspace import Workspace, journal_path
from spotformer_core.errors import JournalError


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredRate:
    """Seconds of one fold, training and scoring, as a mean over the folds of some journals."""

    seconds_per_fold: float
    num_folds: int
    studies: tuple[str, ...]


def measured_rate(workspace: Workspace, *, dataset_digest: str, space: dict[str, Any]) -> MeasuredRate | None:
    """The rate of the folds of this dataset in this space; None when there are none.

    Folds of other spaces do not count: their networks are of other sizes and are trained for other numbers of epochs.
    A damaged journal does not count either; the search that continues it says what is wrong.
    """
    seconds: list[float] = []
    studies: list[str] = []
    for path in sorted(workspace.studies.glob(f"*/{journal_path(workspace.studies).name}")):
        try:
            records = read_journal(path)
        except JournalError:
            continue
        if not records or not isinstance(records[0], StudyRecord):
            continue
        if (records[0].dataset_digest, records[0].space) != (dataset_digest, space):
            continue
        found = [sum(record.seconds.values()) for record in records if isinstance(record, FoldRecord)]
        seconds += found
        studies += [path.parent.name] if found else []
    if not seconds:
        return None
    return MeasuredRate(seconds_per_fold=sum(seconds) / len(seconds), num_folds=len(seconds), studies=tuple(studies))
