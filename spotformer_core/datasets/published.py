"""Totals of the releases as published; a complete copy that is read with the default policies has just these."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.counted_rows import rows_of_lengths
from spotformer_core.datasets.dataset_names import CAS_ME_2, CAS_ME_3, SAMM_LV
from spotformer_core.datasets.lgsnet_list import LIST_FILE, list_beside
from spotformer_core.datasets.policy_choices import ExpressionLengths
from spotformer_core.datasets.recording import Dataset, ExpressionKind
from spotformer_core.errors import AnnotationError


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What a dataset holds; recordings and subjects without any expression do not count."""

    recordings: int
    subjects: int
    macro: int
    micro: int

    def __str__(self) -> str:
        """For instance "147 recordings, 30 subjects, 343 macro, 159 micro"."""
        return f"{self.recordings} recordings, {self.subjects} subjects, {self.macro} macro, {self.micro} micro"


PUBLISHED: Mapping[str, Totals] = {
    SAMM_LV: Totals(recordings=147, subjects=30, macro=343, micro=159),
    CAS_ME_2: Totals(recordings=95, subjects=22, macro=300, micro=57),
    CAS_ME_3: Totals(recordings=956, subjects=98, macro=3346, micro=860),
}
"""By the name of the dataset. CAS(ME)^2 has three recordings more that are not annotated."""

LGSNET_TOTALS = Totals(recordings=757, subjects=97, macro=2071, micro=277)
"""Of CAS(ME)^3 in LGSNet's list cas3_annotation_full_me_reduce.csv."""
PAPER_KINDS = {ExpressionKind.MACRO: 2231, ExpressionKind.MICRO: 285}
"""Of CAS(ME)^3 in [Deng2024] Sec. 4.1."""


def totals(dataset: Dataset) -> Totals:
    """The totals of a dataset that was read."""
    return _totals(
        (one.subject, one.name, expression.kind) for one in dataset.recordings for expression in one.expressions
    )


def row_totals(rows: Iterable[AnnotationRow]) -> Totals:
    """The totals of the rows of a table."""
    return _totals((row.subject, row.recording, row.kind) for row in rows)


def totals_beside(
    dataset: str, rows: Sequence[AnnotationRow], *, lengths: ExpressionLengths, annotations: Path | None
) -> tuple[str, ...]:
    """The totals of a release's table beside the published ones, one line for each choice of what counts.

    Args:
        lengths: the choice that is in effect, where the dataset is CAS(ME)^3.
        annotations: the table, beside which LGSNet's list may lie.
    """
    if dataset == CAS_ME_3:
        chosen = {one: " (chosen)" if one is lengths else "" for one in ExpressionLengths}
        return tuple(
            f"{dataset}, expression-lengths={one}{chosen[one]}: {_choice(one, rows, annotations)}" for one in chosen
        )
    if dataset in PUBLISHED:
        return (f"{dataset}: {_compared(row_totals(rows), PUBLISHED[dataset])}",)
    return ()


def _choice(lengths: ExpressionLengths, rows: Sequence[AnnotationRow], annotations: Path | None) -> str:
    """The totals of CAS(ME)^3 that a choice leaves, beside those published."""
    if lengths is ExpressionLengths.ALL:
        return _compared(row_totals(rows), PUBLISHED[CAS_ME_3])
    if lengths is ExpressionLengths.PAPER:
        return (
            f"{row_totals(rows_of_lengths(rows, lengths, annotations=None))}; in SpotFormer's paper "
            f"{PAPER_KINDS[ExpressionKind.MACRO]} macro, {PAPER_KINDS[ExpressionKind.MICRO]} micro, left by a further "
            "filter that is not published"
        )
    if annotations is None or not list_beside(annotations).is_file():
        return f"unknown without {LIST_FILE} beside the table; in LGSNet's list {LGSNET_TOTALS}"
    try:
        return _compared(row_totals(rows_of_lengths(rows, lengths, annotations=annotations)), LGSNET_TOTALS)
    except AnnotationError as error:
        return f"unknown ({error}); in LGSNet's list {LGSNET_TOTALS}"


def _compared(here: Totals, published: Totals) -> str:
    return f"{here}; published {'the same' if here == published else published}"


def _totals(expressions: Iterable[tuple[str, str, ExpressionKind]]) -> Totals:
    """The totals of (subject, recording, kind) of every expression."""
    every = list(expressions)
    return Totals(
        recordings=len({recording for _, recording, _ in every}),
        subjects=len({subject for subject, _, _ in every}),
        macro=sum(kind is ExpressionKind.MACRO for _, _, kind in every),
        micro=sum(kind is ExpressionKind.MICRO for _, _, kind in every),
    )
