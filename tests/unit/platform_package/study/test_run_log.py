"""What a run notes of itself while it goes on."""

from itertools import pairwise

import pytest

from platform.study.records import RunRecord
from platform.study.run_log import RunLog
from platform.study.usage import Usage


@pytest.fixture
def written():
    return []


@pytest.fixture
def log(clock, written):
    return RunLog(written.append, run=3, num_workers=2, clock=clock)


def start(log, attempt, subject, *, num_gpus=0.0):
    log.started(attempt, configuration="c0000", subject=subject, num_cpus=1.0, num_gpus=num_gpus)


def test_its_beginning_and_its_end_are_noted(log, clock, written):
    with log:
        clock.now += 12.5

    assert written == [
        RunRecord(run=3, seconds=0.0, num_workers=2, node_seconds={}, running=[]),
        RunRecord(run=3, seconds=12.5, num_workers=2, node_seconds={}, running=[], ended=True),
    ]


def test_an_attempt_takes_the_time_from_its_start_to_its_end(log, clock):
    clock.now += 5
    start(log, "t0", "a", num_gpus=0.25)
    clock.now += 30

    usage = log.ended("t0")

    assert usage == Usage(seconds=30, num_cpus=1.0, num_gpus=0.25, ended=35)
    assert log.ended("t0") is None
    assert log.running == []


def test_an_attempt_that_never_got_a_worker_took_nothing(log):
    assert log.ended("t0") is None


def test_what_was_running_at_the_end_is_noted_with_what_it_took(log, clock, written):
    start(log, "t0", "a")
    clock.now += 7

    with pytest.raises(KeyboardInterrupt), log:
        raise KeyboardInterrupt

    assert written[-1].ended
    assert written[-1].running == [
        {
            "configuration": "c0000",
            "subject": "a",
            "usage": {"seconds": 7.0, "num_cpus": 1.0, "num_gpus": 0.0, "ended": 7.0},
        }
    ]


def test_an_error_on_a_full_disk_is_not_hidden_by_the_note_that_fails_too(clock):
    records = []

    def write(record):
        if records:
            raise OSError("the second one")
        records.append(record)

    with pytest.raises(OSError, match="the first one"), RunLog(write, run=1, num_workers=1, clock=clock):
        raise OSError("the first one")


def test_a_note_that_fails_at_a_good_end_is_an_error(clock):
    def write(record):
        if record.ended:
            raise OSError("disk is full")

    with pytest.raises(OSError, match="disk is full"), RunLog(write, run=1, num_workers=1, clock=clock):
        pass


def test_a_month_is_noted_a_few_hundred_times_and_never_more_than_a_twentieth_is_unknown(log, clock, written):
    month = 30 * 24 * 3600
    while log.seconds < month:
        clock.now += 10
        log.note_if_due()

    assert 100 < len(written) < 400
    assert written[0].seconds == 60
    gaps = [later.seconds / earlier.seconds for earlier, later in pairwise(written[20:])]
    assert max(gaps) < 1.06


def test_nodes_count_from_when_they_were_first_seen_to_when_they_were_last_seen(log, clock):
    log.saw_nodes({"head": 1})
    clock.now += 100
    log.saw_nodes({"head": 1, "gpu": 2})
    clock.now += 50
    assert log.node_seconds == {"head": 150, "gpu": 100}

    log.saw_nodes({"head": 1})
    clock.now += 10

    assert log.node_seconds == {"head": 160, "gpu": 100}
