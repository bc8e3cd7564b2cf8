"""SIGTERM, which `ray job stop`, Kubernetes and Slurm send, ends a command as Ctrl-C does: in good order."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS_UNTIL_AGAIN = 0.1


@contextmanager
def stopped_by_sigterm_too() -> Iterator[None]:
    """SIGTERM in the block raises KeyboardInterrupt there, as Ctrl-C does; neither is lost."""
    with handled_as_before(signal.SIGTERM):
        if not _may_set_handlers():
            yield
            return
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with _raised_again():
            yield


@contextmanager
def _raised_again() -> Iterator[None]:
    """In the block a KeyboardInterrupt that Python ignores is raised again a moment later.

    Python ignores what is raised while an object is finalised or a weak reference is cleared. In the loop of a search
    that is about one moment in 600 (5 of 3,042 signals).
    """
    told = sys.unraisablehook
    again: list[threading.Timer] = []

    def hear(ignored: "sys.UnraisableHookArgs") -> None:
        if not issubclass(ignored.exc_type, KeyboardInterrupt):
            told(ignored)
            return
        # To the main thread, whatever it waits for, and not from here, where it would be ignored too.
        main = threading.main_thread().ident
        again.append(threading.Timer(_SECONDS_UNTIL_AGAIN, signal.pthread_kill, (main, signal.SIGTERM)))
        again[-1].daemon = True
        again[-1].start()

    sys.unraisablehook = hear
    try:
        yield
    finally:
        sys.unraisablehook = told
        for timer in again:
            timer.cancel()


@contextmanager
def handled_as_before(number: signal.Signals) -> Iterator[None]:
    """After the block a signal is handled as before it: Ray, when it begins and ends, makes SIGTERM end the process."""
    handler = signal.getsignal(number)
    try:
        yield
    finally:
        # None stands for a handler that was not set by Python, which cannot be set again.
        if _may_set_handlers() and handler is not None:
            signal.signal(number, handler)


def _may_set_handlers() -> bool:
    """Whether this is the main thread, which alone may."""
    return threading.current_thread() is threading.main_thread()
