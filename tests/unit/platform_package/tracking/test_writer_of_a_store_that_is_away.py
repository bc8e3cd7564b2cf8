"""What the writer does about a store that is away, slow, hangs, or takes only a part."""

import logging
import threading
import time

import pytest

from platform.tracking.writer import Patience, TrackingWriter
from tests.tracking_notebook import QUICK, Notebook, asked, wait_until


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
    notebook = Notebook(seconds=0.1)
    records += [asked(number) for number in range(10)]

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        pass

    assert writer.problems == []
    assert sum(note.endswith("stopped") for note in notebook.notes) == 10
