"""SIGTERM, which `ray job stop`, Kubernetes and Slurm send, ends a command as Ctrl-C does: in good order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stopped_by_sigterm_too() -> Iterator[None]:
    """SIGTERM in the block raises KeyboardInterrupt there, as Ctrl-C does."""
    with handled_as_before(signal.SIGTERM):
        if _may_set_handlers():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        yield


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
