"""What went wrong, and what was left out."""

from collections.abc import Iterator

from platform.reporting.comparison_report import dropped_lines
from platform.reporting.document import Block, Folded, Listing, Paragraph, Section, TableBlock
from platform.reporting.study_facts import StudyFacts
from platform.study.records import DroppedRecord
from platform.study.state import ConfigurationStatus


def problems_section(facts: StudyFacts) -> Section:
    """Failed folds with their reasons, what is undecided, what was repaired in the dataset, what was not drawn."""
    blocks = tuple(_problems(facts))
    nothing = Paragraph("Nothing failed, nothing is undecided, and nothing had to be repaired in the dataset.")
    return Section("problems", "What went wrong", blocks or (nothing,))


def _problems(facts: StudyFacts) -> Iterator[Block]:
    state = facts.state
    failed = state.with_status(ConfigurationStatus.FAILED)
    if failed:
        yield TableBlock(
            ("configuration", "held-out subject: reason"),
            tuple((name, state.configurations[name].failure) for name in failed),
            title="Failed; the command of the search tries them again",
        )
    undecided = state.with_status(ConfigurationStatus.OPEN)
    if undecided:
        done = sum(len(state.configurations[name].folds) for name in undecided)
        yield Paragraph(
            f"Undecided: {', '.join(undecided)}, with {done} of {len(undecided) * len(state.study.subjects)} folds "
            "done. The search is still running, or it was stopped; its command goes on."
        )
    if state.study.missing_recordings:
        yield Paragraph("Annotated but not on disk: " + ", ".join(state.study.missing_recordings) + ".")
    if state.study.repairs:
        yield TableBlock(
            ("repaired while reading", "applied to"),
            tuple((policy, str(count)) for policy, count in sorted(state.study.repairs.items())),
        )
    if facts.not_drawn:
        yield Paragraph("Figures that could not be drawn:")
        yield Listing(facts.not_drawn)
    dropped = [one.dropped for one in state.configurations.values() if one.dropped is not None]
    if dropped:
        yield Folded(f"Lost their race, which is no failure: {len(dropped)}", (_lost(dropped, facts),))


def _lost(dropped: list[DroppedRecord], facts: StudyFacts) -> Listing:
    return Listing(tuple(dropped_lines(dropped, num_subjects=len(facts.state.study.subjects))))
