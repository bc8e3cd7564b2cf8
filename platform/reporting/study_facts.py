"""What the sections of a study's report are made of."""

from dataclasses import dataclass, field
from pathlib import Path

from platform.figures.parameter_charts import Scored
from platform.reporting.document import Picture
from platform.reporting.study_comparison import StudyComparison, compare_configurations
from platform.study.importance import Importances
from platform.study.journal import read_journal
from platform.study.ledger import EfficiencyLedger, efficiency_ledger
from platform.study.records import LostRecord, Record, StoppedRecord, StudyRecord
from platform.study.searched import Searched, searched_by
from platform.study.state import StudyState
from platform.study.stated_counts import count_stated
from platform.study.workspace import Workspace, journal_path
from spotformer_core.errors import StudyError, did_you_mean

FEATURES = "fig7-features"
"""Name of the picture of features with and without the contrastive loss."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyFacts:
    """A study as its report sees it.

    Attributes:
        comparison: None while no configuration is complete.
        importances: by what they are for, "overall" first; in place of figures the reason why there are none.
        pictures: figures of the paper on the study's own data.
        not_drawn: why others of them are not there, in sentences.
        lost: attempts at folds that ended without a result.
        stopped: folds that were stopped while they ran, because their configuration had been dropped.
    """

    name: str
    folder: Path
    state: StudyState
    searched: Searched
    comparison: StudyComparison | None
    importances: dict[str, Importances | str] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    not_drawn: tuple[str, ...] = ()
    lost: tuple[LostRecord, ...] = ()
    stopped: tuple[StoppedRecord, ...] = ()
    seed: int = 0

    @property
    def ledger(self) -> EfficiencyLedger:
        """What was used, saved and lost; a study that is reported on while it runs is in its last run."""
        return efficiency_ledger(self.state, this_run=max(1, self.state.spending.num_runs))

    @property
    def best(self) -> str:
        """Name of the best complete configuration; empty while there is none."""
        return "" if self.comparison is None else self.comparison.configurations[0].name

    @property
    def scored(self) -> list[Scored]:
        """The complete configurations, in the order asked."""
        complete = self.state.ranking()
        return [
            Scored(name=name, params=one.params, f1=self.state.value(name))
            for name, one in self.state.configurations.items()
            if name in complete
        ]


def study_facts(workspace: Workspace, name: str, *, seed: int = 0, other_names: tuple[str, ...] = ()) -> StudyFacts:
    """What the journal of a study says; the study may still be running, or have nothing complete.

    Args:
        other_names: that may have been meant where no study is called so.

    Raises:
        StudyError: when there is no such study in the workspace.
        JournalError: when its journal is damaged.
        InvalidValueError: for a negative seed.
    """
    folder = workspace.study(name)
    study, records = _records(workspace, name, other_names)
    state = StudyState(study, records)
    count_stated(state, folder=folder)
    return StudyFacts(
        name=name,
        folder=folder,
        state=state,
        searched=searched_by(state.study),
        comparison=compare_configurations(state, seed=seed) if state.ranking() else None,
        lost=tuple(one for one in records if isinstance(one, LostRecord)),
        stopped=tuple(one for one in records if isinstance(one, StoppedRecord)),
        seed=seed,
    )


def _records(workspace: Workspace, name: str, other_names: tuple[str, ...]) -> tuple[StudyRecord, list[Record]]:
    path = journal_path(workspace.study(name))
    records = read_journal(path) if path.is_file() else []
    if not records or not isinstance(records[0], StudyRecord):
        known = [journal.parent.name for journal in workspace.studies.glob(f"*/{path.name}")]
        nothing = "" if known else "No study is there: name another --workspace. "
        raise StudyError(
            f"a report must be of a study with a journal in {workspace.studies}, got {name!r}. "
            f"{nothing}{did_you_mean(name, [*known, *other_names])}"
        )
    return records[0], records
