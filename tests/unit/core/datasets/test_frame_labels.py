import math

import numpy as np

from spotformer_core.config import LabelRule
from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.datasets.frame_labels import ContrastClass, expression_segments, label_frames, label_scores
from spotformer_core.datasets.recording import Expression, ExpressionKind

MACRO, MICRO = 0, 1
NEITHER, ONSET, OFFSET = Channel.NEUTRAL, Channel.ONSET, Channel.OFFSET


def macro(onset: int, apex: int, offset: int) -> Expression:
    return Expression(onset=onset, apex=apex, offset=offset, kind=ExpressionKind.MACRO)


def micro(onset: int, apex: int, offset: int) -> Expression:
    return Expression(onset=onset, apex=apex, offset=offset, kind=ExpressionKind.MICRO)


def soft(*distances: int) -> list[float]:
    return [math.exp(-(distance**2) / 32) for distance in distances]


def test_a_micro_expression_is_labelled_one_frame_around_its_onset_apex_and_offset():
    labels = label_frames([micro(2, 5, 8)], 11)

    assert labels.boundary[:, MICRO].tolist() == [NEITHER] + 3 * [ONSET] + 3 * [NEITHER] + 3 * [OFFSET] + [NEITHER]
    np.testing.assert_allclose(labels.apex[:, MICRO], [0, 0, 0, 0, *soft(1, 0, 1), 0, 0, 0, 0], rtol=1e-6)
    assert labels.expression[:, MICRO].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert labels.contrast.tolist() == [0, 0, 2, 2, 2, 2, 2, 2, 2, 0, 0]


def test_a_macro_expression_is_labelled_three_frames_around_its_onset_apex_and_offset():
    labels = label_frames([macro(4, 14, 24)], 30)

    expected = [NEITHER] + 7 * [ONSET] + 13 * [NEITHER] + 7 * [OFFSET] + 2 * [NEITHER]
    assert labels.boundary[:, MACRO].tolist() == expected
    expected_apex = [*np.zeros(11), *soft(3, 2, 1, 0, 1, 2, 3), *np.zeros(12)]
    np.testing.assert_allclose(labels.apex[:, MACRO], expected_apex, rtol=1e-6)
    assert np.flatnonzero(labels.expression[:, MACRO]).tolist() == list(range(4, 25))
    assert np.flatnonzero(labels.contrast == ContrastClass.MACRO).tolist() == list(range(4, 25))


def test_the_columns_of_the_other_kind_stay_neutral():
    labels = label_frames([macro(4, 14, 24)], 30)

    assert set(labels.boundary[:, MICRO]) == {NEITHER}
    assert labels.apex[:, MICRO].max() == 0
    assert labels.expression[:, MICRO].max() == 0


def test_a_recording_without_expressions_is_neutral():
    labels = label_frames([], 3)

    assert labels.boundary.tolist() == [[NEITHER, NEITHER]] * 3
    assert labels.apex.tolist() == labels.expression.tolist() == [[0, 0]] * 3
    assert labels.contrast.tolist() == [ContrastClass.NEUTRAL] * 3


def test_an_offset_overwrites_an_onset_whichever_expression_comes_first_in_the_table():
    first, second = micro(1, 3, 5), micro(6, 8, 11)

    labels = label_frames([first, second], 13)
    turned_round = label_frames([second, first], 13)

    expected = 3 * [ONSET] + [NEITHER] + 3 * [OFFSET] + [ONSET] + 2 * [NEITHER] + 3 * [OFFSET]
    assert labels.boundary[:, MICRO].tolist() == expected
    assert turned_round.boundary[:, MICRO].tolist() == expected


def test_where_two_apexes_meet_the_larger_value_stays():
    labels = label_frames([macro(0, 4, 5), macro(6, 6, 9)], 10)

    np.testing.assert_allclose(labels.apex[:, MACRO], [0, *soft(3, 2, 1, 0, 1, 0, 1, 2, 3)], rtol=1e-6)


def test_macro_overwrites_micro_in_the_contrast_class_only():
    labels = label_frames([macro(0, 1, 3), micro(2, 3, 5)], 7)

    assert labels.contrast.tolist() == [1, 1, 1, 1, 2, 2, 0]
    assert labels.expression[:, MICRO].tolist() == [0, 0, 1, 1, 1, 1, 0]


def test_what_lies_outside_the_recording_is_cut_off():
    labels = label_frames([macro(1, 3, 20), micro(9, 12, 14)], 10)

    assert labels.boundary[:, MACRO].tolist() == 5 * [ONSET] + 5 * [NEITHER]
    assert labels.boundary[:, MICRO].tolist() == 8 * [NEITHER] + 2 * [ONSET]
    np.testing.assert_allclose(labels.apex[:, MACRO], [*soft(3, 2, 1, 0, 1, 2, 3), 0, 0, 0], rtol=1e-6)
    assert labels.apex[:, MICRO].max() == 0
    assert labels.expression[:, MACRO].tolist() == [0] + 9 * [1]
    assert labels.contrast.tolist() == [0] + 9 * [1]


def test_an_expression_beyond_the_recording_leaves_only_the_widening_that_reaches_into_it():
    labels = label_frames([macro(12, 13, 14)], 10)

    assert labels.boundary[:, MACRO].tolist() == 9 * [NEITHER] + [ONSET]
    assert labels.expression.max() == labels.apex.max() == labels.contrast.max() == 0


def test_label_scores_are_the_annotation_itself():
    scores = label_scores([micro(1, 2, 4)], 6)

    assert np.flatnonzero(scores[:, MICRO, Channel.ONSET]).tolist() == [1]
    assert np.flatnonzero(scores[:, MICRO, Channel.APEX]).tolist() == [2]
    assert np.flatnonzero(scores[:, MICRO, Channel.OFFSET]).tolist() == [4]
    assert np.flatnonzero(scores[:, MICRO, Channel.EXPRESSION]).tolist() == [1, 2, 3, 4]
    assert np.flatnonzero(scores[:, MICRO, Channel.NEUTRAL]).tolist() == [0, 2, 3, 5]
    assert np.unique(scores).tolist() == [0, 1]
    assert scores[:, MACRO, Channel.NEUTRAL].tolist() == [1] * 6
    assert scores[:, MACRO, : Channel.NEUTRAL].max() == 0


def test_label_scores_show_a_frame_that_ends_one_expression_and_begins_the_next_as_both():
    scores = label_scores([macro(0, 1, 3), macro(3, 4, 5)], 6)

    assert scores[3, MACRO].tolist() == [1, 0, 1, 1, 0]


def test_label_scores_are_cut_off_at_the_end_of_the_recording():
    scores = label_scores([macro(2, 5, 9)], 4)

    assert scores.shape == (4, 2, 5)
    assert np.flatnonzero(scores[:, MACRO, Channel.ONSET]).tolist() == [2]
    assert scores[:, MACRO, [Channel.APEX, Channel.OFFSET]].max() == 0
    assert scores[:, MACRO, Channel.EXPRESSION].tolist() == [0, 0, 1, 1]


def test_released_labels_do_not_leave_their_segment_of_16_frames():
    labels = label_frames([macro(2, 17, 30)], 40, LabelRule.AS_RELEASED)
    other = label_frames([macro(14, 15, 33)], 40, LabelRule.AS_RELEASED)

    assert np.flatnonzero(labels.boundary[:, MACRO] == ONSET).tolist() == [0, 1, 2, 3, 4, 5]
    assert np.flatnonzero(labels.boundary[:, MACRO] == OFFSET).tolist() == [27, 28, 29, 30, 31]
    assert np.flatnonzero(other.boundary[:, MACRO] == ONSET).tolist() == [11, 12, 13, 14, 15]
    assert np.flatnonzero(other.boundary[:, MACRO] == OFFSET).tolist() == [32, 33, 34, 35, 36]
    # The apex at 17 reaches neither into the segment before nor, with a soft value, to the first frame of its own.
    np.testing.assert_allclose(labels.apex[14:22, MACRO], [0, 0, 0, *soft(0, 1, 2, 3), 0], rtol=1e-6)
    np.testing.assert_allclose(other.apex[11:18, MACRO], [0, *soft(3, 2, 1, 0), 0, 0], rtol=1e-6)


def test_a_released_apex_in_the_first_frame_of_a_segment_is_one():
    labels = label_frames([micro(14, 16, 18)], 20, LabelRule.AS_RELEASED)

    np.testing.assert_allclose(labels.apex[14:19, MICRO], [0, 0, *soft(0, 1), 0], rtol=1e-6)


def test_a_later_released_apex_overwrites_the_soft_values_of_an_earlier_one():
    expressions = [macro(6, 6, 9), macro(0, 4, 5)]

    labels = label_frames(expressions, 12, LabelRule.AS_RELEASED)
    turned_round = label_frames(expressions[::-1], 12, LabelRule.AS_RELEASED)

    np.testing.assert_allclose(labels.apex[:, MACRO], [0, *soft(3, 2, 3, 2, 1, 0, 1, 2, 3), 0, 0], rtol=1e-6)
    np.testing.assert_array_equal(turned_round.apex, labels.apex)


def test_both_rules_agree_on_what_is_inside_an_expression():
    expressions = [macro(2, 17, 30), micro(33, 35, 38)]

    whole, released = (label_frames(expressions, 36, rule) for rule in LabelRule)

    np.testing.assert_array_equal(whole.expression, released.expression)
    np.testing.assert_array_equal(whole.contrast, released.contrast)


def test_released_labels_of_an_expression_beyond_the_recording_are_empty():
    labels = label_frames([macro(12, 13, 14)], 10, LabelRule.AS_RELEASED)

    assert set(labels.boundary[:, MACRO]) == {NEITHER}
    assert labels.apex.max() == 0


def test_expression_segments_are_the_segments_that_show_a_part_of_an_expression():
    labels = label_frames([macro(30, 31, 33), micro(70, 72, 74)], 75)

    assert np.flatnonzero(expression_segments(labels)).tolist() == [*range(16, 48), *range(64, 75)]


def test_a_recording_without_expressions_has_no_expression_segment():
    assert not expression_segments(label_frames([], 40)).any()
