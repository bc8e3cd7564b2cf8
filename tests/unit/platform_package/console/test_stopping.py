"""SIGTERM and Ctrl-C, with real signals to this very process."""

import os
import signal
import sys
import threading
import time

import pytest

from platform.console.command import STOPPED, command_parser, run_command
from platform.console.stopping import handled_as_before, stopped_by_sigterm_too


@pytest.fixture(autouse=True)
def _handlers_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    assert {number: signal.getsignal(number) for number in before} == before


def test_a_command_that_gets_sigterm_ends_as_with_ctrl_c(capsys):
    def main(options):
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    code = run_command(main, command_parser("search", "Searches.", "example"), [])

    assert code == STOPPED
    assert "the same command continues" in capsys.readouterr().err


class SignalledAtItsEnd:
    """Python ignores what is raised in its last moments."""

    def __init__(self, number):
        self.number = number

    def __del__(self):
        signal.raise_signal(self.number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_falls_into_the_end_of_an_object_is_not_lost(number, capsys):
    def main(options):
        del options
        SignalledAtItsEnd(number)
        time.sleep(20)
        return 0

    with handled_as_before(signal.SIGINT):
        signal.signal(signal.SIGINT, signal.default_int_handler)

        code = run_command(main, command_parser("search", "Searches.", "example"), [])

    assert code == STOPPED
    assert capsys.readouterr().err.startswith("\nStopped.")


def test_what_else_is_ignored_is_told_as_before(monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda ignored: told.append(ignored.exc_type))

    class Faulty:
        def __del__(self):
            raise LookupError

    with stopped_by_sigterm_too():
        Faulty()

    assert told == [LookupError]


def test_sigterm_stops_a_background_job_which_ignores_ctrl_c():
    with handled_as_before(signal.SIGINT), stopped_by_sigterm_too():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)


def test_what_a_library_does_to_a_signal_ends_with_the_block():
    before = signal.getsignal(signal.SIGINT)

    with handled_as_before(signal.SIGINT):
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_run_commands_without_handlers_of_their_own():
    seen = []

    def work():
        with stopped_by_sigterm_too():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [signal.getsignal(signal.SIGTERM)]
