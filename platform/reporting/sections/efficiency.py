"""What the search cost and what it saved, from its journal."""

from collections.abc import Iterator, Sequence

from platform.reporting.document import Paragraph, Section, TableBlock
from platform.reporting.study_facts import StudyFacts
from platform.study.state import ConfigurationStatus, StudyState

Rows = Sequence[tuple[str, str]]
"""Labels, each with its value as it is shown."""


def efficiency_section(facts: StudyFacts) -> Section:
    """The journal's own figures, then whatever `facts.ledger` adds."""
    return ledger_section((*journal_rows(facts.state), *facts.ledger))


def ledger_section(rows: Rows) -> Section:
    """A section that shows plain rows."""
    if not rows:
        return Section("efficiency", "Efficiency", (Paragraph("No fold has finished yet."),))
    return Section("efficiency", "Efficiency", (TableBlock(("figure", "value"), tuple(rows)),))


def journal_rows(state: StudyState) -> tuple[tuple[str, str], ...]:
    """Folds that ran, folds that racing did not run, and the seconds that the journal noted."""
    return tuple(_journal_rows(state))


def _journal_rows(state: StudyState) -> Iterator[tuple[str, str]]:
    folds = [fold for one in state.configurations.values() for fold in one.folds.values()]
    if not folds:
        return
    num_subjects = len(state.study.subjects)
    yield "folds finished", str(len(folds))
    dropped = [state.configurations[name] for name in state.with_status(ConfigurationStatus.DROPPED)]
    saved = sum(num_subjects - len(one.folds) for one in dropped)
    wanted = num_subjects * len(state.configurations)
    yield "folds that racing did not run", f"{saved} of {wanted} ({saved / wanted:.0%})"
    for stage in dict.fromkeys(name for fold in folds for name in fold.seconds):
        seconds = [fold.seconds[stage] for fold in folds if stage in fold.seconds]
        yield f"{stage}: worker time of all folds", shown_duration(sum(seconds))
        yield f"{stage}: mean of a fold", f"{sum(seconds) / len(seconds):.2f} s"


def shown_duration(seconds: float) -> str:
    """A duration for people: seconds below two minutes, minutes below two hours, else hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
