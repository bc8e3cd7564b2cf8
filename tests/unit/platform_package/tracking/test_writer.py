"""The writer beside the search: it follows the journal on one thread, and is never in the way."""

import logging
import threading
import time

import pytest

from platform.study.records import FailureRecord
from platform.tracking.writer import TrackingWriter
from tests.tracking_notebook import QUICK, Notebook, asked, wait_until


def test_records_are_written_as_they_come_and_what_is_undecided_is_stopped_at_the_end(records, make_fold):
    notebook = Notebook()

    with TrackingWriter(notebook, records, patience=QUICK) as writer:
        for number in range(2):
            records.append(asked(number))
            wait_until(lambda name=f"c000{number} open": name in notebook.notes)
        for subject in "ab":
            records.append(make_fold(subject))
        wait_until(lambda: "c0000 complete" in notebook.notes)

    assert notebook.notes[:2] == ["begin", "close but 0"]
    assert notebook.notes[-2:] == ["c0001 open stopped", "FINISHED"]
    assert writer.problems == []
    assert notebook.threads == {"tracking"}


def test_what_the_journal_had_before_is_written_first_and_once(records, make_fold):
    records += [asked(0), make_fold("a"), make_fold("b"), asked(1)]
    records.append(FailureRecord(configuration="c0001", subject="b", reason="loss is NaN"))
    notebook = Notebook()

    with TrackingWriter(notebook, records, patience=QUICK):
        wait_until(lambda: len(notebook.notes) == 4)

    assert notebook.notes == ["begin", "close but 2", "c0000 complete", "c0001 failed", "FINISHED"]


def test_many_folds_between_two_passes_are_one_write(records, make_fold):
    notebook = Notebook()
    notebook.is_away = True

    with TrackingWriter(notebook, records, patience=QUICK):
        wait_until(lambda: notebook.attempts > 1)
        records += [asked(0), make_fold("a"), make_fold("b")]
        notebook.is_away = False
        wait_until(lambda: "c0000 complete" in notebook.notes)

    assert [note for note in notebook.notes if note.startswith("c0000")] == ["c0000 complete"]


def test_a_search_that_is_stopped_says_so_first_and_writes_only_what_it_has_time_for(records, caplog):
    notebook = Notebook(seconds=0.05)
    records += [asked(number) for number in range(1000)]
    writer = TrackingWriter(notebook, records, patience=QUICK)
    writer.__enter__()
    wait_until(lambda: "c0001 open" in notebook.notes)
    started = time.monotonic()

    with caplog.at_level(logging.WARNING):
        writer.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)

    assert time.monotonic() - started < 10
    told = notebook.notes.index("close")
    assert notebook.notes[told : told + 2] == ["close", "KILLED"]
    assert all(note.endswith(" open stopped") for note in notebook.notes[told + 2 :])
    (warning,) = [record.getMessage() for record in caplog.records]
    num_waiting = 1000 - sum(note.startswith("c") for note in set(notebook.notes) - {"close", "close but 1000"})
    assert warning == (
        f"stopped with {num_waiting} configurations that are not up to date in MLflow; the same command writes them"
    )


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
