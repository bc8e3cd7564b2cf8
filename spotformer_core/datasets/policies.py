"""From annotated frame numbers to positions in a recording, with a named policy for everything that does not fit.

release numbers      1      2      3      5      6      the files of a recording, 4 is missing
stored positions     0      1      2      3      4
kept positions       0             1             2      every 2nd here; every 7th of SAMM-LV
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.recording import Expression
from spotformer_core.errors import AnnotationError


class Policy(StrEnum):
    """What is done with annotations that do not fit; `Dataset.repairs` counts the rows each was applied to."""

    ONSET_ZERO_IS_FIRST_FRAME = "onset-0-is-first-frame"
    """An onset 0 ("not seen to begin") becomes the first frame."""
    OFFSET_ZERO_IS_SYMMETRIC = "offset-0-is-symmetric-about-apex"
    """An offset 0 ("not annotated") becomes as far from the apex as the onset is."""
    MISSING_APEX_IS_MIDPOINT = "missing-apex-is-midpoint"
    APEX_OUTSIDE_IS_MIDPOINT = "apex-outside-is-midpoint"
    """An apex before the onset or after the offset becomes the midpoint of both."""
    MISSING_FRAME_IS_NEAREST = "missing-frame-is-nearest-frame"
    """An onset, apex or offset on a frame without a file becomes the nearest frame that has one."""
    OFFSET_CLIPPED = "offset-clipped-to-last-frame"
    """An offset past the end of the recording becomes its last frame, and so does an apex there."""
    ROUNDED_PAST_END = "rounded-past-end-is-last-frame"
    """A frame between the last frame kept by subsampling and the end of the recording becomes that last frame."""
    BEYOND_KEPT = "beyond-last-frame-kept-as-truth"
    """An expression that begins past the end of the recording stays there: a truth that nothing can find."""
    MISSING_RECORDING_SKIPPED = "missing-recording-skipped"
    """A row of a recording that is not on disk is left out."""
    SUBJECT_FROM_FOLDER_NAME = "subject-from-folder-name"
    """A recording that lies in the folder of another subject is counted for the subject in its own name."""
    MISPLACED_COPY_SKIPPED = "misplaced-copy-skipped"
    """A recording in the folder of another subject is left out when the right folder has it too."""


class MissingRecordings(StrEnum):
    """What to do when the annotation table names recordings that are not on disk."""

    ERROR = "error"
    """Stop: totals that can be compared with published ones need every recording."""
    SKIP = "skip"
    """Leave their rows out and count them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedExpression:
    """An expression in positions of its recording, and the policies that it took to place it."""

    expression: Expression
    policies: frozenset[Policy]


def place_expression(row: AnnotationRow, *, frame_numbers: Sequence[int], frame_step: int) -> PlacedExpression:
    """The expression of `row` in kept positions: the stored position of each raw number, over the step, rounded.

    Rounding is to the nearest, halves to even. With frames 1, 2, 3, ... and a step of 7 this is round((x - 1) / 7) of
    the raw number x, as in the every-7th-frame table of [Deng2024]'s released code.

    Differs from [Deng2024]'s released code: nothing ends one frame after the last kept one (6 rows of SAMM-LV), and a
    missing apex is the midpoint instead of 0 (6 rows).

    `frame_numbers` are the release's numbers of all stored frames, rising; every `frame_step`-th is kept, the first
    included.

    Raises:
        AnnotationError: when the offset is before the onset, or is 0 while the apex is missing too.
    """
    apex, offset, policies = _completed(row)
    annotated = (row.onset, offset) if apex is None else (row.onset, offset, apex)
    policies |= _missing_frame_policies(annotated, row=row, frame_numbers=frame_numbers)
    kept = [round(_stored_position(number, frame_numbers) / frame_step) for number in annotated]
    num_kept = ceil(len(frame_numbers) / frame_step)
    if row.onset > frame_numbers[-1]:
        policies.add(Policy.BEYOND_KEPT)
        kept = [max(position, num_kept) for position in kept]
    elif offset > frame_numbers[-1] or max(kept) >= num_kept:
        policies.add(Policy.OFFSET_CLIPPED if offset > frame_numbers[-1] else Policy.ROUNDED_PAST_END)
        kept = [min(position, num_kept - 1) for position in kept]
    onset_position, offset_position = kept[:2]
    apex_position = (onset_position + offset_position) // 2 if apex is None else kept[2]
    return PlacedExpression(
        expression=Expression(onset=onset_position, apex=apex_position, offset=offset_position, kind=row.kind),
        policies=frozenset(policies),
    )


def _completed(row: AnnotationRow) -> tuple[float | None, float, set[Policy]]:
    """Apex (None for the midpoint) and offset with onset <= apex <= offset, and what it took."""
    apex, offset = row.apex, row.offset
    policies: set[Policy] = set()
    if offset == 0 and row.onset > 0:
        if apex is None:
            raise AnnotationError(
                f"a row without an offset must have an apex, got offset 0 and no apex in row {row.row_number} of the "
                f"annotation table ({row.recording}). Correct the row."
            )
        offset = 2 * apex - row.onset
        policies.add(Policy.OFFSET_ZERO_IS_SYMMETRIC)
    if offset < row.onset:
        raise AnnotationError(
            f"the offset must not be before the onset, got onset {row.onset:g}, apex {row.apex}, offset "
            f"{row.offset:g} in row {row.row_number} of the annotation table ({row.recording}). Correct the row."
        )
    if apex is None:
        return None, offset, policies | {Policy.MISSING_APEX_IS_MIDPOINT}
    if not row.onset <= apex <= offset:
        return None, offset, policies | {Policy.APEX_OUTSIDE_IS_MIDPOINT}
    return apex, offset, policies


def _missing_frame_policies(
    numbers: Sequence[float], *, row: AnnotationRow, frame_numbers: Sequence[int]
) -> set[Policy]:
    """What it takes to find a stored frame for every number up to the last frame."""
    policies: set[Policy] = set()
    if row.onset == 0 and frame_numbers[0] > 0:
        policies.add(Policy.ONSET_ZERO_IS_FIRST_FRAME)
        numbers = [number for number in numbers if number != 0]
    if any(_lies_in_gap(number, frame_numbers) for number in numbers):
        policies.add(Policy.MISSING_FRAME_IS_NEAREST)
    return policies


def _lies_in_gap(number: float, frame_numbers: Sequence[int]) -> bool:
    """Whether `number` is before the first frame, or between two neighbours that are not consecutive."""
    after = bisect_right(frame_numbers, number)
    if after == 0:
        return True
    if after == len(frame_numbers) or number == frame_numbers[after - 1]:
        return False
    return frame_numbers[after] - frame_numbers[after - 1] > 1


def _stored_position(number: float, frame_numbers: Sequence[int]) -> float:
    """Position of `number` in the file list; fractions are kept, and beyond the last frame one per number."""
    after = bisect_right(frame_numbers, number)
    if after == 0:
        return 0.0
    before = after - 1
    if _lies_in_gap(number, frame_numbers):
        is_nearer_to_next = frame_numbers[after] - number < number - frame_numbers[before]
        return float(after if is_nearer_to_next else before)
    return before + (number - frame_numbers[before])
