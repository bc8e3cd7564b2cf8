from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform.rendering.actions import Action
from platform.rendering.demo_plans import demo_plan
from platform.rendering.settings import MIN_NEUTRAL_FRAMES, DemoSettings, Difficulty
from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import InvalidValueError


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    macro=st.integers(0, 4),
    micro=st.integers(0, 4),
    spare_seconds=st.floats(0, 3),
    difficulty=st.sampled_from(Difficulty),
)
def test_expressions_keep_their_gaps_and_their_ranges(seed, macro, micro, spare_seconds, difficulty):
    if macro + micro == 0:
        macro = 1
    shortest = (macro * 16 + micro * 5 + (macro + micro + 1) * MIN_NEUTRAL_FRAMES) / 30
    chosen = DemoSettings(
        num_subjects=1,
        recordings_per_subject=1,
        seconds=shortest + spare_seconds,
        macro_per_recording=macro,
        micro_per_recording=micro,
        difficulty=difficulty,
        seed=seed,
    )

    (plan,) = demo_plan(chosen)

    neutral_from = 0
    for event in plan.events:
        assert event.onset - neutral_from >= MIN_NEUTRAL_FRAMES
        assert event.onset < event.apex < event.offset
        limits = chosen.event_range(event.kind)
        assert limits.min_frames <= event.num_frames <= limits.max_frames
        assert limits.min_pixels <= event.amplitude_pixels <= limits.max_pixels
        neutral_from = event.offset + 1
    assert plan.num_frames - neutral_from >= MIN_NEUTRAL_FRAMES
    assert Counter(event.kind for event in plan.events) == Counter(
        {ExpressionKind.MACRO: macro, ExpressionKind.MICRO: micro}
    )


def test_every_action_occurs_equally_often_as_macro_and_as_micro():
    plans = demo_plan(DemoSettings())

    counts = Counter((event.kind, event.action) for plan in plans for event in plan.events)
    assert counts == {(kind, action): 4 for kind in ExpressionKind for action in Action}


def test_only_macro_expressions_have_a_companion():
    events = [event for plan in demo_plan(DemoSettings()) for event in plan.events]

    accompanied = [event for event in events if event.companion is not None]
    assert {event.kind for event in accompanied} == {ExpressionKind.MACRO}
    assert 9 <= len(accompanied) <= 27


def test_recordings_have_the_names_of_cas_me_2():
    plans = demo_plan(DemoSettings(num_subjects=3, recordings_per_subject=2))

    assert [plan.name for plan in plans] == [
        *("s15_0101", "s15_0102"),
        *("s16_0101", "s16_0102"),
        *("s19_0101", "s19_0102"),
    ]


def test_equal_settings_give_equal_plans_and_another_seed_gives_others():
    chosen = DemoSettings(num_subjects=2)

    assert demo_plan(chosen) == demo_plan(DemoSettings(num_subjects=2))
    assert demo_plan(chosen)[0].events != demo_plan(replace(chosen, seed=1))[0].events
    assert demo_plan(chosen)[0].seed != demo_plan(replace(chosen, seed=1))[0].seed


def test_the_largest_demo_has_198_recordings_of_different_names():
    plans = demo_plan(DemoSettings(num_subjects=22, recordings_per_subject=9))

    assert len({plan.name for plan in plans}) == 198


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"num_subjects": 23}, r"num_subjects must be from 1 to 22, got 23\. "),
        ({"num_subjects": 0}, "num_subjects must be from 1 to 22, got 0"),
        ({"recordings_per_subject": 10}, "recordings_per_subject must be from 1 to 9, got 10"),
        ({"macro_per_recording": -1}, "macro_per_recording must be 0 or more, got -1"),
        ({"micro_per_recording": -2}, "micro_per_recording must be 0 or more, got -2"),
        ({"seconds": float("inf")}, "seconds must be a finite number, got inf"),
        ({"seed": -3}, "seed must be 0 or more, got -3"),
        (
            {"macro_per_recording": 0, "micro_per_recording": 0},
            "macro_per_recording must be 1 or more where micro_per_recording is 0, got 0",
        ),
        ({"seconds": 5.7}, r"seconds must be at least 5\.8 to hold 6 expressions .* got 5\.7\. Make recordings longer"),
    ],
)
def test_settings_that_break_a_rule_are_refused(fields, message):
    with pytest.raises(InvalidValueError, match=message):
        DemoSettings(**fields)
