"""The paper's tables beside the configurations of this study."""

from collections.abc import Iterator
from dataclasses import replace

from platform.reporting.document import Block, Listing, Paragraph, Section, TableBlock
from platform.reporting.own_configurations import own_configurations_of, why_not
from platform.reporting.paper_tables import compared_counts, compared_tables
from platform.reporting.paper_tables_report import PaperReport, paper_legend, paper_notes, paper_table_cells
from platform.reporting.sections.ranking import NOTHING_COMPLETE
from platform.reporting.study_facts import StudyFacts


def published_section(facts: StudyFacts) -> Section:
    """The tables that have a figure of ours on this dataset, or the reason why this study's may not stand there."""
    return Section("paper-tables", "The paper's tables beside this study", tuple(_published(facts)))


def _published(facts: StudyFacts) -> Iterator[Block]:
    if not facts.best:
        yield Paragraph(NOTHING_COMPLETE)
        return
    reason = why_not(facts.state)
    if reason:
        yield Paragraph(
            f"Figures of this study may not stand beside those of [Deng2024]: {reason}. "
            "`python -m platform.report tables` compares every study of a workspace that may."
        )
        return
    own = own_configurations_of(facts.state, study=facts.name)
    whole = PaperReport(tables=compared_tables(own, seed=facts.seed), counts=compared_counts(own), left_out=())
    report = _about(whole, own[0].dataset)
    yield Paragraph(paper_legend())
    yield Paragraph("Tables and columns without a figure of this study are left out.")
    for title, headings, rows in paper_table_cells(report):
        yield TableBlock(tuple(headings), tuple(map(tuple, rows)), title=title)
    yield Listing(tuple(paper_notes(report)))


def _about(report: PaperReport, dataset: str) -> PaperReport:
    """The columns of one dataset, in the tables that have a figure of ours."""
    tables = (
        replace(table, datasets=(dataset,))
        for table in report.tables
        if any(cell.own is not None for row in table.rows for cell in row.cells.get(dataset, {}).values())
    )
    return replace(
        report, tables=tuple(tables), counts=tuple(column for column in report.counts if column.dataset == dataset)
    )
