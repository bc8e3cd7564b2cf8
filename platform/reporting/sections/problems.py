"""What went wrong, and what was left out."""

from collections.abc import Iterator, Sequence

from platform.reporting.comparison_report import RETRY_INFEASIBLE, dropped_lines
from platform.reporting.document import Block, Folded, Listing, Paragraph, Section, TableBlock
from platform.reporting.study_comparison import infeasible_configurations
from platform.reporting.study_facts import StudyFacts
from platform.study.records import DroppedRecord, LostRecord
from platform.study.state import ConfigurationStatus


def problems_section(facts: StudyFacts) -> Section:
    """What failed, did not fit into memory or was lost, with reasons; what is undecided, repaired, or not drawn."""
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
    if infeasible := infeasible_configurations(state):
        yield TableBlock(
            ("configuration", "held-out subject: reason"),
            tuple(infeasible.items()),
            title=f"Infeasible, they do not fit into memory. {RETRY_INFEASIBLE}",
        )
    if facts.lost:
        yield _attempts(facts.lost)
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
        yield Folded(f"Lost their race, which is no failure: {len(dropped)}", tuple(_races(dropped, facts)))


def _attempts(lost: Sequence[LostRecord]) -> TableBlock:
    """One row for every reason: a cluster whose nodes come and go loses many attempts for the same one."""
    of_reason: dict[str, list[LostRecord]] = {}
    for one in lost:
        of_reason.setdefault(one.reason, []).append(one)
    rows = (
        (reason, str(len(ones)), ", ".join(dict.fromkeys(f"{one.configuration}/{one.subject}" for one in ones)))
        for reason, ones in of_reason.items()
    )
    return TableBlock(("reason", "attempts", "folds"), tuple(rows), title="Attempts at folds without a result")


def _races(dropped: list[DroppedRecord], facts: StudyFacts) -> Iterator[Block]:
    yield Listing(tuple(dropped_lines(dropped, num_subjects=len(facts.state.study.subjects))))
    if facts.stopped:
        rows = tuple((f"{one.configuration}/{one.subject}", str(one.num_epochs)) for one in facts.stopped)
        yield TableBlock(("fold stopped while it ran", "after epochs"), rows)
