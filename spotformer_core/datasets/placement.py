"""From annotated frame numbers to positions in a recording, with a named policy for everything that does not fit.

release numbers      1      2      3      5      6      the files of a recording, 4 is missing
stored positions     0      1      2      3      4
kept positions       0             1             2      every 2nd here; every 7th of SAMM-LV
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, Gaps, OffsetZero, OnsetZero, PastEnd
from spotformer_core.datasets.recording import Expression
from spotformer_core.errors import AnnotationError

_FRAMES_AFTER_APEX = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedExpression:
    """An expression in positions of its recording, None where a policy drops it, and the policies that it took."""

    expression: Expression | None
    policies: frozenset[Policy]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Numbers:
    """Annotated numbers with onset <= offset, and an apex between them or None for the midpoint."""

    onset: float
    apex: float | None
    offset: float


_DEFAULTS = AnnotationPolicies()


def place_expression(
    row: AnnotationRow,
    *,
    frame_numbers: Sequence[int],
    frame_step: int,
    policies: AnnotationPolicies = _DEFAULTS,
) -> PlacedExpression:
    """The expression of `row` in kept positions: the stored position of each raw number, over the step, rounded.

    Rounding is to the nearest, halves to even. With frames 1, 2, 3, ... and a step of 7 this is round((x - 1) / 7) of
    the raw number x, as in the every-7th-frame table of [Deng2024]'s released code.

    Differs from [Deng2024]'s released code: nothing ends one frame after the last kept one (6 rows of SAMM-LV) unless
    `policies` keep it, and a missing apex is the midpoint instead of 0 (6 rows).

    `frame_numbers` are the release's numbers of all stored frames, rising; every `frame_step`-th is kept, the first
    included.

    Raises:
        AnnotationError: when the offset is before the onset, or is 0 while the apex is missing too.
    """
    done = {Policy.FRACTION_ROUNDED} if _has_fraction(row) else set()
    if row.onset == 0 and frame_numbers[0] > 0:
        done.add(_onset_zero_policy(row, policies.onset_zero))
    if Policy.ONSET_ZERO_DROPPED in done:
        return PlacedExpression(expression=None, policies=frozenset({Policy.ONSET_ZERO_DROPPED}))
    num_kept = ceil(len(frame_numbers) / frame_step)
    numbers = _completed(row, done, offset_zero=policies.offset_zero)
    if Policy.OFFSET_ZERO_UNMATCHABLE in done:
        beyond = Expression(onset=num_kept, apex=num_kept, offset=num_kept, kind=row.kind)
        return PlacedExpression(expression=beyond, policies=frozenset(done))
    dropped = _dropped_by(numbers, done, frame_numbers=frame_numbers, policies=policies)
    if dropped is not None:
        return PlacedExpression(expression=None, policies=frozenset({dropped}))
    annotated = [number for number in (numbers.onset, numbers.offset, numbers.apex) if number is not None]
    kept = [round(_stored_position(number, frame_numbers) / frame_step) for number in annotated]
    kept = _within(kept, numbers, done, num_kept=num_kept, last=frame_numbers[-1], past_end=policies.past_end)
    apex = (kept[0] + kept[1]) // 2 if numbers.apex is None else kept[2]
    return PlacedExpression(
        expression=Expression(onset=kept[0], apex=apex, offset=kept[1], kind=row.kind), policies=frozenset(done)
    )


def _onset_zero_policy(row: AnnotationRow, onset_zero: OnsetZero) -> Policy:
    if onset_zero is OnsetZero.DROP:
        return Policy.ONSET_ZERO_DROPPED
    is_apex = onset_zero is OnsetZero.APEX and row.apex is not None
    return Policy.ONSET_ZERO_IS_APEX if is_apex else Policy.ONSET_ZERO_IS_FIRST_FRAME


def _has_fraction(row: AnnotationRow) -> bool:
    return any(number is not None and number != floor(number) for number in (row.onset, row.apex, row.offset))


def _completed(row: AnnotationRow, done: set[Policy], *, offset_zero: OffsetZero) -> _Numbers:
    """The row's numbers in order; what it took is added to `done`."""
    onset, apex, offset = row.onset, row.apex, row.offset
    if offset == 0 and onset > 0:
        if apex is None:
            raise AnnotationError(
                f"a row without an offset must have an apex, got offset 0 and no apex in row {row.row_number} of the "
                f"annotation table ({row.recording}). Correct the row."
            )
        offset = _completed_offset(onset, apex, done, offset_zero=offset_zero)
    if Policy.ONSET_ZERO_IS_APEX in done and apex is not None:
        onset = min(apex, offset)
    if offset < onset:
        raise AnnotationError(
            f"the offset must not be before the onset, got onset {row.onset:g}, apex {row.apex}, offset "
            f"{row.offset:g} in row {row.row_number} of the annotation table ({row.recording}). Correct the row."
        )
    if apex is None:
        done.add(Policy.MISSING_APEX_IS_MIDPOINT)
    elif not onset <= apex <= offset:
        done.add(Policy.APEX_OUTSIDE_IS_MIDPOINT)
        apex = None
    return _Numbers(onset=onset, apex=apex, offset=offset)


def _completed_offset(onset: float, apex: float, done: set[Policy], *, offset_zero: OffsetZero) -> float:
    match offset_zero:
        case OffsetZero.SYMMETRIC:
            done.add(Policy.OFFSET_ZERO_IS_SYMMETRIC)
            return 2 * apex - onset
        case OffsetZero.APEX:
            done.add(Policy.OFFSET_ZERO_IS_APEX)
            return apex
        case OffsetZero.APEX_PLUS_20:
            done.add(Policy.OFFSET_ZERO_IS_APEX_PLUS_20)
            return apex + _FRAMES_AFTER_APEX
        case OffsetZero.UNMATCHABLE:
            done.add(Policy.OFFSET_ZERO_UNMATCHABLE)
            return max(onset, apex)


def _dropped_by(
    numbers: _Numbers, done: set[Policy], *, frame_numbers: Sequence[int], policies: AnnotationPolicies
) -> Policy | None:
    """The policy that leaves the row out; otherwise what its gaps take is added to `done`."""
    if policies.past_end is PastEnd.DROP and numbers.offset > frame_numbers[-1]:
        return Policy.PAST_END_DROPPED
    is_onset_known = Policy.ONSET_ZERO_IS_FIRST_FRAME not in done
    ends = (numbers.onset if is_onset_known else None, numbers.apex, numbers.offset)
    has_end_in_gap = any(number is not None and _lies_in_gap(number, frame_numbers) for number in ends)
    has_gap = has_end_in_gap or _has_gap_inside(numbers, frame_numbers)
    if has_gap and policies.gaps is Gaps.DROP:
        return Policy.GAP_DROPPED
    if has_end_in_gap:
        done.add(Policy.MISSING_FRAME_IS_NEAREST)
    elif has_gap:
        done.add(Policy.GAP_CLOSED)
    return None


def _within(
    kept: list[int], numbers: _Numbers, done: set[Policy], *, num_kept: int, last: int, past_end: PastEnd
) -> list[int]:
    """Positions in the recording or, where the policy has it so, past its end."""
    if numbers.onset > last:
        done.add(Policy.BEYOND_KEPT)
        return [max(position, num_kept) for position in kept]
    if numbers.offset <= last and max(kept) < num_kept:
        return kept
    if past_end is PastEnd.KEEP:
        done.add(Policy.PAST_END_KEPT)
        return kept
    done.add(Policy.OFFSET_CLIPPED if numbers.offset > last else Policy.ROUNDED_PAST_END)
    return [min(position, num_kept - 1) for position in kept]


def _lies_in_gap(number: float, frame_numbers: Sequence[int]) -> bool:
    """Whether `number` is before the first frame, or between two neighbours that are not consecutive."""
    after = bisect_right(frame_numbers, number)
    if after == 0:
        return True
    if after == len(frame_numbers) or number == frame_numbers[after - 1]:
        return False
    return frame_numbers[after] - frame_numbers[after - 1] > 1


def _has_gap_inside(numbers: _Numbers, frame_numbers: Sequence[int]) -> bool:
    """Whether frames between onset and offset have no file, as far as the recording goes."""
    first = max(ceil(numbers.onset), frame_numbers[0])
    last = min(floor(numbers.offset), frame_numbers[-1])
    num_files = bisect_right(frame_numbers, last) - bisect_left(frame_numbers, first)
    return num_files < last - first + 1


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
