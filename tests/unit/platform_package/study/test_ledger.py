"""What a study used, saved and lost, from its records alone."""

import pytest

from platform.reporting.ledger_report import ledger_lines
from platform.study.budget import Budget
from platform.study.ledger import efficiency_ledger
from platform.study.records import (
    ConfigurationRecord,
    DroppedRecord,
    FoldRecord,
    LostRecord,
    RunRecord,
    StoppedRecord,
    WinnerRecord,
    from_json,
    to_json,
)
from platform.study.state import StudyState
from platform.study.usage import Spent, Usage

SUBJECTS = [f"s{number}" for number in range(5)]


def usage(seconds):
    return Usage(seconds=seconds, num_gpus=0.5, ended=seconds).as_dict()


def fold(configuration, subject, seconds):
    return FoldRecord(
        configuration=configuration,
        subject=subject,
        seed=1,
        counts={"macro": [[1, 0, 0]], "micro": [[0, 0, 0]]},
        final_loss=0.0,
        seconds={"training": 0.75 * seconds, "scoring": 0.0},
        usage=usage(seconds),
    )


def run(number, seconds, *, running=(), ended=False):
    cut = [{"configuration": "c0000", "subject": subject, "usage": usage(1000)} for subject in running]
    return RunRecord(
        run=number, seconds=seconds, num_workers=2, node_seconds={"gpu": seconds}, running=cut, ended=ended
    )


@pytest.fixture
def records():
    """Two runs: the first was killed; in the second "c0001" was dropped while one of its folds ran."""
    return [
        run(1, 0),
        ConfigurationRecord(configuration="c0000", params={}),
        *(fold("c0000", subject, 400) for subject in SUBJECTS[:4]),
        run(1, 1200, running=["s4"]),
        run(2, 0),
        fold("c0000", "s4", 400),
        ConfigurationRecord(configuration="c0001", params={}),
        LostRecord(configuration="c0001", subject="s0", reason="died", usage=usage(50)),
        LostRecord(configuration="c0001", subject="s0", reason="taken back", usage=usage(20), preempted=True),
        *(fold("c0001", subject, 200) for subject in SUBJECTS[:3]),
        DroppedRecord(configuration="c0001", reference="c0000", num_subjects=3, f1=0.1, reference_f1=0.9),
        StoppedRecord(configuration="c0001", subject="s3", num_epochs=4, usage=usage(30)),
        WinnerRecord(configuration="c0000", usage=usage(500)),
        run(2, 1600, ended=True),
    ]


@pytest.fixture
def state(records, make_study_record):
    prior = [{"params": {}, "value": 0.5, "macro": 0.5, "micro": 0.5, "worker_seconds": 7000.0}]
    study = make_study_record(subjects=SUBJECTS, space={"apex_thresholds": [0.5]}, prior=prior)
    return StudyState(study, [from_json(to_json(one)) for one in records])


def spent(count, seconds):
    return Spent(count=count, worker_seconds=seconds, cpu_seconds=seconds, gpu_seconds=seconds / 2)


def test_what_was_used_is_every_part_of_it(state):
    ledger = efficiency_ledger(state, this_run=2)

    assert ledger.finished == spent(8, 2600)
    assert ledger.winner == spent(1, 500)
    assert (ledger.lost, ledger.stopped, ledger.cut) == (spent(1, 50), spent(1, 30), spent(1, 1000))
    assert ledger.preempted == spent(1, 20)
    assert ledger.used == spent(13, 2600 + 500 + 50 + 20 + 30 + 1000)


def test_racing_saves_what_the_missing_folds_would_have_taken_less_what_a_stopped_one_took(state):
    # Two folds of 200 s were not finished; one of them ran for 30 s.
    assert efficiency_ledger(state, this_run=2).saved_by_racing == Spent(
        count=2, worker_seconds=370, cpu_seconds=370, gpu_seconds=185
    )


def test_resuming_saves_the_folds_of_the_runs_before(state):
    assert efficiency_ledger(state, this_run=1).saved_by_resuming == Spent()
    assert efficiency_ledger(state, this_run=2).saved_by_resuming == spent(4, 1600)
    # A third run that has nothing to do was saved everything.
    assert efficiency_ledger(state, this_run=3).saved_by_resuming == spent(8, 2600)


def test_workers_are_busy_while_they_train_and_score(state):
    # 2600 s of folds, three quarters of which were training, and the winner; two workers in 1200 s and 1600 s.
    assert efficiency_ledger(state, this_run=2).busy == (0.75 * 2600 + 500) / (2 * (1200 + 1600))


def test_the_cost_is_that_of_the_nodes_at_the_prices_of_today(state):
    ledger = efficiency_ledger(state, this_run=2, budget=Budget(prices={"gpu": 9.0}))

    assert ledger.node_seconds == {"gpu": 2800}
    assert ledger.cost == 7.0
    assert efficiency_ledger(state, this_run=2, budget=Budget()).cost is None


def test_it_says_in_a_few_lines_what_happened(state):
    lines = list(ledger_lines(efficiency_ledger(state, this_run=2, budget=Budget(prices={"gpu": 9.0}))))

    used, saved, lost, cost = lines
    assert used == (
        "used by this study: 70 min of workers (35 min of GPUs) for 8 folds and the winner; "
        "workers trained 44% of the time that they were there"
    )
    assert saved == (
        "saved: about 6 min of workers (3 min of GPUs) by racing (2 folds not run whole); "
        "27 min of workers (13 min of GPUs) by 4 folds of earlier runs; "
        "1 configuration known from other studies, which took 1.9 h"
    )
    assert lost == (
        "lost: 50 s of workers (25 s of GPUs) to 1 attempt at folds without a result; "
        "20 s of workers (10 s of GPUs) to 1 attempt on nodes that were taken back; "
        "30 s of workers (15 s of GPUs) to 1 fold stopped by racing; "
        "17 min of workers (8 min of GPUs) to 1 fold that ran when a run was stopped"
    )
    assert cost == "cost: 7.00 (47 min of gpu)"


def test_it_says_nothing_of_what_did_not_happen(make_study_record):
    records = [ConfigurationRecord(configuration="c0000", params={}), fold("c0000", "s0", 40)]
    older = {name: value for name, value in to_json(records[1]).items() if name != "usage"}
    state = StudyState(make_study_record(subjects=SUBJECTS), [records[0], from_json(older)])

    lines = list(ledger_lines(efficiency_ledger(state, this_run=1)))

    assert lines == [
        "used by this study: 30 s of workers for 1 fold",
        "saved: 30 s of workers by 1 fold of earlier runs",
        "GPUs: not known of 1 fold, of which an older version noted none",
    ]


def test_it_goes_to_json_whole(state):
    values = efficiency_ledger(state, this_run=2).as_dict()

    assert values["used"] == {"count": 13, "worker_seconds": 4200, "cpu_seconds": 4200, "gpu_seconds": 2100}
    assert values["lost"]["cut"]["worker_seconds"] == 1000
    assert values["lost"]["preempted"]["worker_seconds"] == 20
    assert values["saved"]["racing"]["gpu_seconds"] == 185
    assert values["saved"]["warm_start"] == {"configurations": 1, "worker_seconds": 7000.0}
    assert (values["busy"], values["cost"]) == (0.4375, None)
