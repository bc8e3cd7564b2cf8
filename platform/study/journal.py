"""The journal of a study: append-only, one JSON line per record, and the only truth about the study.

Every line carries a checksum and is flushed to disk before anybody acts on it. A last line that was torn by a crash
is dropped with a notice; a damaged line in the middle stops the search. One process writes at a time.
"""

import fcntl
import gc
import json
import logging
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from platform.study.records import Record, from_json, to_json
from spotformer_core.errors import JournalError

_log = logging.getLogger(__name__)
_CHECKSUM = "crc32"


class Journal:
    """The records of a study, and the right to append to them.

    Use as a context manager: entering takes the lock and reads what is there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.records: list[Record] = []
        self._file: FileIO | None = None

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: a buffer would write the rest of a failed line at its next flush.
        self._file = self.path.open("ab", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise JournalError(
                f"one search at a time may write a study, but another one is writing {self.path}. "
                "Wait for it, stop it, or name another --study."
            ) from error
        try:
            self.records, length = _parse(self.path)
        except JournalError:
            self._file.close()
            raise
        if length < self.path.stat().st_size:
            _log.warning("dropped a torn last line of %s; the fold it named is run again", self.path)
            os.truncate(self.path, length)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def append(self, record: Record) -> None:
        """Adds one record; when this returns it is on disk.

        Raises:
            OSError: when it cannot be written (a full disk); the journal is then as it was before.
        """
        if self._file is None:
            raise JournalError(f"a journal must be entered before it is written, got {self.path} outside `with`.")
        length = os.fstat(self._file.fileno()).st_size
        try:
            _write_all(self._file, encode(record))
            os.fsync(self._file.fileno())
        except OSError:
            os.ftruncate(self._file.fileno(), length)
            raise
        self.records.append(record)


def read_journal(path: Path) -> list[Record]:
    """The records of a journal that another process may be writing; a torn last line is left out.

    Raises:
        JournalError: when a line in the middle is damaged.
    """
    return _parse(path)[0]


def encode(record: Record) -> bytes:
    """The line of a record: JSON with a checksum of itself as last key."""
    body = json.dumps(to_json(record), sort_keys=True).encode()
    return body[:-1] + _end(body)


def _parse(path: Path) -> tuple[list[Record], int]:
    """The records, and the length in bytes of the part of the file that holds them."""
    with _without_collection():
        return _parsed(path)


@contextmanager
def _without_collection() -> Iterator[None]:
    """No search for cycles while millions of small lists are made of a long journal, none of which are in one."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parsed(path: Path) -> tuple[list[Record], int]:
    records: list[Record] = []
    length = 0
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        values = _decode(line) if line.endswith(b"\n") else None
        if values is None:
            if number == len(lines):
                break
            raise JournalError(
                f"every line of a journal must be whole, but line {number} of {path} is damaged: {line[:80]!r}. "
                "Restore the file from a backup, or name another --study."
            )
        records.append(from_json(values))
        length += len(line)
    return records, length


def _write_all(file: FileIO, line: bytes) -> None:
    """Writes the whole line: on a filling disk the system takes a part of it before it refuses the rest."""
    while line:
        line = line[file.write(line) :]


def _decode(line: bytes) -> dict[str, Any] | None:
    """The values of a line, or None when it is not what `encode` wrote.

    The checksum is that of the very bytes: writing them anew to compare takes longer than reading a long journal.
    """
    body = line[:-_END_LENGTH] + b"}"
    if line[-_END_LENGTH:] != _end(body):
        return None
    try:
        values = json.loads(body)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _end(body: bytes) -> bytes:
    """What stands in a line instead of the closing brace of `body`: its checksum as last key."""
    return f', "{_CHECKSUM}": "{zlib.crc32(body):08x}"}}\n'.encode()


_END_LENGTH = len(_end(b"{}"))
