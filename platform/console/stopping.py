"""SIGTERM, which `ray job stop`, Kubernetes and Slurm send, ends a command as Ctrl-C does: in good order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def stopped_by_sigterm_too() -> Iterator[None]:
    """SIGTERM in the block does what Ctrl-C does there, whoever handles that at the moment."""
    with handled_as_before(signal.SIGTERM):
        if _may_set_handlers():
            signal.signal(signal.SIGTERM, _as_ctrl_c)
        yield


@contextmanager
def handled_as_before(number: signal.Signals) -> Iterator[None]:
    """After the block a signal is handled as before it, whatever a library has put there meanwhile.

    Connecting to Ray makes SIGTERM end the process at once. Ray Tune's handler of Ctrl-C stays behind when it has ended
    and swallows the next one.
    """
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


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    # Asked only now: while folds run, Ctrl-C is handled by Ray Tune. A shell's background job ignores Ctrl-C.
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):
        raise KeyboardInterrupt
    handler(number, frame)
