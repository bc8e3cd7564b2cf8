"""Racing over subjects: replayed with the real plan in virtual time, any number of workers, every crash point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.replay import Replay
from platform.study.planning import Scheduling
from platform.study.racing import Racing, racing_rule
from platform.study.records import (
    ConfigurationRecord,
    DroppedRecord,
    FailureRecord,
    FoldRecord,
    ReopenedRecord,
    StudyRecord,
)
from platform.study.state import ConfigurationStatus, StudyState

GOOD, BAD = (4, 1, 0), (1, 3, 3)
NUM_SUBJECTS = 14
LOOKS = (8, 10, 12)


def table(*qualities, num_subjects=NUM_SUBJECTS, seed=0):
    """Counts of configurations that find this share of four truths per subject and invent the rest."""
    random = np.random.default_rng(seed)
    found = random.binomial(4, np.array(qualities)[:, None], size=(len(qualities), num_subjects))
    return np.stack([found, 4 - found, 4 - found], axis=-1)


def replay(counts, **options):
    return Replay(counts=counts, num_configurations=len(counts), **{"lag": 1} | options).run()


def decided(replayed):
    """What was decided about every configuration, without when or where its folds ran."""
    return [(one.params, one.status, one.dropped) for one in replayed.state.configurations.values()]


def folds_run(replayed):
    return sorted((one.configuration, int(one.subject)) for one in replayed.records if isinstance(one, FoldRecord))


def test_looks_grow_and_leave_out_the_end():
    rule = racing_rule(Racing.CAREFUL)

    assert rule.looks(NUM_SUBJECTS) == LOOKS
    assert rule.looks(94) == (8, 10, 12, 16, 20, 24, 31, 38, 48, 60, 75, 93)
    assert rule.looks(9) == (8,)
    assert rule.looks(8) == rule.looks(6) == ()
    assert racing_rule(Racing.OFF) is None
    assert racing_rule("aggressive").looks(9) == (6, 8)


def test_a_configuration_that_is_clearly_worse_gets_the_folds_of_the_first_block_only():
    replayed = replay(np.array([[GOOD] * NUM_SUBJECTS, [BAD] * 7 + [GOOD] * 7]), num_workers=1)

    dropped = replayed.state.configurations["c0001"].dropped
    assert (dropped.reference, dropped.num_subjects) == ("c0000", 8)
    # Seven times (1, 3, 3) and once (4, 1, 0), against eight times (4, 1, 0).
    assert dropped.f1 == pytest.approx(2 * 11 / (2 * 11 + 22 + 21))
    assert dropped.reference_f1 == pytest.approx(64 / 72)
    assert replayed.num_folds == NUM_SUBJECTS + 8
    assert replayed.state.ranking() == ("c0000",)
    assert replayed.records[-1] == dropped


def test_a_configuration_may_lose_at_a_later_look_or_never():
    late = [GOOD, *[GOOD, BAD] * 4, *[BAD] * 5]
    replayed = replay(np.array([[GOOD] * NUM_SUBJECTS, late, [GOOD] * NUM_SUBJECTS]))

    statuses = [one.status for one in replayed.state.configurations.values()]
    assert statuses == [ConfigurationStatus.COMPLETE, ConfigurationStatus.DROPPED, ConfigurationStatus.COMPLETE]
    assert replayed.state.configurations["c0001"].dropped.num_subjects in LOOKS


def test_without_racing_and_with_few_subjects_nothing_is_dropped():
    counts = np.array([[GOOD] * NUM_SUBJECTS, [BAD] * NUM_SUBJECTS])

    assert replay(counts, racing=Racing.OFF).num_folds == 2 * NUM_SUBJECTS
    assert replay(counts[:, :8]).num_folds == 2 * 8
    assert replay(counts[:, :6], racing=Racing.AGGRESSIVE).num_folds == 2 * 6


def test_the_lag_bounds_what_a_configuration_is_raced_against():
    counts = np.array([[GOOD] * NUM_SUBJECTS, [BAD] * NUM_SUBJECTS, [BAD] * NUM_SUBJECTS])

    replayed = replay(counts, lag=2)

    # c0001 may know of nothing, c0002 of c0000.
    assert [one.dropped is None for one in replayed.state.configurations.values()] == [True, True, False]


def test_the_best_of_those_known_is_the_reference():
    counts = table(0.5, 0.9, 0.55, 0.1)

    replayed = replay(counts)

    assert replayed.state.configurations["c0003"].dropped.reference == "c0001"


COUNTS = table(0.6, 0.3, 0.75, 0.2, 0.7, 0.5, 0.85, 0.4, num_subjects=20, seed=4)


def seconds(values):
    return np.resize(np.array(values), COUNTS.shape[:2])


@pytest.mark.parametrize("racing", [Racing.CAREFUL, Racing.AGGRESSIVE])
@pytest.mark.parametrize("lag", [1, 2, 4])
@pytest.mark.parametrize("num_workers", [2, 8, 64])
def test_any_number_of_workers_drops_the_same_and_runs_the_same_folds(num_workers, lag, racing):
    alone = replay(COUNTS, lag=lag, racing=racing)

    together = replay(
        COUNTS, lag=lag, racing=racing, num_workers=num_workers, seconds=seconds([1.0, 5.0, 0.3, 2.0, 9.0])
    )

    assert decided(together) == decided(alone)
    assert folds_run(together) == folds_run(alone)
    assert any(one.dropped for one in alone.state.configurations.values())


UNDISTURBED = {lag: replay(COUNTS, lag=lag) for lag in range(1, 7)}
NUM_RECORDS = len(UNDISTURBED[2].records)


@pytest.mark.parametrize("death", range(2, NUM_RECORDS + 1))
def test_a_death_after_any_record_changes_no_decision_and_repeats_no_fold(death):
    disturbed = replay(COUNTS, lag=2, num_workers=3, seconds=seconds([1.0, 4.0, 2.0]), deaths={death})

    assert decided(disturbed) == decided(UNDISTURBED[2])
    assert folds_run(disturbed) == folds_run(UNDISTURBED[2])


@settings(max_examples=40, deadline=None)
@given(
    num_workers=st.integers(1, 20),
    lag=st.integers(1, 6),
    durations=st.lists(st.floats(0.1, 9.0), min_size=1, max_size=9),
    deaths=st.sets(st.integers(2, NUM_RECORDS), max_size=6),
)
def test_speeds_workers_and_deaths_together_change_no_decision(num_workers, lag, durations, deaths):
    disturbed = replay(COUNTS, lag=lag, num_workers=num_workers, seconds=seconds(durations), deaths=deaths)

    assert decided(disturbed) == decided(UNDISTURBED[lag])
    assert folds_run(disturbed) == folds_run(UNDISTURBED[lag])


@settings(max_examples=20, deadline=None)
@given(
    num_workers=st.integers(1, 20),
    durations=st.lists(st.floats(0.1, 9.0), min_size=1, max_size=9),
    deaths=st.sets(st.integers(2, NUM_RECORDS), max_size=6),
)
def test_free_running_decides_every_configuration_and_repeats_no_fold(num_workers, durations, deaths):
    replayed = replay(
        COUNTS, scheduling=Scheduling.FREE_RUNNING, num_workers=num_workers, seconds=seconds(durations), deaths=deaths
    )

    assert len(folds_run(replayed)) == len(set(folds_run(replayed)))
    assert not replayed.state.open_ones
    assert len(replayed.state.configurations) == len(COUNTS)


def study(**changes):
    usual = {
        "dataset": "toy",
        "dataset_digest": "",
        "space": {"apex_thresholds": [0.5]},
        "seed": 0,
        "scheduling": "reproducible",
        "lag": 1,
        "subjects": ["b", "a"],
        "extraction": {},
        "versions": {},
    }
    return StudyRecord(**usual | changes)


def fold(subject):
    counts = {"macro": [[1, 0, 0]], "micro": [[0, 0, 0]]}
    return FoldRecord(configuration="c0000", subject=subject, seed=0, counts=counts, final_loss=0.0, seconds={})


DROPPED = DroppedRecord(configuration="c0000", reference="c0009", num_subjects=8, f1=0.1, reference_f1=0.4)


def test_a_fold_that_ends_after_the_drop_is_kept_and_brings_nothing_back():
    asked = ConfigurationRecord(configuration="c0000", params={})

    state = StudyState(study(), [asked, fold("b"), DROPPED, fold("a")])

    assert state.configurations["c0000"].status is ConfigurationStatus.DROPPED
    assert set(state.configurations["c0000"].folds) == {"a", "b"}
    assert state.ranking() == ()


def test_open_configurations_keep_the_order_in_which_they_were_asked_when_one_is_opened_again():
    asked = [ConfigurationRecord(configuration=f"c000{number}", params={}) for number in range(3)]
    failed = FailureRecord(configuration="c0001", subject="a", reason="loss is NaN")

    state = StudyState(study(), [*asked, failed])
    assert state.open_ones == {"c0000": 0, "c0002": 2}
    state.apply(ReopenedRecord(configuration="c0001"))

    assert list(state.open_ones.items()) == [("c0000", 0), ("c0001", 1), ("c0002", 2)]


def test_the_f1_of_a_configuration_follows_its_folds():
    asked = ConfigurationRecord(configuration="c0000", params={})
    state = StudyState(study(), [asked, fold("a"), fold("b")])
    assert state.value("c0000") == 1.0

    missed = {"macro": [[0, 0, 3]], "micro": [[0, 0, 0]]}
    state.apply(FoldRecord(configuration="c0000", subject="b", seed=0, counts=missed, final_loss=0.0, seconds={}))

    assert state.value("c0000") == pytest.approx(2 / 5)
