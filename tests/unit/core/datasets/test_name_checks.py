"""Names that are one name written in two ways, and names that a release cannot have."""

import pytest

from spotformer_core.datasets.findings import FindingName as Name
from spotformer_core.datasets.findings import Verdict
from spotformer_core.datasets.policy_choices import Acceptance, AnnotationPolicies, SameNames
from spotformer_core.datasets.table_review import review_table
from tests.annotation_rows import row_of, verdicts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "anna"),
        ("007", "7"),
        ("p007", "p7"),
        ("anna_1", "anna 1"),
        ("anna-1", "ANNA_01"),
        ("Jose\u0301", "Jos\u00e9"),
        ("stra\u00dfe", "STRASSE"),
        ("p\uff11", "p1"),
    ],
)
def test_subjects_that_are_written_in_two_ways_are_a_problem(one, other):
    rows = [row_of(1, subject=one, recording="a"), row_of(2, subject=other, recording="b")]

    (finding,) = review_table(rows, dataset="plain").problems

    assert (finding.name, finding.count) == (Name.SAME_NAMES, 1)
    assert "subjects whose names differ by case, leading zeros or separators only" in finding.line
    assert finding.line.endswith("or accept it with --policy same-names=distinct.")
    assert verdicts(rows, policies=AnnotationPolicies(same_names=SameNames.DISTINCT)) == {
        Name.SAME_NAMES: Verdict.REMARK
    }


@pytest.mark.parametrize(
    ("one", "other"), [("anna", "hanna"), ("10", "1"), ("p70", "p7"), ("a_1", "a_11"), ("100", "1")]
)
def test_names_that_differ_by_more_are_two_names(one, other):
    assert verdicts([row_of(1, subject=one, recording="a"), row_of(2, subject=other, recording="b")]) == {}


def test_recordings_without_rows_are_compared_too():
    found = verdicts([row_of(1)], others={"anna_01": "anna", "ben_1": "ANNA"})

    (finding,) = review_table([row_of(1)], dataset="plain", others={"anna_01": "anna", "ben_1": "ANNA"}).problems
    assert found == {Name.SAME_NAMES: Verdict.PROBLEM}
    assert finding.count == 2
    assert "subjects and recordings whose names" in finding.sentence


def test_long_names_are_echoed_in_at_most_200_characters():
    long = "x" * 90
    rows = [row_of(1, subject=f"{long}{n}", recording=f"r{n}") for n in range(4)]
    rows += [row_of(2, subject=f"{long.upper()}{n}", recording=f"s{n}") for n in range(4)]

    (finding,) = review_table(rows, dataset="plain").problems

    assert finding.count == 4
    assert len(finding.sentence) < 450


@pytest.mark.parametrize(
    ("dataset", "possible", "impossible"),
    [
        ("samm-lv", "006_7", "006_8"),
        ("samm-lv", "037_1", "027_1"),
        ("cas-me-2", "s15_0101", "s15_0103"),
        ("cas-me-2", "s40_0508", "s39_0508"),
        ("cas-me-3", "spNO.1_m", "spNO.1_n"),
        ("lineage", "samm_006_7", "samm_006_8"),
        ("lineage", "casme_015_0101", "casme_018_0101"),
        ("lineage", "casme_15_0101", "casme_15_0103"),
        ("lineage", "casme3_1_m", "casme3_1_n"),
    ],
)
def test_recordings_that_a_release_cannot_have_are_a_problem(dataset, possible, impossible):
    usual, accepted = AnnotationPolicies(), AnnotationPolicies(unknown_recordings=Acceptance.ACCEPT)

    def verdict(name, policies):
        rows = [row_of(1, recording=name, subject=name.rpartition("_")[0])]
        return verdicts(rows, dataset=dataset, policies=policies).get(Name.UNKNOWN_RECORDINGS)

    assert (verdict(possible, usual), verdict(impossible, usual)) == (None, Verdict.PROBLEM)
    assert verdict(impossible, accepted) is Verdict.REMARK


def test_a_folder_that_a_release_cannot_have_is_a_problem_too():
    found = verdicts([], dataset="samm-lv", others={"099_1": "099"})

    assert found[Name.UNKNOWN_RECORDINGS] is Verdict.PROBLEM
