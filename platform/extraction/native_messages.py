"""Keeps what native libraries print out of the user's sight.

Ray's C++ core prints a line of severity E on the driver's stderr for every pool of restartable workers that Ray Data
starts ("has constructor arguments in the object store and max_restarts > 0"): Ray Data itself puts them there, whatever
is asked of it, and without restarts a dead worker is not replaced. The same line stands in Ray's log of the driver
(python-core-driver-*.log in the session's folder), as does everything else that its core prints.
"""

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_STDERR = 2


@contextmanager
def without_native_messages() -> Iterator[None]:
    """Inside the block, what is written to file descriptor 2 vanishes; what Python writes to `sys.stderr` does not."""
    python_stderr = sys.stderr
    python_stderr.flush()
    terminal = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    replacement = _on_descriptor(terminal, python_stderr) if _writes_to_stderr(python_stderr) else python_stderr
    os.dup2(nowhere, _STDERR)
    _hand_over(python_stderr, replacement)
    try:
        yield
    finally:
        replacement.flush()
        _hand_over(replacement, python_stderr)
        os.dup2(terminal, _STDERR)
        os.close(terminal)
        os.close(nowhere)


def _writes_to_stderr(stream: TextIO) -> bool:
    try:
        return stream.fileno() == _STDERR
    except (io.UnsupportedOperation, ValueError):
        return False


def _on_descriptor(descriptor: int, like: TextIO) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding=like.encoding, errors=like.errors, closefd=False)


def _hand_over(old: TextIO, new: TextIO) -> None:
    """Python and its log handlers write to `new` instead of `old`."""
    sys.stderr = new
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is old:
            handler.setStream(new)
