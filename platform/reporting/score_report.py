"""The score of detections, of one dataset and of several together."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from platform.reporting.truths import Truths
from spotformer_core.errors import InvalidValueError
from spotformer_core.metrics.bootstrap import Estimate, f1_interval
from spotformer_core.metrics.conventions import Convention, Kinds
from spotformer_core.metrics.recognition import Recognition
from spotformer_core.metrics.scoring import (
    OVERALL,
    Group,
    Score,
    Span,
    annotated_span,
    counted_spans,
    groups,
    of_group,
    paired_spans,
    pooled_scores,
    score_recordings,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreReport:
    """What detections score.

    Attributes:
        convention: as it was used: its kinds are APART or ANY.
        per_subject: of each subject that has counted detections or truths, the scores under the names of `scores`.
        left_out: how many detections and how many truths the convention left out.
        offset_zero: how many truths have an offset 0 that the convention reads otherwise.
        recognition: of the emotions of found expressions, under the names of `scores`; empty where it is not asked for.
    """

    convention: Convention
    per_subject: tuple[Mapping[str, Score], ...]
    left_out: tuple[int, int] = (0, 0)
    offset_zero: int = 0
    recognition: Mapping[str, Recognition]

    @property
    def num_subjects(self) -> int:
        """How many subjects the intervals are over."""
        return len(self.per_subject)

    @property
    def scores(self) -> dict[str, Score]:
        """Pooled over recordings, by "macro", "micro" and "overall", or by "overall" alone."""
        return {name: sum((one[name] for one in self.per_subject), Score()) for name in score_names(self.convention)}

    @property
    def intervals(self) -> dict[str, Estimate]:
        """The F1 of each with its 95 % interval over subjects; empty with a single subject."""
        if self.num_subjects < 2:
            return {}
        return {
            name: f1_interval(np.array([list(one[name].counts.as_dict().values()) for one in self.per_subject]))
            for name in score_names(self.convention)
        }


def score_names(convention: Convention) -> tuple[str, ...]:
    """What figures are given for: each kind that is counted apart, and all together."""
    return (*(str(group) for group in groups(convention) if group is not None), OVERALL)


def score_report(
    detections: Sequence[Span], truths: Truths, convention: Convention, *, with_emotions: bool = False
) -> ScoreReport:
    """The score of `detections` under a convention whose kinds are APART or ANY.

    Raises:
        AnnotationError: when a row of the annotations breaks a rule.
        InvalidValueError: when emotions are asked for and annotations have none.
    """
    real = annotated_spans(truths, convention)
    if with_emotions:
        require_emotions(truths)
    counted, counted_real = counted_spans(detections, real, convention, subject=truths.subject)
    return ScoreReport(
        convention=convention,
        per_subject=_per_subject(score_recordings(counted, counted_real, convention), truths),
        left_out=(len(detections) - len(counted), len(real) - len(counted_real)),
        offset_zero=sum(row.offset == 0 and row.onset > 0 for row in truths.rows),
        recognition=_recognition(detections, real, truths, convention) if with_emotions else {},
    )


def annotated_spans(truths: Truths, convention: Convention) -> list[Span]:
    """The truths as a convention reads them.

    Raises:
        AnnotationError: when a row of the annotations breaks a rule.
    """
    return [annotated_span(row, convention) for row in truths.rows]


def require_emotions(truths: Truths) -> None:
    """Raises InvalidValueError unless every annotated expression has an emotion."""
    without = [row for row in truths.rows if row.emotion is None]
    if len(without) == len(truths.rows):
        raise InvalidValueError(
            f"annotations must state emotions for --emotions, got none in the table of {truths.dataset}. CAS(ME)^2 and "
            "CAS(ME)^3 have them, SAMM-LV has action units only; a plain annotations.csv may have a column emotion."
        )
    if without:
        raise InvalidValueError(
            f"every annotated expression must have an emotion for --emotions, got none in {len(without)} rows of the "
            f"table of {truths.dataset}, the first of them row {without[0].row_number}. Fill in the cells."
        )


def pooled_report(reports: Sequence[ScoreReport]) -> ScoreReport:
    """The score of several datasets together: counts are added up, and no two subjects are the same."""
    first = reports[0]
    named = first.recognition
    return ScoreReport(
        convention=first.convention,
        per_subject=tuple(one for report in reports for one in report.per_subject),
        left_out=(sum(one.left_out[0] for one in reports), sum(one.left_out[1] for one in reports)),
        offset_zero=sum(one.offset_zero for one in reports),
        recognition={name: sum((one.recognition[name] for one in reports), Recognition()) for name in named},
    )


def _per_subject(of_recording: Mapping[str, Mapping[Group, Score]], truths: Truths) -> tuple[Mapping[str, Score], ...]:
    recordings: defaultdict[str, dict[str, Mapping[Group, Score]]] = defaultdict(dict)
    for recording, scores in of_recording.items():
        recordings[truths.subject(recording)][recording] = scores
    return tuple(pooled_scores(own) for _, own in sorted(recordings.items()))


def _recognition(
    detections: Sequence[Span], real: Sequence[Span], truths: Truths, convention: Convention
) -> dict[str, Recognition]:
    pairs = paired_spans(*counted_spans(detections, real, convention, subject=truths.subject), convention)
    of_group_: dict[Group, Recognition] = {
        group: Recognition(
            pairs=tuple((_emotion(one), _emotion(other)) for one, other in found),
            # Also of what the convention leaves out, as STRS-Metric has it.
            classes=frozenset(_emotion(one) for one in (*of_group(detections, group), *of_group(real, group))),
        )
        for group, found in pairs.items()
    }
    named = {str(group): one for group, one in of_group_.items() if convention.kinds is not Kinds.ANY}
    return named | {OVERALL: sum(of_group_.values(), Recognition())}


def _emotion(span: Span) -> str:
    return (span.emotion or "").casefold()
