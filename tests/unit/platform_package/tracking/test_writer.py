"""The writer beside the search: in order, on one thread, and never in the way."""

import threading

import pytest

from platform.tracking.writer import TrackingWriter


class Notebook:
    """Takes a projection's place: notes what it is told, and refuses what it should."""

    def __init__(self, *refused: str) -> None:
        self.notes: list[str] = []
        self.threads: set[str] = set()
        self._refused = refused

    def begin(self) -> None:
        self._note("begin")

    def project(self, configuration: str) -> None:
        self._note(configuration)

    def end(self, status: str) -> None:
        self._note(status)

    def _note(self, what: str) -> None:
        self.notes.append(what)
        self.threads.add(threading.current_thread().name)
        if what in self._refused:
            raise ConnectionError(f"{what} was refused")


def test_everything_is_written_in_order_before_the_block_is_left():
    notebook = Notebook()

    with TrackingWriter(notebook) as writer:
        for number in range(20):
            writer.write(f"c{number:04d}")

    assert notebook.notes == ["begin", *(f"c{number:04d}" for number in range(20)), "FINISHED"]
    assert writer.problems == []
    assert len(notebook.threads) == 1
    assert threading.current_thread().name not in notebook.threads


@pytest.mark.parametrize(
    ("error", "status"), [(KeyboardInterrupt, "KILLED"), (OSError, "FAILED"), (RuntimeError, "FAILED")]
)
def test_the_study_ends_as_the_search_did(error, status):
    notebook = Notebook()

    with pytest.raises(error), TrackingWriter(notebook):
        raise error

    assert notebook.notes == ["begin", status]


def test_what_cannot_be_written_is_collected_and_the_rest_is_written():
    notebook = Notebook("begin", "c0001")

    with TrackingWriter(notebook) as writer:
        for name in ("c0000", "c0001", "c0002"):
            writer.write(name)

    assert writer.problems == ["begin was refused", "c0001 was refused"]
    assert notebook.notes == ["begin", "c0000", "c0001", "c0002", "FINISHED"]


def test_a_slow_store_does_not_hold_up_the_search():
    may_go_on = threading.Event()
    notebook = Notebook()
    notebook.begin = may_go_on.wait

    with TrackingWriter(notebook) as writer:
        writer.write("c0000")
        assert notebook.notes == []
        may_go_on.set()

    assert notebook.notes == ["c0000", "FINISHED"]
