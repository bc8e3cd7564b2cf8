"""Thresholds and decodings chosen on the frame scores of any method; trains nothing."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, Final

from platform.reporting.frame_score_comparison import DecodedScores
from platform.reporting.frame_scores import (
    GivenScores,
    JudgedKind,
    WithoutScores,
    judged_kinds,
    read_frame_scores,
)
from platform.reporting.half_durations import read_k
from platform.reporting.stated_decodings import PEAK_FIELDS, stated_decoding, with_values
from platform.reporting.truths import read_truths
from platform.sampling.decodings import draw_decodings
from platform.stages.decoding import parse_decodings
from platform.study.effects import require_decoding_effects
from search_spaces.usual_decodings import USUAL_DECODINGS, USUAL_PEAK_DECODINGS
from search_spaces.vocabulary import DECODING_FIELDS, Choice, Dimension, Integer, Value
from spotformer_core.config import Configuration, DecodingConfig
from spotformer_core.datasets.findings import TableReview
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require
from spotformer_core.metrics.conventions import Convention, convention_named
from spotformer_core.metrics.frame_score_choice import KindTable
from spotformer_core.metrics.frame_score_counts import Decoding, count_decodings, stated_threshold
from spotformer_core.metrics.threshold_counts import require_counts_by_recording

PEAK_THRESHOLDS: Final = tuple(round(0.01 * step, 2) for step in range(1, 100))
"""p that are tried on peaks. At 0 every peak above the mean is taken, at 1 the highest one alone."""
APEX_THRESHOLDS: Final = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""theta_apex that are tried on our probabilities, as in the spaces."""
_PEAK_DIMENSIONS: Final = tuple(name for name in PEAK_FIELDS if not name.endswith("_threshold"))


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameScoreOptions:
    """What is decoded, and what is tried; texts as on the command line.

    Attributes:
        files: KIND=FILE or FILE.
        k: KIND=NUMBER or KIND=FILE.
        stated: FIELD=VALUE of the decoding.
        varied: FIELD=RANGE of the decoding; empty for the usual ones.
        num_decodings: how many are drawn, beside the stated one.
    """

    files: tuple[str, ...]
    dataset: str
    annotations: Path
    k: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    varied: tuple[str, ...] = ()
    num_decodings: int
    seed: int = 0
    convention: str
    without_scores: WithoutScores = WithoutScores.MISSED
    policies: AnnotationPolicies = AnnotationPolicies()  # noqa: RUF009  frozen

    def __post_init__(self) -> None:
        repair = "Leave the option out to take the default."
        require(self.num_decodings >= 1, "--candidates", "at least 1", self.num_decodings, repair)
        require(self.seed >= 0, "--seed", "0 or more", self.seed, repair)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadScores:
    """Frame scores with all that is stated about them, checked before anything is decoded.

    Attributes:
        review: of the annotation table; nothing in it is a problem.
        stated: the decoding that is stated.
        candidates: values of the fields that vary, the stated decoding's own (none) first.
    """

    judged: dict[ExpressionKind, JudgedKind]
    ours: bool
    decoding_name: str
    review: TableReview
    stated: Decoding
    candidates: tuple[dict[str, Any], ...]
    convention: Convention


def read_scores_and_truths(options: FrameScoreOptions) -> ReadScores:
    """Everything that the options name, read and checked.

    Raises:
        InvalidValueError, AnnotationError, StudyError: naming what does not fit.
    """
    convention = convention_named(options.convention)
    require_counts_by_recording(convention)
    truths = read_truths(options.dataset, options.annotations, options.policies)
    scores = read_frame_scores(options.files, names=truths.names, dataset=options.dataset)
    k = read_k(options.k, scores, truths.names)
    stated = stated_decoding(options.stated, ours=scores.ours)
    return ReadScores(
        judged=judged_kinds(scores, k, truths, convention, without_scores=options.without_scores),
        ours=scores.ours,
        decoding_name=scores.decoding_name,
        review=truths.review,
        stated=stated,
        candidates=_candidates(options, scores, stated),
        convention=convention,
    )


def decode_scores(read: ReadScores, *, on_kind: Callable[[], None] = lambda: None) -> DecodedScores:
    """The counts of every kind under every candidate.

    Args:
        on_kind: called after every kind.
    """
    decodings = tuple(with_values(read.stated, values) for values in read.candidates)
    thresholds = APEX_THRESHOLDS if read.ours else PEAK_THRESHOLDS
    tables = {}
    for kind, judged in read.judged.items():
        tables[kind] = _table(kind, judged, decodings, thresholds, read.convention)
        on_kind()
    return DecodedScores(
        name=read.decoding_name,
        decodings=decodings,
        varied=tuple(read.candidates[-1]),
        thresholds=thresholds,
        together=read.ours,
        convention=read.convention,
        judged=read.judged,
        tables=tables,
    )


def _table(
    kind: ExpressionKind,
    judged: JudgedKind,
    decodings: Sequence[Decoding],
    thresholds: Sequence[float],
    convention: Convention,
) -> KindTable:
    own = stated_threshold(decodings[0], kind)
    searched, stated = (
        count_decodings(
            judged.recordings,
            kind,
            decodings=tried,
            thresholds=at,
            subjects=judged.subjects,
            convention=convention,
        )
        for tried, at in ((decodings, thresholds), (decodings[:1], (own,)))
    )
    return KindTable(subjects=judged.subjects, searched=searched, stated=stated[0, :, 0], stated_threshold=own)


def _candidates(options: FrameScoreOptions, scores: GivenScores, stated: Decoding) -> tuple[dict[str, Any], ...]:
    """The candidates, each of them a decoding that obeys its rules; no change comes first."""
    usual, names = (USUAL_DECODINGS, DECODING_FIELDS) if scores.ours else (USUAL_PEAK_DECODINGS, _PEAK_DIMENSIONS)
    dimensions = parse_decodings(options.varied, fields=names) or usual
    candidates = _every_point(dimensions, most=options.num_decodings) or draw_decodings(
        dimensions, count=options.num_decodings, seed=options.seed
    )
    for one in candidates:
        with_values(stated, one)
    if isinstance(stated, DecodingConfig):
        names = tuple(text.partition("=")[0] for text in options.stated)
        require_decoding_effects(dimensions, [replace(Configuration(), decoding=stated)], stated=names)
    return tuple(candidates)


def _every_point(dimensions: Mapping[str, Dimension], *, most: int) -> list[dict[str, Any]]:
    """No change, then all points of dimensions that have no more than `most`; nothing where they have more."""
    values: list[Sequence[Value]] = []
    for dimension in dimensions.values():
        match dimension:
            case Choice(listed):
                values.append(listed)
            case Integer(low, high):
                values.append(range(low, high + 1))
            case _:
                return []
    if math.prod(map(len, values)) > most:
        return []
    return [{}, *(dict(zip(dimensions, point, strict=True)) for point in product(*values))]
