"""Every published figure against the text of the paper, and against what follows from it."""

import re
from pathlib import Path

import pytest

from platform.reporting.published_tables import (
    BOTH,
    CAS_ME_2,
    CAS_ME_3,
    F1_TABLES,
    MATCHED,
    PUBLISHED_TRUTHS,
    SAMM_LV,
    TABLE_I,
    TABLE_II,
    TABLE_III,
    TABLE_IV,
    TABLE_VII,
    PublishedTable,
)
from spotformer_core.config import Configuration
from spotformer_core.metrics.counts import Counts

FIGURE = re.compile(r"(?<=\s)(?:-|0\.\d+)(?=\s|$)")
FULL_ROW = {"I": 6, "II": 3, "III": 6, "IV": 7, "V": 3, "VI": 6}


@pytest.fixture(scope="module")
def paper() -> list[str]:
    """Lines of the paper's text, which belongs to its authors and is no part of this repository."""
    path = Path(__file__).resolve().parents[4].parent / "shared" / "paper" / "spotformer.txt"
    if not path.is_file():
        pytest.skip("needs the text of the paper as shared/paper/spotformer.txt beside the repository")
    return path.read_text(encoding="utf-8").splitlines()


def lines_of(paper: list[str], number: str) -> list[str]:
    """The lines of a table, from below its caption to the next caption or paragraph."""
    first = next(index for index, line in enumerate(paper) if line.startswith(f"TABLE {number}:"))
    rest = paper[first + 1 :]
    last = next(index for index, line in enumerate(rest) if not line or line.startswith(("TABLE", "Refer", "Figure")))
    return rest[:last]


def overall_f1(*counts: Counts) -> float:
    return sum(counts, Counts()).f1


@pytest.mark.parametrize("table", F1_TABLES, ids=[table.number for table in F1_TABLES])
def test_every_figure_stands_in_the_paper_in_the_row_of_its_label(paper, table: PublishedTable):
    printed = [
        (line, [None if one == "-" else float(one) for one in FIGURE.findall(f" {line}")[-FULL_ROW[table.number] :]])
        for line in lines_of(paper, table.number)
        if len(FIGURE.findall(f" {line}")) >= FULL_ROW[table.number]
    ]

    assert [figures for _, figures in printed] == [
        [figure for figures in row.f1.values() for figure in figures] for row in table.rows
    ]
    # The check marks of Table III are no text.
    if table is not TABLE_III:
        for (line, _), row in zip(printed, table.rows, strict=True):
            assert row.label in re.sub(r"\s*\[[^]]*\]", "", line)


def test_the_counts_of_table_vii_stand_in_the_paper(paper):
    lines = {line.split()[0]: line.split()[1:] for line in lines_of(paper, "VII")}

    for row, name in (("TP", "true_positives"), ("FP", "false_positives"), ("FN", "false_negatives")):
        printed = [int(number) for number in lines[row]]
        for index, dataset in enumerate((SAMM_LV, CAS_ME_2)):
            macro, micro = (getattr(one, name) for one in TABLE_VII.counts[dataset].values())
            assert printed[3 * index : 3 * index + 3] == [macro, micro, macro + micro]


def test_precision_recall_and_f1_of_table_vii_follow_from_its_counts(paper):
    lines = {line.split()[0]: [float(one) for one in line.split()[1:]] for line in lines_of(paper, "VII")[2:]}

    for index, dataset in enumerate((SAMM_LV, CAS_ME_2)):
        own = list(TABLE_VII.counts[dataset].values())
        for column, counts in enumerate([*own, sum(own, Counts())]):
            rates = (counts.precision, counts.recall, counts.f1)
            printed = tuple(lines[name][3 * index + column] for name in ("Precision", "Recall", "F1-Score"))
            assert tuple(round(rate, 4) for rate in rates) == printed


@pytest.mark.parametrize(("dataset", "totals"), [(SAMM_LV, (343, 159)), (CAS_ME_2, (300, 57))])
def test_the_counts_add_up_to_the_expressions_of_the_dataset(dataset, totals):
    assert tuple(one.true_positives + one.false_negatives for one in TABLE_VII.counts[dataset].values()) == totals


def test_the_expressions_of_cas_me_3_stand_in_the_paper(paper):
    assert PUBLISHED_TRUTHS[CAS_ME_3] == {"macro": 2231, "micro": 285}
    assert any("results in 2231 ground-truth MaEs and 285 ground-truth MEs" in line for line in paper)
    assert "2231 macro and 285 micro" in TABLE_II.title


def test_the_published_f1_is_the_same_in_every_table_and_follows_from_the_counts():
    usual = {name: Configuration().parameters()[name] for name in MATCHED}
    rows = [row for table in F1_TABLES for row in table.rows if row.parameters == usual]

    assert len(rows) == len(F1_TABLES)
    for row in rows:
        for dataset, figures in row.f1.items():
            if dataset in TABLE_VII.counts:
                macro, micro = TABLE_VII.counts[dataset].values()
                assert [round(one, 4) for one in (macro.f1, micro.f1, overall_f1(macro, micro))] == list(figures)


def test_the_last_column_of_table_iv_pools_both_datasets():
    counts = [one for by_kind in TABLE_VII.counts.values() for one in by_kind.values()]

    assert TABLE_IV.rows[0].f1[BOTH] == (round(overall_f1(*counts), 4),)


def test_the_gains_that_the_paper_tells_say_which_module_is_in_which_row_of_table_iii(paper):
    text = "\n".join(paper)
    _, flgp, sw_mro, both = (row.f1[SAMM_LV][2] for row in TABLE_III.rows)

    # SW-MRO is what the full model has beyond FLGP alone, and the other way round.
    assert f"{100 * (both / flgp - 1):.1f}%/17.7% on the SAMM-LV" in text
    assert f"{100 * (both / sw_mro - 1):.1f}%/3.4% on the SAMM-LV" in text


def test_rows_of_a_table_are_different_configurations():
    for table in F1_TABLES:
        parameters = [row.parameters for row in table.rows if row.parameters is not None]
        assert len({str(one) for one in parameters}) == len(parameters)
        for one in parameters:
            Configuration.from_parameters(one)
    assert sum(row.parameters is None for row in TABLE_I.rows) == len(TABLE_I.rows) - 1
