"""Placing annotated frame numbers, against closed forms and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.placement import place_expression
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import AnnotationError


def row(onset: float, apex: float | None, offset: float) -> AnnotationRow:
    return AnnotationRow(
        subject="006",
        recording="006_1",
        kind=ExpressionKind.MACRO,
        onset=onset,
        apex=apex,
        offset=offset,
        row_number=12,
    )


def placed(
    annotation: AnnotationRow, *, frame_numbers, frame_step: int = 1
) -> tuple[tuple[int, int, int], set[Policy]]:
    result = place_expression(annotation, frame_numbers=frame_numbers, frame_step=frame_step)
    expression = result.expression
    return (expression.onset, expression.apex, expression.offset), set(result.policies)


def test_raw_fractions_are_kept_until_the_one_rounding():
    # (566.4 - 1) / 7 = 80.8, (647.6 - 1) / 7 = 92.4, (743.2 - 1) / 7 = 106.0
    assert placed(row(566.4, 647.6, 743.2), frame_numbers=range(1, 2000), frame_step=7) == (
        (81, 92, 106),
        {Policy.FRACTION_ROUNDED},
    )


def test_halves_are_rounded_to_even():
    # (4.5 - 1) / 7 = 0.5, (11.5 - 1) / 7 = 1.5, (18.5 - 1) / 7 = 2.5
    assert placed(row(4.5, 11.5, 18.5), frame_numbers=range(1, 100), frame_step=7) == (
        (0, 2, 2),
        {Policy.FRACTION_ROUNDED},
    )


def test_an_end_between_the_last_kept_frame_and_the_end_of_the_recording_is_the_last_kept_frame():
    # Frames 1 to 20 keep 1, 8, 15; (20 - 1) / 7 = 2.7 would be a fourth.
    positions, policies = placed(row(1, 10, 20), frame_numbers=range(1, 21), frame_step=7)

    assert positions == (0, 1, 2)
    assert policies == {Policy.ROUNDED_PAST_END}


def test_an_expression_between_the_last_kept_frame_and_the_end_keeps_one_frame():
    assert placed(row(19, 20, 20), frame_numbers=range(1, 21), frame_step=7) == ((2, 2, 2), {Policy.ROUNDED_PAST_END})


def test_an_expression_past_the_end_is_out_of_range_even_where_rounding_would_bring_it_in():
    # Frames 1 to 16 keep 1, 8, 15; (17 - 1) / 7 = 2.3 would be the third.
    assert placed(row(17, 17, 17), frame_numbers=range(1, 17), frame_step=7) == ((3, 3, 3), {Policy.BEYOND_KEPT})


def test_an_offset_0_is_as_far_from_the_apex_as_the_onset():
    positions, policies = placed(row(100, 120, 0), frame_numbers=range(1, 1000))

    assert positions == (99, 119, 139)
    assert policies == {Policy.OFFSET_ZERO_IS_SYMMETRIC}


def test_an_offset_0_near_the_end_is_clipped_too():
    positions, policies = placed(row(100, 120, 0), frame_numbers=range(1, 131))

    assert positions == (99, 119, 129)
    assert policies == {Policy.OFFSET_ZERO_IS_SYMMETRIC, Policy.OFFSET_CLIPPED}


def test_an_apex_past_the_end_is_clipped_with_the_offset():
    assert placed(row(5, 12, 15), frame_numbers=range(1, 11)) == ((4, 9, 9), {Policy.OFFSET_CLIPPED})


def test_a_missing_apex_is_the_midpoint_after_clipping():
    positions, policies = placed(row(1, None, 50), frame_numbers=range(1, 12))

    assert positions == (0, 5, 10)
    assert policies == {Policy.MISSING_APEX_IS_MIDPOINT, Policy.OFFSET_CLIPPED}


def test_an_offset_0_without_an_apex_is_an_error():
    with pytest.raises(AnnotationError, match=r"must have an apex, got offset 0 and no apex in row 12 .*\(006_1\)"):
        placed(row(5, None, 0), frame_numbers=range(1, 11))


def test_an_offset_0_with_an_apex_before_the_onset_is_an_error():
    with pytest.raises(AnnotationError, match="got onset 5, apex 4, offset 0 in row 12"):
        placed(row(5, 4, 0), frame_numbers=range(1, 11))


@pytest.mark.parametrize(("number", "position"), [(7, 0), (11, 1), (12, 2), (11.5, 1), (9, 0), (13, 2)])
def test_a_number_without_a_file_is_the_nearest_one_and_the_earlier_of_two(number, position):
    # Positions 0, 1 and 2 have the numbers 8, 10 and 13.
    (onset, _, _), _ = placed(row(number, number, 13), frame_numbers=(8, 10, 13))

    assert onset == position


def test_frames_may_begin_at_0():
    assert placed(row(0, 0, 2), frame_numbers=range(5)) == ((0, 0, 2), set())


numbers = st.floats(0, 400, allow_nan=False)
frames = st.sets(st.integers(0, 300), min_size=1).map(sorted)


@given(st.tuples(numbers, numbers, numbers).map(sorted), frames, st.integers(1, 8))
def test_every_ordered_row_is_placed_inside_the_recording_or_wholly_past_it(ordered, frame_numbers, frame_step):
    onset, apex, offset = ordered
    num_kept = len(frame_numbers[::frame_step])

    (start, middle, end), policies = placed(
        row(onset, apex, max(offset, 1e-3)), frame_numbers=frame_numbers, frame_step=frame_step
    )

    assert 0 <= start <= middle <= end
    assert (start >= num_kept) == (Policy.BEYOND_KEPT in policies) == (onset > frame_numbers[-1])
    assert end < num_kept or onset > frame_numbers[-1]


@given(frames, st.data())
def test_a_number_with_a_file_is_the_position_of_that_file(frame_numbers, data):
    position = data.draw(st.integers(0, len(frame_numbers) - 1))
    number = frame_numbers[position]

    positions, policies = placed(row(number, number, max(number, 1e-3)), frame_numbers=frame_numbers)

    assert positions[0] == position
    assert Policy.MISSING_FRAME_IS_NEAREST not in policies or number == 0
    assert policies <= {
        Policy.MISSING_FRAME_IS_NEAREST,
        Policy.ONSET_ZERO_IS_FIRST_FRAME,
        Policy.FRACTION_ROUNDED,
        Policy.OFFSET_CLIPPED,
    }
