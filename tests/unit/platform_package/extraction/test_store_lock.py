"""Two extractions on one store."""

import errno
import subprocess
import sys
import threading

import pytest

from platform.extraction.store_lock import locked_store

HOLD = """
import sys, time
from pathlib import Path
from platform.extraction.store_lock import locked_store
with locked_store(Path(sys.argv[1]), on_wait=lambda: None):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the store."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_store_that_nobody_holds_is_held_at_once(tmp_path):
    with locked_store(tmp_path, on_wait=lambda: pytest.fail("waited for nobody")) as is_held:
        assert is_held
    with locked_store(tmp_path, on_wait=lambda: pytest.fail("the first one has let go")) as is_held:
        assert is_held


def test_a_second_extraction_says_so_and_waits_until_the_first_one_dies(tmp_path, holder):
    waits, entered = threading.Event(), threading.Event()

    def wait_for_it():
        with locked_store(tmp_path, on_wait=waits.set):
            entered.set()

    second = threading.Thread(target=wait_for_it)
    second.start()
    assert waits.wait(10)
    assert not entered.wait(0.2)
    holder.kill()

    assert entered.wait(10)
    second.join()


def test_where_there_are_no_locks_the_extraction_goes_on_without(tmp_path, monkeypatch):
    def refuse(file, operation):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr("fcntl.flock", refuse)

    with locked_store(tmp_path, on_wait=lambda: pytest.fail("nobody to wait for")) as is_held:
        assert not is_held


def test_other_errors_of_locking_are_not_hidden(tmp_path, monkeypatch):
    def refuse(file, operation):
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr("fcntl.flock", refuse)

    with pytest.raises(OSError, match="broken disk"), locked_store(tmp_path, on_wait=lambda: None):
        pass
