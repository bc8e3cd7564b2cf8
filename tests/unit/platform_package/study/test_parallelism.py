"""How many workers a study can use, beside what its plan really hands out."""

from dataclasses import replace

import pytest

from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.parallelism import folds_at_a_time, waiting_workers
from platform.study.planning import Plan, Scheduling
from platform.study.racing import Racing

FREE, SAME = Scheduling.FREE_RUNNING, Scheduling.REPRODUCIBLE


@pytest.mark.parametrize(
    ("scheduling", "racing", "subjects", "expected"),
    [
        (SAME, Racing.CAREFUL, 94, 3 * 8),
        (SAME, Racing.AGGRESSIVE, 94, 3 * 6),
        (SAME, Racing.CAREFUL, 5, 3 * 5),
        (SAME, Racing.OFF, 94, 3 * 94),
        (FREE, Racing.CAREFUL, 94, None),
    ],
)
def test_a_race_and_the_lag_decide_how_many_folds_run_at_a_time(scheduling, racing, subjects, expected):
    assert folds_at_a_time(scheduling=scheduling, lag=3, racing=racing, num_subjects=subjects) == expected


def test_so_many_are_really_handed_out_when_the_first_ones_are_complete(tmp_path, make_study_record, make_fold_record):
    study = make_study_record(subjects=[f"s{number}" for number in range(94)], lag=3, racing="careful")
    with Journal(tmp_path / "journal.jsonl") as journal:
        plan = Plan(open_study(journal, study), journal, lambda outcomes: {"x": len(outcomes)}, num_configurations=10)
        for order in list(iter(plan.next, None)):
            plan.complete(replace(make_fold_record(), configuration=order.configuration, subject=order.subject))
        handed_out = sum(1 for _ in iter(plan.next, None))

    assert handed_out == folds_at_a_time(scheduling=SAME, lag=3, racing=Racing.CAREFUL, num_subjects=94)


def test_who_gives_more_workers_is_told_what_keeps_them_busy():
    told = waiting_workers(64, scheduling=SAME, lag=3, racing=Racing.CAREFUL, num_subjects=94)

    assert told is not None
    assert "with --lag 3 about 24 folds can run at a time, so that some of the 64 workers wait" in told
    assert "--scheduling free-running" in told
    assert waiting_workers(24, scheduling=SAME, lag=3, racing=Racing.CAREFUL, num_subjects=94) is None
    assert waiting_workers(64, scheduling=FREE, lag=3, racing=Racing.CAREFUL, num_subjects=94) is None
