"""The annotated expressions of a release, without its frames: all that scoring detections needs."""

from dataclasses import dataclass
from pathlib import Path

from spotformer_core.datasets import cas_me_2, cas_me_3
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.releases import ANNOTATION_TABLES
from spotformer_core.errors import AnnotationError


@dataclass(frozen=True, kw_only=True, slots=True)
class Truths:
    """The annotation table of a release, and which names a detection may have.

    Attributes:
        subject_of: recording to subject, of every annotated recording.
        without_expressions: names of the release's recordings in which nothing is annotated.
    """

    rows: tuple[AnnotationRow, ...]
    subject_of: dict[str, str]
    without_expressions: frozenset[str]

    @property
    def recordings(self) -> frozenset[str]:
        """Every recording that detections may lie in."""
        return self.without_expressions | self.subject_of.keys()

    def subject(self, recording: str) -> str:
        """The subject of a recording; in all three releases its name but for the last part."""
        return self.subject_of.get(recording, recording.rpartition("_")[0])


def read_truths(dataset: str, path: Path) -> Truths:
    """The truths of a release's own annotation table.

    Args:
        dataset: name of the release, one of `ANNOTATION_TABLES`.

    Raises:
        AnnotationError: when the file is no such table, breaks a rule, or annotates nothing.
    """
    rows = ANNOTATION_TABLES[dataset](path)
    if not rows:
        raise AnnotationError(f"an annotation table must have rows, got none in {path}. Use the table of the release.")
    subject_of = {row.recording: row.subject for row in rows}
    unannotated = _without_expressions(dataset, set(subject_of.values()))
    return Truths(rows=rows, subject_of=subject_of, without_expressions=unannotated - subject_of.keys())


_CAS_ME_2_WITHOUT_EXPRESSIONS = frozenset({"s15_0508", "s19_0502", "s23_0503"})
_CAS_ME_3_LETTERS = "abcdefghijklm"
"""Of the 13 stimuli that every subject was shown."""


def _without_expressions(dataset: str, subjects: set[str]) -> frozenset[str]:
    """Recordings that the release holds frames of and annotates nothing in; detections there are false positives."""
    if dataset == cas_me_2.NAME:
        return _CAS_ME_2_WITHOUT_EXPRESSIONS
    if dataset == cas_me_3.NAME:
        return frozenset(f"{subject}_{letter}" for subject in subjects for letter in _CAS_ME_3_LETTERS)
    return frozenset()
