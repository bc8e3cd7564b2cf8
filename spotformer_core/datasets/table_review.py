"""An annotation table looked at as a whole: rows that are right one by one may be wrong together.

    rows, names on disk  ->  groups by release  ->  findings (problem or remark), totals beside the published ones

Every finding, its threshold and the reason for that stand in docs/datasets.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import counted_rows, later_copies
from spotformer_core.datasets.dataset_names import CAS_ME_3
from spotformer_core.datasets.findings import Finding, FindingName, TableReview, Verdict, examples, joined_reviews
from spotformer_core.datasets.known_tables import KNOWN_REPAIRS, KnownRepairs, subject_totals
from spotformer_core.datasets.name_checks import same_name_findings, unknown_recording_findings
from spotformer_core.datasets.policy_choices import Acceptance, AnnotationPolicies, ExpressionLengths
from spotformer_core.datasets.published import LGSNET_TOTALS, PAPER_KINDS, PUBLISHED, row_totals, totals_beside
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.datasets.table_checks import (
    copy_findings,
    excess_finding,
    form_remarks,
    length_findings,
    repair_findings,
)
from spotformer_core.datasets.table_groups import OWN_SHARE, RowGroup, row_groups

GAP_SHARE = 0.25
"""Of rows on frames without a file: a tenth of CAS(ME)^3 has gaps."""
_FILTERED_TOTALS = {
    (2364, 288),
    (PAPER_KINDS[ExpressionKind.MACRO], PAPER_KINDS[ExpressionKind.MICRO]),
    (LGSNET_TOTALS.macro, LGSNET_TOTALS.micro),
}
"""Macro and micro of CAS(ME)^3 that lineage tables may have besides those of the release."""
_DEFAULTS = AnnotationPolicies()
_NOTHING: Mapping[str, str] = {}


def review_table(
    rows: Sequence[AnnotationRow],
    *,
    dataset: str,
    policies: AnnotationPolicies = _DEFAULTS,
    annotations: Path | None = None,
    others: Mapping[str, str] = _NOTHING,
    is_part: bool = False,
) -> TableReview:
    """What is striking about the rows of a table, before anything is made of them.

    Args:
        rows: all rows of the table, as its reader gives them.
        dataset: its name, as on the command line.
        annotations: the table, beside which LGSNet's list may lie.
        others: recordings that have no row (on disk, or named in another table) to their subjects.
        is_part: whether rows are left out by choice, so that other totals than the published ones are expected.

    Raises:
        AnnotationError: when LGSNet's list is asked for and cannot be read.
    """
    everything = replace(policies, expression_lengths=ExpressionLengths.ALL)
    kept, _ = counted_rows(rows, dataset=dataset, policies=everything)
    is_release = dataset in PUBLISHED
    recordings = {*(row.recording for row in rows), *others}
    names = same_name_findings(
        {*(row.subject for row in rows), *others.values()}, recordings, same_names=policies.same_names
    )
    if is_release:
        names += unknown_recording_findings(dataset, recordings, unknown_recordings=policies.unknown_recordings)
    reviews = [TableReview(findings=tuple(names))]
    reviews += [
        _group_review(group, policies, is_lineage=not is_release) for group in row_groups(rows, dataset=dataset)
    ]
    for group in row_groups(kept, dataset=dataset):
        if group.release:
            found = _totals_findings(group, policies, is_part=is_part, is_lineage=not is_release)
            told = totals_beside(
                group.release, group.rows, lengths=policies.expression_lengths, annotations=annotations
            )
            reviews.append(TableReview(findings=tuple(found), totals=told))
    return joined_reviews(reviews)


def review_placement(
    past_end: Sequence[AnnotationRow],
    without_file: Sequence[AnnotationRow],
    placed: Sequence[AnnotationRow],
    *,
    dataset: str,
    policies: AnnotationPolicies,
) -> TableReview:
    """What is striking about rows beside the frames on disk.

    Args:
        past_end: rows that end past the end of their recordings.
        without_file: rows that begin, end or have their apex on a frame without a file.
        placed: all rows of recordings on disk.
    """
    known = KNOWN_REPAIRS.get(dataset, KnownRepairs())
    release = dataset if dataset in KNOWN_REPAIRS else ""
    group = RowGroup(release=release, rows=tuple(placed), known=known, most_share=OWN_SHARE)
    found = (
        excess_finding(
            FindingName.PAST_END, past_end, known.past_end, group, policies, "the offset is past the last frame on disk"
        ),
        excess_finding(
            FindingName.FRAMES_WITHOUT_FILE,
            without_file,
            0,
            group,
            policies,
            "there is no file of the onset, apex or offset",
            most_share=GAP_SHARE,
        ),
    )
    return TableReview(findings=tuple(finding for finding in found if finding is not None))


def _group_review(group: RowGroup, policies: AnnotationPolicies, *, is_lineage: bool) -> TableReview:
    copies = {row.row_number for row in later_copies(group.rows)}
    once = replace(group, rows=tuple(row for row in group.rows if row.row_number not in copies))
    findings = [
        *copy_findings(group, policies),
        *repair_findings(once, policies),
        *length_findings(once, policies),
        *form_remarks(group),
    ]
    if is_lineage:
        findings += unknown_recording_findings(
            group.release, {row.recording for row in group.rows}, unknown_recordings=policies.unknown_recordings
        )
    return TableReview(findings=tuple(findings))


def _totals_findings(
    group: RowGroup, policies: AnnotationPolicies, *, is_part: bool, is_lineage: bool
) -> list[Finding]:
    """Totals of the table, or of subjects in it, that are not those of the release."""
    here, published = row_totals(group.rows), PUBLISHED[group.release]
    if is_lineage and group.release == CAS_ME_3 and (here.macro, here.micro) in _FILTERED_TOTALS:
        return []
    different = [
        f"{value} {name} published, {asdict(here)[name]} here"
        for name, value in asdict(published).items()
        if asdict(here)[name] != value
    ]
    subjects = _other_subjects(group)
    if not different and not subjects:
        return []
    told = "; ".join([*different, *([f"subjects: {examples(subjects)}"] if subjects else [])])
    is_accepted = is_part or policies.other_totals is Acceptance.ACCEPT
    return [
        Finding(
            name=FindingName.OTHER_TOTALS,
            count=len(different) + len(subjects),
            verdict=Verdict.REMARK if is_accepted else Verdict.PROBLEM,
            sentence=f"{group.release} has other totals than were published: {told}. Figures of this table cannot be "
            "compared with published ones.",
            accepted_by=f"other-totals={Acceptance.ACCEPT}",
        )
    ]


def _other_subjects(group: RowGroup) -> list[str]:
    """Subjects with other numbers of expressions than in the release."""
    kinds_of: dict[str, list[ExpressionKind]] = {}
    for row in group.rows:
        kinds_of.setdefault(row.subject, []).append(row.kind)
    here = {
        subject: (kinds.count(ExpressionKind.MACRO), kinds.count(ExpressionKind.MICRO))
        for subject, kinds in kinds_of.items()
    }
    published = subject_totals(group.release)
    return [
        f"{subject} {published.get(subject, (0, 0))[0]} macro and {published.get(subject, (0, 0))[1]} micro published, "
        f"{here.get(subject, (0, 0))[0]} and {here.get(subject, (0, 0))[1]} here"
        for subject in sorted(published.keys() | here.keys())
        if published.get(subject, (0, 0)) != here.get(subject, (0, 0))
    ]
