"""What the detections of any method score against a release's own annotations, under a named convention.

Everything is in the release's own frame numbers, as published detections are: 1-based where the release is, and at its
own frame rate. Nothing is subsampled.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError
from spotformer_core.metrics.conventions import Convention, Kinds, MissingOffset
from spotformer_core.metrics.counts import Counts
from spotformer_core.metrics.matching import find_truths
from spotformer_core.metrics.pairing import NOBODY, enough_overlap
from spotformer_core.shapes import Int

OVERALL = "overall"


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A detection or an annotated expression, in frame numbers of the release.

    Attributes:
        kind: None for a detection that has none.
        emotion: None where none is stated.
    """

    recording: str
    kind: ExpressionKind | None
    onset: int
    offset: int
    emotion: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """How many detections there are, how many truths, and how many truths were found; scores add up.

    Attributes:
        needless: detections that count against precision, as the convention says; usually predictions - found.
        repeated: true positives beyond one for each truth found, where every pair counts.
    """

    predictions: int = 0
    truths: int = 0
    found: int = 0
    needless: int = 0
    repeated: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            predictions=self.predictions + other.predictions,
            truths=self.truths + other.truths,
            found=self.found + other.found,
            needless=self.needless + other.needless,
            repeated=self.repeated + other.repeated,
        )

    @property
    def counts(self) -> Counts:
        """TP, FP and FN."""
        return Counts(self.found + self.repeated, self.needless, self.truths - self.found)

    def as_dict(self) -> dict[str, float]:
        """`predictions`, `truths`, `found`, `precision`, `recall`, `f1`, `tp`, `fp` and `fn`, in this order."""
        rates = self.counts
        numbers = {"predictions": self.predictions, "truths": self.truths, "found": self.found}
        return numbers | {"precision": rates.precision, "recall": rates.recall, "f1": rates.f1} | rates.as_dict()


Group = ExpressionKind | None
"""What is counted by itself: a kind, or None for all of them together."""


def groups(convention: Convention) -> tuple[Group, ...]:
    """What a convention counts by itself."""
    return (None,) if convention.kinds is Kinds.ANY else KINDS


def of_group(spans: Iterable[Span], group: Group) -> list[Span]:
    """The spans of a group, in their order."""
    return [one for one in spans if group is None or one.kind is group]


def counted_spans(
    detections: Sequence[Span], truths: Sequence[Span], convention: Convention, *, subject: Callable[[str], str]
) -> tuple[list[Span], list[Span]]:
    """The detections and truths that a convention counts: all of them, unless it leaves recordings or subjects out.

    Args:
        subject: name of a recording to that of its subject.
    """
    kept: tuple[list[Span], list[Span]] = ([], [])
    for group in groups(convention):
        own, real = of_group(detections, group), of_group(truths, group)
        if convention.detections_needed:
            subjects = {subject(one.recording) for one in own}
            real = [one for one in real if subject(one.recording) in subjects]
        if convention.truths_needed:
            annotated = {one.recording for one in real}
            own = [one for one in own if one.recording in annotated]
        kept[0].extend(own)
        kept[1].extend(real)
    return kept


def score_recordings(
    detections: Iterable[Span], truths: Iterable[Span], convention: Convention
) -> dict[str, dict[Group, Score]]:
    """The score of each kind, or of None for all together, in every recording that has detections or truths.

    Every span counts: `counted_spans` leaves out what the convention does.
    """
    of_recording: defaultdict[str, tuple[list[Span], list[Span]]] = defaultdict(lambda: ([], []))
    for role, spans in enumerate((detections, truths)):
        for span in spans:
            of_recording[span.recording][role].append(span)
    return {
        recording: {
            group: _score(of_group(own, group), of_group(real, group), convention) for group in groups(convention)
        }
        for recording, (own, real) in of_recording.items()
    }


def pooled_scores(scores: Mapping[str, Mapping[Group, Score]]) -> dict[str, Score]:
    """Scores over all recordings, by "macro", "micro" and "overall": added up, and divided only then.

    Only by "overall" where all kinds are counted together.
    """
    named = tuple(dict.fromkeys(group for one in scores.values() for group in one)) or KINDS
    pooled = {group: sum((one[group] for one in scores.values()), Score()) for group in named}
    by_name = {str(group): score for group, score in pooled.items() if group is not None}
    return by_name | {OVERALL: sum(pooled.values(), Score())}


def paired_spans(
    detections: Iterable[Span], truths: Iterable[Span], convention: Convention
) -> dict[Group, list[tuple[Span, Span]]]:
    """Every pair of a detection and a truth that overlap enough, by what is counted by itself."""
    of_recording: defaultdict[str, list[Span]] = defaultdict(list)
    for truth in truths:
        of_recording[truth.recording].append(truth)
    pairs: dict[Group, list[tuple[Span, Span]]] = {group: [] for group in groups(convention)}
    for detection in detections:
        for group, found in pairs.items():
            if of_group([detection], group):
                real = of_group(of_recording[detection.recording], group)
                _, indices, _ = enough_overlap(*_ends([detection]), *_ends(real), convention)
                found += [(detection, real[index]) for index in indices]
    return pairs


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
        emotion=row.emotion,
    )


def _completed_offset(row: AnnotationRow, policy: MissingOffset) -> float:
    if policy is MissingOffset.KEPT:
        return row.offset
    if row.apex is None:
        raise AnnotationError(
            f"a row without an offset must have an apex, got offset 0 and no apex in row {row.row_number} of the "
            f"annotation table ({row.recording}). Correct the row."
        )
    if policy is MissingOffset.SYMMETRIC:
        return 2 * row.apex - row.onset
    return row.apex + (20 if policy is MissingOffset.APEX_PLUS_20 else 0)


def _score(detections: Sequence[Span], truths: Sequence[Span], convention: Convention) -> Score:
    if convention.every_pair_counts:
        return _score_of_pairs(detections, truths, convention)
    finder, _ = find_truths(*_ends(detections), *_ends(truths), convention)
    found = int(np.sum(finder != NOBODY))
    needless = len(detections) - found
    if convention.nothing_is_one_false and truths and not detections:
        needless = 1
    return Score(predictions=len(detections), truths=len(truths), found=found, needless=needless)


def _score_of_pairs(detections: Sequence[Span], truths: Sequence[Span], convention: Convention) -> Score:
    finders, found, _ = enough_overlap(*_ends(detections), *_ends(truths), convention)
    num_found = len(set(found.tolist()))
    return Score(
        predictions=len(detections),
        truths=len(truths),
        found=num_found,
        needless=len(detections) - len(set(finders.tolist())),
        repeated=len(found) - num_found,
    )


def _ends(spans: Sequence[Span]) -> tuple[Int[np.ndarray, " spans"], Int[np.ndarray, " spans"]]:
    return np.array([one.onset for one in spans], np.int64), np.array([one.offset for one in spans], np.int64)
