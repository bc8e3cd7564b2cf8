"""The annotated expressions of a dataset, without its frames: all that scoring detections needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platform.reporting.recording_names import RecordingNames
from spotformer_core.datasets import cas_me_2, cas_me_3, lineage, plain
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import counted_rows
from spotformer_core.datasets.findings import TableReview
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.releases import ANNOTATION_TABLES
from spotformer_core.datasets.table_review import review_table
from spotformer_core.errors import AnnotationError, InvalidValueError

SCORED_TABLES: Final[Mapping[str, Callable[[Path], tuple[AnnotationRow, ...]]]] = {
    **ANNOTATION_TABLES,
    lineage.NAME: lineage.read_annotations,
    plain.NAME: plain.read_annotations,
}
"""What reads the annotation table of each dataset whose detections can be scored, by its name."""


ROW_POLICIES: Final = (
    "expression-lengths",
    "duplicated-rows",
    "empty-rows",
    "same-names",
    "unknown-recordings",
    "other-totals",
    "excess-repairs",
    "odd-lengths",
)
"""Policies that say which rows of a table count and what of it is accepted."""

_USUAL = AnnotationPolicies()


@dataclass(frozen=True, kw_only=True, slots=True)
class Truths:
    """The annotation table of a dataset, and which names a detection may have.

    Attributes:
        rows: those that count by the policies.
        review: what is striking about the table as a whole; nothing in it is a problem.
        subject_of: recording to subject, of every recording that the tables name.
        without_expressions: names of the dataset's recordings in which nothing is annotated.
    """

    dataset: str
    rows: tuple[AnnotationRow, ...]
    review: TableReview
    subject_of: dict[str, str]
    without_expressions: frozenset[str]

    @property
    def recordings(self) -> frozenset[str]:
        """Every recording that detections may lie in."""
        return self.without_expressions | self.subject_of.keys()

    @property
    def names(self) -> RecordingNames:
        """The recordings, and how else they are written."""
        return RecordingNames({name: self.subject(name) for name in self.recordings}, dataset=self.dataset)

    def subject(self, recording: str) -> str:
        """The subject of a recording; where no table names it, the recording's name but for the last part."""
        return self.subject_of.get(recording, recording.rpartition("_")[0])


def read_truths(dataset: str, path: Path, policies: AnnotationPolicies = _USUAL) -> Truths:
    """The truths of a dataset's own annotation table.

    Of `plain`, a `recordings.csv` beside the table names recordings without expressions.

    Args:
        dataset: one of `SCORED_TABLES`.
        policies: of these, the ones in `ROW_POLICIES` say which rows count and what of the table is accepted.

    Raises:
        AnnotationError: when the file is no such table, breaks a rule, annotates nothing, or has problems as a whole
            that `policies` do not accept.
        InvalidValueError: for a policy that says something about frames, of which there are none here.
    """
    require_row_policies(policies)
    rows = SCORED_TABLES[dataset](path)
    if not rows:
        raise AnnotationError(f"an annotation table must have rows, got none in {path}. Use the table of the release.")
    described = plain.read_recordings(path.parent / plain.RECORDING_FILE) if dataset == plain.NAME else {}
    subject_of = {name: one.subject for name, one in described.items()}
    for row in rows:
        if subject_of.setdefault(row.recording, row.subject) != row.subject:
            raise AnnotationError(
                f"a recording must have one subject, got {subject_of[row.recording]} and {row.subject} for "
                f"{row.recording} in row {row.row_number} of the annotation table. Correct the row."
            )
    review = review_table(
        rows,
        dataset=dataset,
        policies=policies,
        annotations=path,
        others={name: one.subject for name, one in described.items()},
    )
    review.require_accepted()
    counted, _ = counted_rows(rows, dataset=dataset, policies=policies, annotations=path)
    known = _without_expressions(dataset, rows) | subject_of.keys()
    return Truths(
        dataset=dataset,
        rows=counted,
        review=review,
        subject_of=subject_of,
        without_expressions=known - {row.recording for row in counted},
    )


def require_row_policies(policies: AnnotationPolicies) -> None:
    """Raises InvalidValueError when a policy was chosen that has no effect on the rows of a table."""
    usual = _USUAL.as_dict()
    for name, value in policies.as_dict().items():
        if value != usual[name] and name not in ROW_POLICIES:
            raise InvalidValueError(
                f"a policy must concern the rows of a table where no frames are read, got {name}={value}. "
                f"Leave it out. These do: {', '.join(ROW_POLICIES)}."
            )


_CAS_ME_2_WITHOUT_EXPRESSIONS = (("15", "0508"), ("19", "0502"), ("23", "0503"))
"""Numbers of subject and stimulus."""
_CAS_ME_3_LETTERS = "abcdefghijklm"
"""Of the 13 stimuli that every subject was shown."""


def _without_expressions(dataset: str, rows: tuple[AnnotationRow, ...]) -> frozenset[str]:
    """Recordings that the release holds frames of and annotates nothing in; detections there are false positives."""
    if dataset == cas_me_2.NAME:
        return frozenset(f"s{subject}_{stimulus}" for subject, stimulus in _CAS_ME_2_WITHOUT_EXPRESSIONS)
    subjects = {row.subject for row in rows}
    if dataset == cas_me_3.NAME:
        return frozenset(f"{subject}_{letter}" for subject in subjects for letter in _CAS_ME_3_LETTERS)
    if dataset == lineage.NAME and all(row.recording.startswith("casme_") for row in rows):
        # Tables write subject 15 as casme_015 or as casme_15.
        written = {subject.removeprefix("casme_").lstrip("0"): subject for subject in subjects}
        return frozenset(
            f"{written.get(subject, f'casme_{subject.zfill(3)}')}_{stimulus}"
            for subject, stimulus in _CAS_ME_2_WITHOUT_EXPRESSIONS
        )
    return frozenset()
