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


def measured_rate(
    workspace: Workspace, *, dataset_digest: str, space: dict[str, Any], stack_folds: int = 1
) -> MeasuredRate | None:
    """The rate of the folds of this dataset in this space; None when there are none.

    Folds of other spaces do not count: their networks are of other sizes and are trained for other numbers of epochs.
    Neither do those of which more or fewer were trained side by side. A damaged journal does not count either; the
    search that continues it says what is wrong.
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
        study = records[0]
        if (study.dataset_digest, study.space, study.stack_folds) != (dataset_digest, space, stack_folds):
            continue
        found = [sum(record.seconds.values()) for record in records if isinstance(record, FoldRecord)]
        seconds += found
        studies += [path.parent.name] if found else []
    if not seconds:
        return None
    return MeasuredRate(seconds_per_fold=sum(seconds) / len(seconds), num_folds=len(seconds), studies=tuple(studies))
