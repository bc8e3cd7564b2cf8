"""What becomes of recordings as their units end."""

from dataclasses import replace

import pytest

from platform.extraction.ledger import Ledger


@pytest.fixture
def never():
    def finish(recording):
        pytest.fail(f"{recording.name} was finished by a worker")

    return finish


def test_a_recording_is_reported_when_its_last_unit_finishes_it_and_not_before(unit, outcome, never):
    ledger = Ledger([unit("a_1"), unit("a_1")], never)

    assert ledger.enter(outcome) is None
    done = ledger.enter(replace(outcome, is_last=True))

    assert (done.name, done.num_frames, done.problem, done.disk_full) == ("a_1", 3, "", False)
    assert ledger.give_up("lost") == ()


def test_a_recording_is_reported_at_its_first_problem_and_only_once(unit, outcome, never):
    ledger = Ledger([unit("a_1"), unit("a_1"), unit("a_1")], never)

    first = ledger.enter(replace(outcome, problem="broken", disk_full=True))
    others = [ledger.enter(replace(outcome, problem="broken too")), ledger.enter(outcome)]

    assert (first.problem, first.disk_full) == ("broken", True)
    assert others == [None, None]


def test_a_recording_that_two_workers_finish_at_once_is_reported_once(unit, outcome, never):
    ledger = Ledger([unit("a_1"), unit("a_1")], never)

    reports = [ledger.enter(replace(outcome, is_last=True)) for _ in range(2)]

    assert [report is None for report in reports] == [False, True]


def test_a_recording_that_no_worker_finished_is_finished_by_the_driver(unit, outcome):
    asked = []
    ledger = Ledger(
        [unit("a_1"), unit("a_1")],
        lambda recording: asked.append(recording.name) or replace(outcome, is_last=True),
    )

    reports = [ledger.enter(outcome), ledger.enter(outcome)]

    assert asked == ["a_1"]
    assert reports[0] is None
    assert reports[1].problem == ""


def test_a_recording_that_the_driver_cannot_finish_is_a_problem(unit, outcome):
    full = Ledger([unit("a_1")], lambda _: replace(outcome, problem="a_1: no space", disk_full=True))
    vanished = Ledger([unit("a_1")], lambda _: outcome)

    assert full.enter(outcome).disk_full
    assert vanished.enter(outcome).problem == "a_1: chunks of it have vanished; give the same command again"


def test_what_never_came_back_gets_the_reason(unit, outcome, never):
    ledger = Ledger([unit("a_1"), unit("b_1"), unit("b_1")], never)
    ledger.enter(replace(outcome, is_last=True))
    ledger.enter(replace(outcome, recording="b_1"))

    lost = ledger.give_up("a worker died on it twice")

    assert [(recording.name, recording.problem) for recording in lost] == [("b_1", "b_1: a worker died on it twice")]
