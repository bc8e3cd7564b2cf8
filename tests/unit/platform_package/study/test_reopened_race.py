"""A configuration that had failed and is opened again is decided before those that may be raced against it."""

import pytest

from benchmarks.replay import RecallingJournal
from platform.study.planning import Plan, Scheduling
from platform.study.race import Race
from platform.study.records import (
    ConfigurationRecord,
    DroppedRecord,
    FailureRecord,
    FoldRecord,
    ReopenedRecord,
    StudyRecord,
)
from platform.study.state import ConfigurationStatus, StudyState

NUM_SUBJECTS, FIRST_LOOK, SECOND_LOOK = 14, 8, 10
GOOD, BAD = [4, 1, 0], [1, 3, 3]
QUALITIES = {"c0000": GOOD, "c0001": BAD, "c0002": BAD}
"""The third is no worse than the second, and clearly worse than the first, which is opened again."""


def study(scheduling: Scheduling) -> StudyRecord:
    return StudyRecord(
        dataset="toy",
        dataset_digest="",
        space={"apex_thresholds": [0.5]},
        seed=0,
        scheduling=str(scheduling),
        lag=1,
        subjects=[str(subject) for subject in range(NUM_SUBJECTS)],
        extraction={},
        versions={},
        racing="careful",
    )


def folds(configuration: str, *subjects: int) -> list[FoldRecord]:
    counts = {"macro": [QUALITIES[configuration]], "micro": [[0, 0, 0]]}
    return [
        FoldRecord(configuration=configuration, subject=str(subject), seed=0, counts=counts, final_loss=0.0, seconds={})
        for subject in subjects
    ]


def asked(number: int) -> ConfigurationRecord:
    return ConfigurationRecord(configuration=f"c000{number}", params={"row": number})


def reopened(scheduling: Scheduling = Scheduling.REPRODUCIBLE) -> StudyState:
    """The first failed on its last subject and was opened again when the third had just come to its first look."""
    records = [
        asked(0),
        *folds("c0000", *range(NUM_SUBJECTS - 1)),
        FailureRecord(configuration="c0000", subject=str(NUM_SUBJECTS - 1), reason="loss is nan"),
        asked(1),
        *folds("c0001", *range(NUM_SUBJECTS)),
        asked(2),
        *folds("c0002", *range(FIRST_LOOK)),
        ReopenedRecord(configuration="c0000"),
    ]
    return StudyState(study(scheduling), records)


def race_of(state: StudyState) -> Race:
    """With a lag of one, a configuration may know of all that were asked before it."""
    return Race(state, lambda number: number)


def test_a_look_waits_until_the_reopened_reference_is_decided_and_is_then_decided_against_it():
    state = reopened()
    race = race_of(state)

    assert race.lost(2, "c0002") is None
    assert race.num_subjects(2, "c0002") == FIRST_LOOK
    state.apply(folds("c0000", NUM_SUBJECTS - 1)[0])
    record = race.lost(2, "c0002")

    assert (record.reference, record.num_subjects) == ("c0000", FIRST_LOOK)


def test_a_reopened_one_that_fails_again_lets_the_look_go_on_against_the_others():
    state = reopened()
    race = race_of(state)
    assert race.lost(2, "c0002") is None

    state.apply(FailureRecord(configuration="c0000", subject=str(NUM_SUBJECTS - 1), reason="loss is nan"))

    assert race.lost(2, "c0002") is None
    assert race.num_subjects(2, "c0002") == SECOND_LOOK


def test_where_only_a_reopened_one_is_known_nothing_runs_beyond_the_first_look():
    state = StudyState(
        study(Scheduling.REPRODUCIBLE),
        [
            asked(0),
            FailureRecord(configuration="c0000", subject="0", reason="loss is nan"),
            asked(1),
            ReopenedRecord(configuration="c0000"),
        ],
    )

    # Without a reference it would run whole.
    assert race_of(state).num_subjects(1, "c0001") == FIRST_LOOK


def test_a_reopened_one_that_was_asked_later_is_not_waited_for():
    state = StudyState(
        study(Scheduling.REPRODUCIBLE),
        [
            asked(0),
            *folds("c0000", *range(NUM_SUBJECTS)),
            asked(1),
            *folds("c0001", *range(FIRST_LOOK)),
            asked(2),
            FailureRecord(configuration="c0002", subject="0", reason="loss is nan"),
            ReopenedRecord(configuration="c0002"),
        ],
    )

    assert race_of(state).lost(1, "c0001").reference == "c0000"


def test_free_running_waits_for_nobody():
    state = reopened(Scheduling.FREE_RUNNING)
    race = race_of(state)

    assert race.lost(2, "c0002") is None
    assert race.num_subjects(2, "c0002") == SECOND_LOOK


def decisions(*, last_first: bool) -> list[tuple[ConfigurationStatus, DroppedRecord | None]]:
    """What is decided after the reopening, with two workers of whom one is quicker."""
    state = reopened()
    plan = Plan(state, RecallingJournal(), lambda outcomes: {"row": len(outcomes)}, num_configurations=3)
    running = []
    for _ in range(10 * NUM_SUBJECTS):
        while len(running) < 2 and (order := plan.next()) is not None:
            running.append(order)
        if not running:
            break
        order = running.pop(-1 if last_first else 0)
        plan.complete(folds(order.configuration, int(order.subject))[0])
    assert plan.finished
    return [(one.status, one.dropped) for one in state.configurations.values()]


def test_after_a_reopening_the_same_is_decided_whichever_fold_ends_first():
    outcome = decisions(last_first=False)

    assert decisions(last_first=True) == outcome
    assert [status for status, _ in outcome] == [
        ConfigurationStatus.COMPLETE,
        ConfigurationStatus.COMPLETE,
        ConfigurationStatus.DROPPED,
    ]
    assert outcome[2][1].num_subjects == FIRST_LOOK


@pytest.mark.parametrize("num_reopened", [1, 2])
def test_every_reopened_one_is_waited_for(num_reopened):
    state = StudyState(study(Scheduling.REPRODUCIBLE))
    for number in range(2):
        state.apply(asked(number))
        kept = range(NUM_SUBJECTS - 1) if number < num_reopened else range(NUM_SUBJECTS)
        for record in folds(f"c000{number}", *kept):
            state.apply(record)
        if number < num_reopened:
            state.apply(FailureRecord(configuration=f"c000{number}", subject="13", reason="loss is nan"))
    for record in (asked(2), *folds("c0002", *range(FIRST_LOOK))):
        state.apply(record)
    for number in range(num_reopened):
        state.apply(ReopenedRecord(configuration=f"c000{number}"))
    race = race_of(state)

    for number in range(num_reopened):
        assert race.lost(2, "c0002") is None
        state.apply(folds(f"c000{number}", NUM_SUBJECTS - 1)[0])

    assert race.lost(2, "c0002").reference == "c0000"
