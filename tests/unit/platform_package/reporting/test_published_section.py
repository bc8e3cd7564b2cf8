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
    records = records_of("samm-lv", num_macro=343, num_micro=159)

    section = published_section(facts_of(records))
    tables = {block.title: block for block in section.blocks if isinstance(block, TableBlock)}

    assert [title.partition(":")[0] for title in tables] == [f"Table {n}" for n in ("I", "III", "IV", "V", "VI", "VII")]
    lambdas = tables["Table VI: lambda of the contrastive loss (F1)"]
    assert lambdas.headings == ("", "samm-lv macro", "samm-lv micro", "samm-lv overall")
    assert all("\n" in cell for row in lambdas.rows for cell in row[1:])
    assert sum("\n" in row[1] for row in tables["Table V: window sizes (F1)"].rows) == 1
    assert all(row[0].startswith("samm-lv") for row in tables["Table VII: detailed results"].rows)


def test_a_study_of_cas_me_3_stands_beside_table_ii_alone(facts_of):
    section = published_section(facts_of(records_of("cas-me-3", num_macro=2364, num_micro=288)))

    (table,) = (block for block in section.blocks if isinstance(block, TableBlock))
    assert table.title == "Table II: comparison on CAS(ME)^3, by 2231 macro and 285 micro (F1)"
    assert table.headings == ("", "cas-me-3 macro", "cas-me-3 micro", "cas-me-3 overall")
    assert [row[0] for row in table.rows] == ["LGSNet", "Ours"]


def records_of(dataset, *, num_macro, num_micro):
    """A study of Table VI on a dataset with so many truths, of which about half are found."""
    subjects = [f"{number:03d}" for number in range(30)]
    counts = {"macro": share(num_macro, 30), "micro": share(num_micro, 30)}
    records = [study_record(space=TABLE_6, dataset=dataset, subjects=subjects)]
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
    return records


def share(total, parts):
    """So many truths, divided among so many subjects."""
    return [total // parts + (number < total % parts) for number in range(parts)]
