"""Folds that are trained side by side: the same ones whatever is missing, replayed with the real plan."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.replay import Replay, Replayed
from platform.study.planning import FoldOrder, Plan, Scheduling
from platform.study.racing import Racing, racing_rule
from platform.study.records import ConfigurationRecord, FoldRecord
from platform.study.stacks import largest_stack, stacks, stacks_of
from platform.study.state import StudyState

SUBJECTS = tuple(f"s{number}" for number in range(14))
"""Careful racing looks after 8, 10 and 12 of them."""


@pytest.mark.parametrize(
    ("racing", "size", "expected"),
    [
        ("off", 1, [1] * 14),
        ("off", 4, [4, 4, 4, 2]),
        ("off", 99, [14]),
        ("careful", 1, [1] * 14),
        ("careful", 3, [3, 3, 2, 2, 2, 2]),
        ("careful", 99, [8, 2, 2, 2]),
    ],
)
def test_stacks_are_as_large_as_asked_and_end_where_racing_looks(racing, size, expected):
    assert [len(stack) for stack in stacks(SUBJECTS, racing=racing, size=size)] == expected


@settings(max_examples=100, deadline=None)
@given(num_subjects=st.integers(1, 120), size=st.integers(1, 20), racing=st.sampled_from(Racing))
def test_every_subject_is_in_one_stack_in_order_and_no_stack_reaches_across_a_look(num_subjects, size, racing):
    found = stacks(range(num_subjects), racing=str(racing), size=size)

    assert [subject for stack in found for subject in stack] == list(range(num_subjects))
    assert all(1 <= len(stack) <= size for stack in found)
    rule = racing_rule(racing)
    for look in () if rule is None else rule.looks(num_subjects):
        assert not any(stack[0] < look <= stack[-1] for stack in found)


def test_the_stacks_of_a_study_and_the_largest_follow_from_its_record(make_study_record):
    study = make_study_record(subjects=list(SUBJECTS), racing="careful", stack_folds=99)

    assert stacks_of(study)[1] == ("s8", "s9")
    assert largest_stack(study) == 8
    assert largest_stack(make_study_record()) == 1


class Kept:
    """A journal that only keeps records."""

    def __init__(self):
        self.records = []

    def append(self, record):
        self.records.append(record)


@pytest.fixture
def make_plan(make_study_record):
    """Makes a plan of two configurations on five subjects in stacks of two; what was finished before can be given."""

    def make(*folds):
        study = make_study_record(subjects=list("abcde"), stack_folds=2, lag=1)
        asked = [ConfigurationRecord(configuration="c0000", params={})] if folds else []
        state = StudyState(study, [*asked, *folds])
        return Plan(state, Kept(), lambda outcomes: {}, num_configurations=2)

    return make


def fold(subject, configuration="c0000"):
    counts = {"macro": [[1, 0, 0]] * 2, "micro": [[0, 0, 0]] * 2}
    return FoldRecord(configuration=configuration, subject=subject, seed=0, counts=counts, final_loss=0.0, seconds={})


def test_stacks_are_handed_out_in_order_and_the_next_configuration_waits_for_all_of_them(make_plan):
    plan = make_plan()

    orders = [plan.next() for _ in range(4)]

    assert [order and order.subjects for order in orders] == [("a", "b"), ("c", "d"), ("e",), None]
    for subject in "abcd":
        plan.complete(fold(subject))
    assert plan.next() is None
    plan.complete(fold("e"))
    assert plan.next() == FoldOrder("c0001", "a", ("b",))


def test_a_stack_of_which_a_fold_is_finished_is_handed_out_whole(make_plan):
    plan = make_plan(fold("a"), fold("b"), fold("d"))

    order = plan.next()

    assert order == FoldOrder("c0000", "c", ("d",))
    assert plan.missing(order) == ("c",)
    assert plan.next() == FoldOrder("c0000", "e")


def test_a_stack_that_was_given_back_waits_again(make_plan):
    plan = make_plan()
    order = plan.next()

    plan.give_back(order)

    assert plan.next() == order


def test_a_fold_of_a_stack_that_failed_closes_its_configuration_and_keeps_the_other(make_plan):
    plan = make_plan()
    order = plan.next()

    plan.complete(fold("a"))
    plan.fail(FoldOrder("c0000", "b"), "loss is NaN")
    plan.give_back(order)

    assert set(plan.state.configurations["c0000"].folds) == {"a"}
    assert plan.state.configurations["c0000"].failure == "b: loss is NaN"
    assert plan.next().configuration == "c0001"


def table(*qualities, num_subjects=20, seed=4):
    random = np.random.default_rng(seed)
    found = random.binomial(4, np.array(qualities)[:, None], size=(len(qualities), num_subjects))
    return np.stack([found, 4 - found, 4 - found], axis=-1)


COUNTS = table(0.6, 0.3, 0.75, 0.2, 0.7, 0.5, 0.85, 0.4)


def replay(**options) -> Replayed:
    return Replay(counts=COUNTS, num_configurations=len(COUNTS), **options).run()


def decided(replayed):
    return [(one.params, one.status, one.dropped) for one in replayed.state.configurations.values()]


def folds_run(replayed):
    return sorted((one.configuration, int(one.subject)) for one in replayed.records if isinstance(one, FoldRecord))


ALONE = replay()
STACKED = {size: replay(stack_folds=size) for size in (2, 3, 5)}
NUM_RECORDS = len(STACKED[3].records)


@pytest.mark.parametrize("size", STACKED)
def test_stacks_run_the_folds_that_are_run_one_by_one_and_decide_the_same(size):
    assert any(one.dropped for one in ALONE.state.configurations.values())
    assert decided(STACKED[size]) == decided(ALONE)
    assert folds_run(STACKED[size]) == folds_run(ALONE)


@pytest.mark.parametrize("death", range(2, NUM_RECORDS + 1))
def test_a_death_after_any_record_within_a_stack_too_changes_no_decision_and_keeps_every_fold_once(death):
    disturbed = replay(stack_folds=3, num_workers=2, deaths={death})

    assert decided(disturbed) == decided(STACKED[3])
    assert folds_run(disturbed) == folds_run(STACKED[3])


@settings(max_examples=40, deadline=None)
@given(
    size=st.sampled_from(sorted(STACKED)),
    num_workers=st.integers(1, 20),
    durations=st.lists(st.floats(0.1, 9.0), min_size=1, max_size=9),
    deaths=st.sets(st.integers(2, NUM_RECORDS), max_size=6),
)
def test_speeds_workers_and_deaths_together_change_no_decision(size, num_workers, durations, deaths):
    seconds = np.resize(np.array(durations), COUNTS.shape[:2])

    disturbed = replay(stack_folds=size, num_workers=num_workers, seconds=seconds, deaths=deaths)

    assert decided(disturbed) == decided(STACKED[size])
    assert folds_run(disturbed) == folds_run(STACKED[size])


@settings(max_examples=20, deadline=None)
@given(num_workers=st.integers(1, 20), deaths=st.sets(st.integers(2, NUM_RECORDS), max_size=6))
def test_free_running_decides_every_configuration_and_keeps_every_fold_once(num_workers, deaths):
    replayed = replay(stack_folds=3, scheduling=Scheduling.FREE_RUNNING, num_workers=num_workers, deaths=deaths)

    assert len(folds_run(replayed)) == len(set(folds_run(replayed)))
    assert not replayed.state.open_ones
    assert len(replayed.state.configurations) == len(COUNTS)


def test_whatever_is_handed_out_is_a_stack_of_the_study(monkeypatch):
    handed_out = []
    hand_out = Plan.next

    def noted(plan):
        order = hand_out(plan)
        handed_out.extend([] if order is None else [order])
        return order

    monkeypatch.setattr(Plan, "next", noted)

    disturbed = replay(stack_folds=3, num_workers=5, deaths={5, 17, 18, 40})

    assert {order.subjects for order in handed_out} <= set(stacks_of(disturbed.state.study))
    # Those that a death tore apart were run again whole.
    assert sum(len(order.subjects) for order in handed_out) > len(folds_run(disturbed))
