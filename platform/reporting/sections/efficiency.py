"""What the search cost and what it saved, from its journal."""

from collections.abc import Iterator

from platform.reporting.document import Paragraph, Section, TableBlock
from platform.reporting.ledger_report import ledger_rows
from platform.reporting.study_facts import StudyFacts
from platform.study.state import StudyState


def efficiency_section(facts: StudyFacts) -> Section:
    """The efficiency ledger, as the search printed it, and what a fold took on the average."""
    if not facts.ledger.used.count:
        return Section("efficiency", "Efficiency", (Paragraph("No fold has finished yet."),))
    rows = (*ledger_rows(facts.ledger), *_mean_seconds(facts.state))
    return Section("efficiency", "Efficiency", (TableBlock(("figure", "value"), rows),))


def _mean_seconds(state: StudyState) -> Iterator[tuple[str, str]]:
    folds = list(state.finished_folds())
    for stage in dict.fromkeys(name for fold in folds for name in fold.seconds):
        seconds = [fold.seconds[stage] for fold in folds if stage in fold.seconds]
        yield f"{stage}, mean of {len(seconds)} folds", f"{sum(seconds) / len(seconds):.2f} s"
