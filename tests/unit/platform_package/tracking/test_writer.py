"""The writer beside the search: it follows the journal on one thread, and is never in the way."""

import logging
import threading
import time

import pytest

from platform.study.records import ConfigurationRecord, FailureRecord
from platform.tracking.writer import Patience, TrackingWriter

QUICK = Patience(between=0.01, longest_pause=0.04, at_end=0.5, at_stop=0.2)


class Notebook:
    """Takes a projection's place: notes what it is told, refuses what it should, and can be away."""

    tracking_uri = "sqlite:///notebook.db"

    def __init__(self, *refused: str) -> None:
        self.notes: list[str] = []
        self.threads: set[str] = set()
        self.refused = set(refused)
        self.is_away = False
        self.attempts = 0

    def begin(self) -> None:
        self._note("begin")

    def close_strangers(self, state) -> None:
        self._note(f"strangers to {len(state.configurations)}")

    def write(self, state, configuration: str, *, is_running: bool) -> None:
        status = state.configurations[configuration].status
        self._note(f"{configuration} {status}{'' if is_running else ' stopped'}")

    def write_best(self, state) -> None:
        self._require_answer()

    def write_machine(self, samples) -> None:
        self._require_answer()

    def end(self, status: str) -> None:
        self._note(status)

    def forget(self) -> None:
        pass

    def answers(self) -> bool:
        return not self.is_away

    def _note(self, what: str) -> None:
        self.threads.add(threading.current_thread().name)
        self._require_answer()
        if any(what.startswith(name) for name in self.refused):
            raise ValueError(f"{what} was refused")
        self.notes.append(what)

    def _require_answer(self) -> None:
        self.attempts += 1
        if self.is_away:
            raise ConnectionError("nobody is there")


def asked(number: int) -> ConfigurationRecord:
    return ConfigurationRecord(configuration=f"c{number:04d}", params={"window": 9})


def wait_until(happened) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def records(state):
    """A journal that says only what the study is."""
    return [state.study]


def test_records_are_written_as_they_come_and_what_is_undecided_is_stopped_at_the_end(records, make_fold):
    notebook = Notebook()

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        for number in range(2):
            records.append(asked(number))
            wait_until(lambda name=f"c000{number} open": name in notebook.notes)
        for subject in "ab":
            records.append(make_fold(subject))
        wait_until(lambda: "c0000 complete" in notebook.notes)

    assert notebook.notes[:2] == ["begin", "strangers to 0"]
    assert notebook.notes[-2:] == ["c0001 open stopped", "FINISHED"]
    assert writer.problems == []
    assert notebook.threads == {"tracking"}


def test_what_the_journal_had_before_is_written_first_and_once(records, make_fold):
    records += [asked(0), make_fold("a"), make_fold("b"), asked(1)]
    records.append(FailureRecord(configuration="c0001", subject="b", reason="loss is NaN"))
    notebook = Notebook()

    with TrackingWriter(notebook, records, patience=QUICK):
        wait_until(lambda: len(notebook.notes) == 4)

    assert notebook.notes == ["begin", "strangers to 2", "c0000 complete", "c0001 failed", "FINISHED"]


def test_many_folds_between_two_passes_are_one_write(records, make_fold):
    notebook = Notebook()
    notebook.is_away = True

    with TrackingWriter(notebook, records, patience=QUICK):
        wait_until(lambda: notebook.attempts > 1)
        records += [asked(0), make_fold("a"), make_fold("b")]
        notebook.is_away = False
        wait_until(lambda: "c0000 complete" in notebook.notes)

    assert [note for note in notebook.notes if note.startswith("c0000")] == ["c0000 complete"]


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, "KILLED"), (OSError, "FAILED"), (RuntimeError, "FAILED")]
)
def test_the_study_ends_as_the_search_did(records, error, status):
    notebook = Notebook()

    with pytest.raises(error), TrackingWriter(notebook, records, patience=QUICK):
        raise error

    assert notebook.notes[-1] == status


def test_a_search_that_leaves_folds_at_its_limit_has_not_finished_the_study(records):
    notebook = Notebook()

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        writer.folds_are_left()

    assert notebook.notes[-1] == "KILLED"


def test_what_is_refused_is_tried_again_at_the_end_and_told_and_the_rest_is_written(records):
    records += [asked(number) for number in range(3)]
    notebook = Notebook("c0000", "c0001")

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        wait_until(lambda: "c0002 open" in notebook.notes)
        notebook.refused.remove("c0000")

    assert writer.problems == ["c0001: c0001 open stopped was refused"]
    assert {"c0000 open stopped", "c0002 open stopped", "FINISHED"} <= set(notebook.notes)


def test_a_store_that_was_away_gets_everything_when_it_answers_again(records, caplog):
    notebook = Notebook()

    with caplog.at_level(logging.WARNING), TrackingWriter(notebook, records, patience=QUICK) as writer:
        records.append(asked(0))
        wait_until(lambda: "c0000 open" in notebook.notes)
        notebook.is_away = True
        records.append(asked(1))
        attempts = notebook.attempts
        wait_until(lambda: notebook.attempts > attempts + 3)
        records.append(asked(2))
        notebook.is_away = False
        wait_until(lambda: "c0002 open" in notebook.notes)

    assert writer.problems == []
    assert [note for note in notebook.notes if note.endswith("open")] == ["c0000 open", "c0001 open", "c0002 open"]
    away, back = [record.getMessage() for record in caplog.records]
    assert away.startswith("MLflow at sqlite:///notebook.db does not answer; the search goes on")
    assert away.endswith("nobody is there")
    assert back == "MLflow at sqlite:///notebook.db answers again"


def test_a_store_that_comes_back_while_the_end_waits_for_it_gets_everything(records, caplog):
    notebook = Notebook()
    notebook.is_away = True
    back = threading.Timer(0.3, lambda: setattr(notebook, "is_away", False))
    patience = Patience(between=0.01, longest_pause=0.04, at_end=20.0)

    with caplog.at_level(logging.WARNING), TrackingWriter(notebook, records, patience=patience) as writer:
        records.append(asked(0))
        wait_until(lambda: notebook.attempts > 1)
        back.start()

    assert writer.problems == []
    assert notebook.notes[-2:] == ["c0000 open stopped", "FINISHED"]
    assert "answers again" in caplog.text


@pytest.mark.parametrize(("error", "longest"), [(None, QUICK.at_end), (KeyboardInterrupt, QUICK.at_stop)])
def test_the_end_waits_for_a_store_that_is_away_as_long_as_it_says_and_tells_what_is_missing(records, error, longest):
    notebook = Notebook()
    notebook.is_away = True
    records.append(asked(0))
    writer = TrackingWriter(notebook, records, patience=QUICK)
    started = 0.0

    try:
        with writer:
            wait_until(lambda: notebook.attempts > 1)
            started = time.monotonic()
            if error is not None:
                raise error
    except KeyboardInterrupt:
        pass

    assert time.monotonic() - started >= longest
    (problem,) = writer.problems
    assert "sqlite:///notebook.db took nothing" in problem
    assert "1 configurations are not up to date there: nobody is there." in problem
    assert "the same command writes them" in problem


def test_a_store_that_takes_a_part_and_refuses_the_rest_is_given_up_like_one_that_takes_nothing(records):
    class FullDisk(Notebook):
        def write_best(self, state) -> None:
            raise ConnectionError("disk is full")

    notebook = FullDisk("c0001")
    records += [asked(0), asked(1)]
    started = time.monotonic()

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        pass

    assert time.monotonic() - started < 10
    assert notebook.notes.count("c0000 open stopped") == 1
    assert "c0001 open stopped was refused" in writer.problems[0]
    assert "disk is full" in writer.problems[1]


def test_a_store_that_hangs_holds_up_neither_the_search_nor_its_end(records, caplog):
    hangs = threading.Event()
    notebook = Notebook()
    notebook.begin = hangs.wait
    patience = Patience(between=0.01, at_end=4.0)

    with caplog.at_level(logging.WARNING), TrackingWriter(notebook, records, patience=patience) as writer:
        records += [asked(number) for number in range(100)]

    hangs.set()
    assert len(writer.problems) == 1
    # After three seconds people want to know what is waited for.
    assert "until it takes nothing for 4 s" in caplog.text


def test_a_store_that_is_slow_is_waited_for_as_long_as_it_takes_something(records):
    notebook = Notebook()
    write = notebook.write

    def slow(state, configuration, *, is_running):
        time.sleep(0.1)
        write(state, configuration, is_running=is_running)

    notebook.write = slow
    records += [asked(number) for number in range(10)]

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        pass

    assert writer.problems == []
    assert sum(note.endswith("stopped") for note in notebook.notes) == 10


def test_a_search_that_is_stopped_while_it_waits_for_the_store_still_ends_its_runs(records, monkeypatch):
    notebook = Notebook()
    writer = TrackingWriter(notebook, records, patience=QUICK)
    waits = writer._wait
    interrupted = []

    def wait(seconds):
        if not interrupted:
            interrupted.append(seconds)
            raise KeyboardInterrupt
        waits(seconds)

    monkeypatch.setattr(writer, "_wait", wait)
    notebook.is_away = True

    def search():
        with writer:
            records.append(asked(0))
            wait_until(lambda: notebook.attempts > 0)
            threading.Timer(0.05, setattr, (notebook, "is_away", False)).start()

    with pytest.raises(KeyboardInterrupt):
        search()

    assert interrupted == [QUICK.at_end]
    assert notebook.notes[-2:] == ["c0000 open stopped", "KILLED"]
