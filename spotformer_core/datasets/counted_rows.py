"""Which rows of an annotation table count as truths, by the policies; the others are counted as repairs."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.dataset_names import CAS_ME_3
from spotformer_core.datasets.lgsnet_list import list_beside, listed_rows, read_list
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import (
    AnnotationPolicies,
    DuplicatedRows,
    EmptyRows,
    ExpressionLengths,
)
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError

LONGEST_FRAMES = {ExpressionKind.MICRO: 15, ExpressionKind.MACRO: 120}
"""The paper's limits for CAS(ME)^3, from onset to offset. Differs from [Deng2024] Sec. 4.1: the text has "less than 15"
for micro, but only "up to 15" leaves (288 of) its 285."""


def counted_rows(
    rows: Sequence[AnnotationRow], *, dataset: str, policies: AnnotationPolicies, annotations: Path | None = None
) -> tuple[tuple[AnnotationRow, ...], Counter[Policy]]:
    """The rows that count, in their order, and how many were left out by which policy.

    Args:
        annotations: the table, beside which LGSNet's list lies where it is asked for.

    Raises:
        AnnotationError: when the list is asked for and is missing, no such list, or one of another table.
    """
    left_out: Counter[Policy] = Counter()
    kept = tuple(rows)
    if policies.empty_rows is EmptyRows.DROP:
        kept = _without(kept, tuple(row for row in kept if is_empty(row)), Policy.EMPTY_ROW_DROPPED, left_out)
    if policies.duplicated_rows is DuplicatedRows.DROP:
        kept = _without(kept, later_copies(kept), Policy.DUPLICATE_DROPPED, left_out)
    if dataset == CAS_ME_3 and policies.expression_lengths is not ExpressionLengths.ALL:
        of_length = rows_of_lengths(kept, policies.expression_lengths, annotations=annotations)
        is_paper = policies.expression_lengths is ExpressionLengths.PAPER
        left_out[Policy.LENGTH_DROPPED if is_paper else Policy.LIST_DROPPED] += len(kept) - len(of_length)
        kept = of_length
    return kept, left_out


def rows_of_lengths(
    rows: Sequence[AnnotationRow], lengths: ExpressionLengths, *, annotations: Path | None
) -> tuple[AnnotationRow, ...]:
    """The rows of CAS(ME)^3 that a choice of expression lengths counts.

    Raises:
        AnnotationError: when LGSNet's list is asked for and is missing, no such list, or one of another table.
    """
    if lengths is ExpressionLengths.PAPER:
        return tuple(row for row in rows if row.offset - row.onset <= LONGEST_FRAMES[row.kind])
    if lengths is ExpressionLengths.LGSNET:
        if annotations is None:
            raise AnnotationError(
                "LGSNet's list must lie beside the annotation table, got no table. Name it with --annotations."
            )
        return listed_rows(rows, read_list(list_beside(annotations)))
    return tuple(rows)


def is_empty(row: AnnotationRow) -> bool:
    """Whether onset and offset are both 0."""
    return row.onset == 0 and row.offset == 0


def later_copies(rows: Sequence[AnnotationRow]) -> tuple[AnnotationRow, ...]:
    """The rows with recording, onset and offset of an earlier one, whatever their kind and apex."""
    seen: set[tuple[str, float, float]] = set()
    copies: list[AnnotationRow] = []
    for row in rows:
        key = (row.recording, row.onset, row.offset)
        if key in seen:
            copies.append(row)
        seen.add(key)
    return tuple(copies)


def _without(
    rows: Sequence[AnnotationRow], dropped: Sequence[AnnotationRow], policy: Policy, left_out: Counter[Policy]
) -> tuple[AnnotationRow, ...]:
    left_out[policy] += len(dropped)
    numbers = {row.row_number for row in dropped}
    return tuple(row for row in rows if row.row_number not in numbers)
