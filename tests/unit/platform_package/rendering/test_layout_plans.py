import pytest

from platform.rendering.actions import Action
from platform.rendering.layout_plans import layout_plan
from platform.rendering.trees import Layout
from spotformer_core.datasets.annotation_rows import AnnotationRow
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError


def _row(row_number=1, *, recording="006_1", onset=101.0, apex=111.0, offset=121.0, kind=ExpressionKind.MACRO):
    return AnnotationRow(
        subject=recording.rpartition("_")[0],
        recording=recording,
        kind=kind,
        onset=onset,
        apex=apex,
        offset=offset,
        row_number=row_number,
    )


def _only_event(layout, row):
    (plan,) = layout_plan(layout, [row])
    return plan.events[0]


@pytest.mark.parametrize(
    ("layout", "recording", "onset_position"),
    [(Layout.SAMM_LV, "006_1", 100), (Layout.CAS_ME_2, "s15_0101", 100), (Layout.CAS_ME_3, "spNO.1_a", 95)],
)
def test_positions_count_from_the_first_number_of_the_release(layout, recording, onset_position):
    event = _only_event(layout, _row(recording=recording))

    assert (event.onset, event.apex, event.offset) == (onset_position, onset_position + 10, onset_position + 20)


@pytest.mark.parametrize(
    ("fields", "positions"),
    [
        ({"onset": 566.4000000000001, "apex": 647.6, "offset": 743.2}, (565, 647, 742)),
        ({"onset": 0.0}, (0, 110, 120)),
        ({"offset": 0.0}, (100, 110, 120)),
        ({"offset": 0.0, "apex": None}, (100, 100, 100)),
        ({"apex": None}, (100, 110, 120)),
        ({"apex": 130.0}, (100, 110, 120)),
        ({"apex": 101.0}, (100, 110, 120)),
        ({"onset": 0.0, "apex": 0.0, "offset": 25.0}, (0, 12, 24)),
        ({"onset": 0.0, "apex": 0.0, "offset": 0.0}, (0, 0, 0)),
    ],
)
def test_quirks_of_a_release_are_rendered_as_what_they_most_plausibly_mean(fields, positions):
    event = _only_event(Layout.SAMM_LV, _row(**fields))

    assert (event.onset, event.apex, event.offset) == positions


def test_a_recording_of_cas_me_3_begins_at_6_or_at_its_smallest_number():
    late, early = _row(1, recording="spNO.1_a", onset=37.0), _row(2, recording="spNO.215_l", onset=0.0)

    plans = layout_plan(Layout.CAS_ME_3, [late, early])

    assert [plan.first_frame_number for plan in plans] == [6, 0]


def test_a_recording_ends_one_second_after_its_last_annotated_frame():
    rows = [_row(1), _row(2, onset=301.0, apex=310.0, offset=320.0), _row(3)]

    (plan,) = layout_plan(Layout.SAMM_LV, rows)

    assert plan.frames_per_second == 200
    assert plan.num_frames == 320 + 200


def test_a_given_length_counts_even_where_an_expression_lies_beyond_it():
    (plan,) = layout_plan(Layout.SAMM_LV, [_row()], num_frames={"006_1": 50})

    assert plan.num_frames == 50
    assert plan.events[0].offset == 120


def test_a_recording_gets_the_same_plan_alone_as_with_the_others():
    rows = [_row(number, recording=f"00{number % 4}_1") for number in range(1, 30)]

    together, alone = layout_plan(Layout.SAMM_LV, rows), layout_plan(Layout.SAMM_LV, rows, recordings=["002_1"])

    assert [plan for plan in together if plan.name == "002_1"] == list(alone)


def test_actions_take_turns_separately_for_both_kinds():
    rows = [_row(number, kind=kind) for kind in ExpressionKind for number in range(9)]

    (plan,) = layout_plan(Layout.SAMM_LV, rows)

    assert {event.action for event in plan.events[:9]} == set(Action)
    assert {event.action for event in plan.events[9:]} == set(Action)


def test_subjects_and_seeds_decide_the_face_and_the_motion():
    rows = [_row(1), _row(2, recording="007_3")]

    plans, other_plans = layout_plan(Layout.SAMM_LV, rows), layout_plan(Layout.SAMM_LV, rows, seed=1)

    assert [plan.subject for plan in plans] == ["006", "007"]
    assert len({plan.seed for plan in (*plans, *other_plans)}) == 4
    assert {plan.face_seed for plan in other_plans} == {1}


@pytest.mark.parametrize("arguments", [{"recordings": ["06_1"]}, {"num_frames": {"06_1": 100}}])
def test_an_unknown_recording_is_refused_with_the_nearest_name(arguments):
    message = r"a recording must be one of the annotation table, got '06_1'\. Did you mean '006_1'\?"
    with pytest.raises(InvalidValueError, match=message):
        layout_plan(Layout.SAMM_LV, [_row()], **arguments)


def test_a_length_below_one_is_refused():
    with pytest.raises(InvalidValueError, match="num_frames of 006_1 must be 1 or more, got 0"):
        layout_plan(Layout.SAMM_LV, [_row()], num_frames={"006_1": 0})
