"""Thresholds, names and totals of a table as a whole, on rows written by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.findings import FindingName as Name
from spotformer_core.datasets.findings import Verdict
from spotformer_core.datasets.known_tables import KNOWN_REPAIRS, subject_totals
from spotformer_core.datasets.policy_choices import (
    Acceptance,
    AnnotationPolicies,
    DuplicatedRows,
    EmptyRows,
    policy_values,
)
from spotformer_core.datasets.published import PUBLISHED
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_review import review_placement, review_table
from spotformer_core.errors import AnnotationError
from tests.annotation_rows import row_of, verdicts

MACRO, MICRO = ExpressionKind.MACRO, ExpressionKind.MICRO


def rows_with(num_rows: int, *, num_wrong: int, **wrong) -> list[AnnotationRow]:
    """Rows of which the first `num_wrong` differ."""
    return [replace(row_of(number), **(wrong if number <= num_wrong else {})) for number in range(1, num_rows + 1)]


def test_ordinary_rows_of_ones_own_have_no_finding_and_no_published_totals():
    review = review_table([row_of(1), row_of(2, kind=MICRO), row_of(3, apex=305.0)], dataset="plain")

    assert (review.findings, review.totals, review.problems) == ((), (), ())


@pytest.mark.parametrize(
    ("num_rows", "num_wrong", "verdict"),
    [
        (10, 2, Verdict.REMARK),  # At least 3.
        (60, 3, Verdict.REMARK),  # 5 % are not more than 5 %.
        (59, 3, Verdict.PROBLEM),
        (80, 4, Verdict.REMARK),
        (79, 4, Verdict.PROBLEM),
        (1, 1, Verdict.REMARK),
        (2, 2, Verdict.PROBLEM),  # All of several.
    ],
)
def test_apexes_outside_are_a_problem_from_more_than_5_percent_of_ones_own_rows(num_rows, num_wrong, verdict):
    rows = rows_with(num_rows, num_wrong=num_wrong, apex=5.0)

    assert verdicts(rows) == {Name.APEX_OUTSIDE: verdict}
    assert verdicts(rows, policies=AnnotationPolicies(excess_repairs=Acceptance.ACCEPT)) == {
        Name.APEX_OUTSIDE: Verdict.REMARK
    }


@pytest.mark.parametrize(
    ("num_rows", "num_wrong", "verdict"),
    [
        (100, 3, None),  # 3 are known in CAS(ME)^2.
        (100, 5, Verdict.REMARK),
        (100, 6, Verdict.PROBLEM),
        (400, 7, Verdict.REMARK),  # 4 beyond the known are not more than 1 %.
        (400, 8, Verdict.PROBLEM),
    ],
)
def test_a_release_may_have_1_percent_beyond_the_known_rows(num_rows, num_wrong, verdict):
    rows = rows_with(num_rows, num_wrong=num_wrong, apex=5.0)

    assert verdicts(rows, dataset="cas-me-2").get(Name.APEX_OUTSIDE) is verdict


def test_apexes_at_an_end_are_a_problem_only_where_most_rows_of_ones_own_have_them():
    half = [row_of(n, apex=100.0 * n if n <= 5 else 100.0 * n + 3) for n in range(1, 11)]
    more = [row_of(n, apex=100.0 * n if n <= 6 else 100.0 * n + 3) for n in range(1, 11)]

    assert verdicts(half) == {Name.APEX_AT_AN_END: Verdict.REMARK}
    assert verdicts(more) == {Name.APEX_AT_AN_END: Verdict.PROBLEM}


def test_rows_of_one_interval_are_copies_whatever_their_kind_and_apex():
    rows = [row_of(1), row_of(2), replace(row_of(3), onset=100.0, offset=120.0, kind=MICRO, apex=110.0)]

    (finding,) = review_table(rows, dataset="plain").problems

    assert (finding.name, finding.count) == (Name.DUPLICATED_ROWS, 1)
    assert (
        "1 of 3 rows have recording, onset and offset of an earlier one: row 4 (anna_1: 100, 110, 120)." in finding.line
    )
    for choice in (DuplicatedRows.KEEP, DuplicatedRows.DROP):
        assert verdicts(rows, policies=AnnotationPolicies(duplicated_rows=choice)) == {
            Name.DUPLICATED_ROWS: Verdict.REMARK
        }


def test_two_recordings_with_the_same_three_rows_are_a_problem_that_dropping_does_not_solve():
    rows = [row_of(n, recording=name) for name in ("anna_1", "anna_2") for n in (1, 2, 3)]
    rows = [replace(row, row_number=number) for number, row in enumerate(rows, start=2)]

    assert verdicts(rows) == {Name.COPIED_RECORDINGS: Verdict.PROBLEM}
    assert verdicts(rows, policies=AnnotationPolicies(duplicated_rows=DuplicatedRows.DROP)) == {
        Name.COPIED_RECORDINGS: Verdict.PROBLEM
    }
    assert verdicts(rows, policies=AnnotationPolicies(duplicated_rows=DuplicatedRows.KEEP)) == {
        Name.COPIED_RECORDINGS: Verdict.REMARK
    }
    assert verdicts([row for row in rows if row.onset < 300]) == {}


@pytest.mark.parametrize("choice", list(EmptyRows))
def test_a_row_of_zeros_is_a_problem_until_somebody_says_what_it_is(choice):
    rows = [row_of(1), row_of(2, onset=0.0, offset=0.0)]

    found = verdicts(rows, policies=AnnotationPolicies(empty_rows=choice))

    assert found == {Name.EMPTY_ROWS: Verdict.PROBLEM if choice is EmptyRows.REFUSE else Verdict.REMARK}


def test_kinds_in_each_others_place_show_in_the_medians():
    rows = [row_of(n, kind=MICRO) for n in (1, 2, 3)] + [row_of(n, offset=100.0 * n + 8) for n in (4, 5, 6)]

    assert verdicts(rows) == {Name.KINDS_AND_LENGTHS: Verdict.PROBLEM}
    assert verdicts(rows[1:]) == {}
    assert verdicts(rows, policies=AnnotationPolicies(odd_lengths=Acceptance.ACCEPT)) == {
        Name.KINDS_AND_LENGTHS: Verdict.REMARK
    }


def test_seconds_show_as_fractions_or_as_expressions_of_no_length():
    fractions = [row_of(n, onset=3.2 * n, offset=3.2 * n + 1.4) for n in (1, 2, 3)]
    whole = [row_of(n, onset=5.0 * n, offset=5.0 * n + 2) for n in (1, 2, 3)]

    assert verdicts(fractions)[Name.FRACTIONS] is Verdict.PROBLEM
    assert verdicts(whole) == {Name.SHORT_EXPRESSIONS: Verdict.PROBLEM}
    assert verdicts([replace(row, offset=row.onset + 3) for row in whole]) == {}


def test_a_missing_apex_is_nothing_striking_in_ones_own_table_and_is_in_the_lineages():
    rows = [row_of(n) for n in range(1, 4)]

    assert verdicts(rows) == {}
    assert verdicts(rows, dataset="lineage") == {Name.APEX_MISSING: Verdict.PROBLEM}


@pytest.mark.parametrize("dataset", PUBLISHED)
def test_the_totals_of_the_subjects_are_those_of_the_release(dataset):
    subjects = subject_totals(dataset)

    assert len(subjects) == PUBLISHED[dataset].subjects
    assert sum(macro for macro, _ in subjects.values()) == PUBLISHED[dataset].macro
    assert sum(micro for _, micro in subjects.values()) == PUBLISHED[dataset].micro
    assert dataset in KNOWN_REPAIRS


def test_other_totals_are_a_problem_unless_part_is_wanted_or_they_are_accepted():
    rows = [row_of(1, recording="006_1", subject="006", offset=300.0)]

    review = review_table(rows, dataset="samm-lv")

    (finding,) = review.problems
    assert finding.name is Name.OTHER_TOTALS
    assert (
        "147 recordings published, 1 here; 30 subjects published, 1 here; 343 macro published, 1 here" in finding.line
    )
    assert "006 23 macro and 11 micro published, 1 and 0 here" in finding.line
    here, published = "1 recordings, 1 subjects, 1 macro, 0 micro", "147 recordings, 30 subjects, 343 macro, 159 micro"
    assert review.totals == (f"samm-lv: {here}; published {published}",)
    assert verdicts(rows, dataset="samm-lv", is_part=True) == {Name.OTHER_TOTALS: Verdict.REMARK}
    accepted = AnnotationPolicies(other_totals=Acceptance.ACCEPT)
    assert verdicts(rows, dataset="samm-lv", policies=accepted) == {Name.OTHER_TOTALS: Verdict.REMARK}


def test_the_demo_has_no_totals_to_keep():
    assert verdicts([row_of(1, recording="s15_0101", subject="s15")], dataset="demo") == {}


@pytest.mark.parametrize(
    ("num_past", "verdict"), [(0, None), (3, Verdict.REMARK), (5, Verdict.REMARK), (6, Verdict.PROBLEM)]
)
def test_rows_past_the_end_are_a_problem_from_more_than_5_percent(num_past, verdict):
    placed = [row_of(n) for n in range(1, 101)]

    review = review_placement(placed[:num_past], [], placed, dataset="plain", policies=AnnotationPolicies())

    assert [one.verdict for one in review.findings] == ([] if verdict is None else [verdict])


def test_rows_on_frames_without_a_file_are_a_problem_from_more_than_a_quarter():
    placed = [row_of(n) for n in range(1, 21)]

    def verdict(num_rows):
        review = review_placement([], placed[:num_rows], placed, dataset="cas-me-3", policies=AnnotationPolicies())
        return review.findings[0].verdict

    assert (verdict(5), verdict(6)) == (Verdict.REMARK, Verdict.PROBLEM)


def test_all_problems_stand_in_one_error_with_what_accepts_them():
    rows = [row_of(1, subject="Anna", recording="a"), row_of(2, recording="b"), row_of(2, recording="b")]
    rows = [replace(row, row_number=number) for number, row in enumerate(rows, start=2)]
    review = review_table(rows, dataset="plain")

    with pytest.raises(
        AnnotationError, match=r"has 2 problem\(s\):\n  same-names 1: .*\n  duplicated-rows 1: "
    ) as caught:
        review.require_accepted()

    assert "--policy same-names=distinct" in str(caught.value)
    assert "--policy duplicated-rows=drop or duplicated-rows=keep" in str(caught.value)
    review_table(rows[:1], dataset="plain").require_accepted()


def test_the_documentation_has_every_finding_with_what_accepts_it():
    lines = (Path(__file__).parents[4] / "docs" / "datasets.md").read_text().splitlines()

    described = [line.split(" | ")[0].strip("|* ") for line in lines if line.startswith("| **")]
    assert sorted(described) == sorted(Name)
    accepting = {cell.strip("` |") for line in lines if line.startswith("| **") for cell in line.split(" | ")[-1:]}
    named = {one.split("=")[0] for one in accepting if "=" in one}
    assert named == {
        *("duplicated-rows", "same-names", "unknown-recordings", "other-totals", "empty-rows"),
        *("excess-repairs", "odd-lengths"),
    }
    assert named < policy_values().keys()
