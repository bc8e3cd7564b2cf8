"""What the detections of any method score against a release's own annotations, under a named convention.

Everything is in the release's own frame numbers, as published detections are: 1-based where the release is, and at its
own frame rate. Nothing is subsampled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import floor

import numpy as np

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError
from spotformer_core.metrics.conventions import Convention, MissingOffset
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.matching import find_truths
from spotformer_core.metrics.pairing import NOBODY
from spotformer_core.shapes import Int

OVERALL = "overall"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A detection or an annotated expression, in frame numbers of the release."""

    recording: str
    kind: ExpressionKind
    onset: int
    offset: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How many detections there are, how many truths, and how many truths were found; scores add up.

    Attributes:
        needless: detections that count against precision, as the convention says; usually predictions - found.
    """

    predictions: int = 0
    truths: int = 0
    found: int = 0
    needless: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            predictions=self.predictions + other.predictions,
            truths=self.truths + other.truths,
            found=self.found + other.found,
            needless=self.needless + other.needless,
        )

    @property
    def counts(self) -> Counts:
        """TP, FP and FN."""
        return Counts(self.found, self.needless, self.truths - self.found)

    def as_dict(self) -> dict[str, float]:
        """`{"predictions": ..., "truths": ..., "found": ..., "precision": ..., "recall": ..., "f1": ...}`."""
        numbers = {name: value for name, value in asdict(self).items() if name != "needless"}
        rates = self.counts
        return numbers | {"precision": rates.precision, "recall": rates.recall, "f1": rates.f1}


def score_recordings(
    detections: Iterable[Span], truths: Iterable[Span], convention: Convention
) -> dict[str, dict[ExpressionKind, Score]]:
    """The score of each kind in every recording that has detections or truths."""
    of_recording: defaultdict[str, tuple[list[Span], list[Span]]] = defaultdict(lambda: ([], []))
    for role, spans in enumerate((detections, truths)):
        for span in spans:
            of_recording[span.recording][role].append(span)
    return {
        recording: {
            kind: _score(
                [one for one in own if one.kind is kind], [one for one in real if one.kind is kind], convention
            )
            for kind in KINDS
        }
        for recording, (own, real) in of_recording.items()
    }


def pooled_scores(scores: Mapping[str, Mapping[ExpressionKind, Score]]) -> dict[str, Score]:
    """Scores over all recordings, by "macro", "micro" and "overall": added up, and divided only then."""
    pooled = {str(kind): sum((one[kind] for one in scores.values()), Score()) for kind in KINDS}
    return pooled | {OVERALL: sum(pooled.values(), Score())}


def annotated_span(row: AnnotationRow, convention: Convention) -> Span:
    """The truth that a row of the annotation table stands for: numbers rounded half up, as the MEGC2020 baseline does.

    Raises:
        AnnotationError: when the offset is before the onset, or is 0 while the apex is missing too.
    """
    offset = row.offset
    if offset == 0 and row.onset > 0:
        offset = _completed_offset(row, convention.missing_offset)
    elif offset < row.onset:
        raise AnnotationError(
            f"the offset must not be before the onset, got onset {row.onset:g} and offset {row.offset:g} in row "
            f"{row.row_number} of the annotation table ({row.recording}). Correct the row."
        )
    return Span(
        recording=row.recording,
        kind=row.kind,
        onset=floor(row.onset + 0.5),
        offset=floor(offset + 0.5),
    )


def _completed_offset(row: AnnotationRow, policy: MissingOffset) -> float:
    if policy is MissingOffset.KEPT:
        return row.offset
    if row.apex is None:
        raise AnnotationError(
            f"a row without an offset must have an apex, got offset 0 and no apex in row {row.row_number} of the "
            f"annotation table ({row.recording}). Correct the row."
        )
    return row.apex if policy is MissingOffset.APEX else 2 * row.apex - row.onset


def _score(detections: Sequence[Span], truths: Sequence[Span], convention: Convention) -> Score:
    if convention.truths_needed and not truths:
        return Score()
    finder, _ = find_truths(*_ends(detections), *_ends(truths), convention)
    finders = finder[finder != NOBODY]
    num_finders = len(set(finders.tolist())) if convention.shared_detections_count_twice else len(finders)
    needless = len(detections) - num_finders
    if convention.nothing_is_one_false and not detections:
        needless = 1
    return Score(predictions=len(detections), truths=len(truths), found=len(finders), needless=needless)


def _ends(spans: Sequence[Span]) -> tuple[Int[np.ndarray, " spans"], Int[np.ndarray, " spans"]]:
    return np.array([one.onset for one in spans], np.int64), np.array([one.offset for one in spans], np.int64)
