"""What a journal says that a study has used, kills and older versions included."""

import pytest

from platform.study.records import FoldRecord, LostRecord, RunRecord, StoppedRecord, WinnerRecord
from platform.study.spending import Spending
from platform.study.usage import Spent, Usage, noted_usage


def usage(seconds, *, gpus=0.0, ended=0.0):
    return Usage(seconds=seconds, num_cpus=2.0, num_gpus=gpus, ended=ended).as_dict()


def fold(subject, *, used, configuration="c0000", trained=3.0):
    return FoldRecord(
        configuration=configuration,
        subject=subject,
        seed=1,
        counts={},
        final_loss=0.1,
        seconds={"training": trained - 1, "scoring": 1.0},
        usage=used,
    )


def run(number, seconds=0.0, *, running=(), nodes=None, ended=False, workers=2):
    cut = [{"configuration": "c0000", "subject": subject, "usage": used} for subject, used in running]
    return RunRecord(
        run=number, seconds=seconds, num_workers=workers, node_seconds=nodes or {}, running=cut, ended=ended
    )


def spending_of(*records):
    spending = Spending()
    for record in records:
        spending.apply(record)
    return spending


def test_every_kind_of_use_is_summed_apart_and_together():
    lost = LostRecord(configuration="c0000", subject="b", reason="died", usage=usage(5, gpus=0.5))
    stopped = StoppedRecord(configuration="c0001", subject="a", num_epochs=2, usage=usage(3))
    winner = WinnerRecord(configuration="c0000", usage=usage(20, gpus=1.0))
    taken_back = LostRecord(configuration="c0000", subject="b", reason="taken back", usage=usage(7), preempted=True)

    spending = spending_of(run(1), fold("a", used=usage(10, gpus=0.5)), lost, taken_back, stopped, winner)

    assert spending.all_finished == Spent(count=1, worker_seconds=10, cpu_seconds=20, gpu_seconds=5)
    assert spending.lost == Spent(count=1, worker_seconds=5, cpu_seconds=10, gpu_seconds=2.5)
    assert spending.stopped == spending.stopped_of["c0001"] == Spent(count=1, worker_seconds=3, cpu_seconds=6)
    assert spending.winner == Spent(count=1, worker_seconds=20, cpu_seconds=40, gpu_seconds=20)
    assert spending.preempted == Spent(count=1, worker_seconds=7, cpu_seconds=14)
    assert spending.total == Spent(count=5, worker_seconds=45, cpu_seconds=90, gpu_seconds=27.5)
    assert spending.training_seconds == 3.0


def test_what_ran_when_a_run_was_killed_is_lost_once_the_next_run_begins():
    killed = spending_of(run(1), run(1, 60, running=[("a", usage(50)), ("b", usage(40))]), fold("a", used=usage(55)))
    assert killed.cut == Spent()

    killed.apply(run(2))

    assert killed.cut == Spent(count=1, worker_seconds=40, cpu_seconds=80)
    assert killed.total.worker_seconds == 95


def test_what_ran_when_a_run_was_stopped_is_lost_at_once():
    spending = spending_of(run(1), run(1, 60, running=[("a", usage(50))], ended=True), run(2), run(2, 5, ended=True))

    assert spending.cut == Spent(count=1, worker_seconds=50, cpu_seconds=100)


def test_a_run_lasts_until_the_last_thing_that_was_heard_of_it():
    spending = spending_of(run(1), fold("a", used=usage(10, ended=400)), run(2), run(2, 30, ended=True))

    assert spending.worker_seconds_there() == 2 * 400 + 2 * 30


def test_nodes_of_all_runs_are_summed_with_or_without_one_of_them():
    spending = spending_of(run(1, 60, nodes={"gpu": 100.0}), run(2, 9, nodes={"gpu": 1.0, "head": 9.0}))

    assert spending.node_seconds() == {"gpu": 101.0, "head": 9.0}
    assert spending.node_seconds(without=2) == {"gpu": 100.0}


def test_folds_of_older_versions_count_with_the_seconds_that_they_noted_and_no_gpu():
    spending = spending_of(fold("a", used={}, trained=4.0))

    assert spending.finished[0] == Spent(count=1, worker_seconds=4, cpu_seconds=4)
    assert (spending.num_unmeasured, spending.training_seconds, spending.num_runs) == (1, 0.0, 0)


def test_folds_are_told_apart_by_the_run_that_finished_them():
    spending = spending_of(run(1), fold("a", used=usage(1)), run(2), fold("b", used=usage(2)))

    assert {number: spent.worker_seconds for number, spent in spending.finished.items()} == {1: 1, 2: 2}


def test_the_mean_of_nothing_is_nothing():
    assert Spent().scaled(5) == Spent(count=5)


@pytest.mark.parametrize("gpus", [0.0, 0.25])
def test_a_usage_survives_the_journal(gpus):
    whole = Usage(seconds=1.5, num_cpus=2.0, num_gpus=gpus, ended=7.25)

    assert noted_usage(whole.as_dict()) == whole
