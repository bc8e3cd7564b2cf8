"""The section with the paper's tables: which of them, and when none."""

from platform.reporting.document import Paragraph, TableBlock
from platform.reporting.sections.published import published_section
from platform.study.records import ConfigurationRecord, FoldRecord
from search_spaces.tables import table_6
from tests.reported_studies import complete_study, study_record

TABLE_6 = table_6("samm-lv")


def test_studies_of_other_datasets_stay_away_from_the_papers_tables(facts_of):
    (block,) = published_section(facts_of(complete_study(2))).blocks

    assert isinstance(block, Paragraph)
    assert "may not stand beside those of [Deng2024]: the paper's tables have no dataset plain" in block.text


def test_a_study_of_a_published_dataset_stands_beside_the_tables_that_it_has_figures_for(facts_of):
    subjects = [f"{number:03d}" for number in range(30)]
    counts = {"macro": share(343, 30), "micro": share(159, 30)}
    records = [study_record(space=TABLE_6, dataset="samm-lv", subjects=subjects)]
    for number, params in enumerate(TABLE_6.points()):
        records.append(ConfigurationRecord(configuration=f"c{number:04d}", params=params))
        records += [
            FoldRecord(
                configuration=f"c{number:04d}",
                subject=subject,
                seed=1,
                counts={
                    kind: [[truths[row] // 2, 3, truths[row] - truths[row] // 2]] * len(TABLE_6.apex_thresholds)
                    for kind, truths in counts.items()
                },
                final_loss=0.1,
                seconds={},
            )
            for row, subject in enumerate(subjects)
        ]

    section = published_section(facts_of(records))
    tables = {block.title: block for block in section.blocks if isinstance(block, TableBlock)}

    assert [title.partition(":")[0] for title in tables] == [f"Table {n}" for n in ("I", "III", "IV", "V", "VI", "VII")]
    lambdas = tables["Table VI: lambda of the contrastive loss (F1)"]
    assert lambdas.headings == ("", "samm-lv macro", "samm-lv micro", "samm-lv overall")
    assert all("\n" in cell for row in lambdas.rows for cell in row[1:])
    assert sum("\n" in row[1] for row in tables["Table V: window sizes (F1)"].rows) == 1
    assert all(row[0].startswith("samm-lv") for row in tables["Table VII: detailed results"].rows)


def share(total, parts):
    """So many truths, divided among so many subjects."""
    return [total // parts + (number < total % parts) for number in range(parts)]
