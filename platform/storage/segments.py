"""The journal of a study in an object store, which cannot append: a sequence of segments that never change.

    <uri>/journals/<study>/<offset of its first byte, 16 digits>.jsonl

The journal on the disk of the driver is written as ever, one flushed line per record, and what is new of it is sent
every few seconds. The death of any process loses nothing. If the driver's machine is lost with its disk, so are the
records of those seconds: their folds are run again.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from platform.storage.lease import Lease, LeaseTimes
from platform.storage.objects import ObjectStore, of_each
from spotformer_core.atomic_files import write_whole
from spotformer_core.errors import StorageError

_log = logging.getLogger(__name__)
_FOLDER = "journals"
_MANY = 64
"""Segments that are joined to one at the next start: a list of a thousand is one more request."""
_LAST_PATIENCE = 30.0
"""Seconds for which the end of a search waits for a store that does not answer."""
SECONDS_UNSENT = 3.0


def names_of_studies(objects: ObjectStore) -> list[str]:
    """The studies that have a journal in the store.

    Raises:
        StorageError: when the store does not answer.
    """
    return sorted({one.key.split("/")[1] for one in objects.below(_FOLDER)})


def fetch_journal(objects: ObjectStore, study: str, path: Path) -> int:
    """Brings the journal at `path` up to what the store has of it; returns how many bytes that is.

    What the disk has beyond that, of a search that died before it was sent, stays. A journal that went another way
    than the store's is put aside beside it.

    Raises:
        StorageError: when the store does not answer, or a segment is missing.
        OSError: when the disk is full.
    """
    kept = _joined(objects, study)
    local = path.read_bytes() if path.exists() else b""
    whole = local[: local.rfind(b"\n") + 1]
    if not whole.startswith(kept):
        if not kept.startswith(whole):
            aside = path.with_name(f"{path.name}.{len(local)}.aside")
            write_whole(aside, local)
            _log.warning("%s went on elsewhere; what it was here is put aside as %s", path, aside.name)
        write_whole(path, kept)
    return len(kept)


@contextmanager
def written_journal(objects: ObjectStore, study: str, path: Path, *, times: LeaseTimes | None = None) -> Iterator[None]:
    """Inside the block this process alone writes the study's journal, and what it writes to `path` is sent.

    Raises:
        StorageError: when another search writes it, or, at the end, when not everything could be sent.
    """

    def say() -> None:
        _log.warning("another search wrote %s within the last minute; waiting to see whether it lives", study)

    with Lease(objects, f"{_FOLDER}/{study}", wait=False, on_wait=say, times=times) as lease:
        sender = _Sender(objects, study, path, num_sent=fetch_journal(objects, study, path), lease=lease)
        _join_many(objects, study, path, num_sent=sender.num_sent)
        sender.start()
        try:
            yield
        finally:
            sender.end()


class _Sender(threading.Thread):
    """Sends what is new of a journal while it grows."""

    def __init__(self, objects: ObjectStore, study: str, path: Path, *, num_sent: int, lease: Lease) -> None:
        super().__init__(daemon=True, name="journal-segments")
        self.num_sent = num_sent
        self._objects = objects
        self._study = study
        self._path = path
        self._lease = lease
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(SECONDS_UNSENT):
            try:
                self._send()
            except StorageError as error:
                _log.warning("%s", error)

    def end(self) -> None:
        """Sends the rest.

        Raises:
            StorageError: when the store does not take it; the next start on this disk sends it.
        """
        self._objects = ObjectStore(self._objects.uri, patience=_LAST_PATIENCE)
        self._ended.set()
        if self.is_alive():
            self.join()
        self._send()

    def _send(self) -> None:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self.num_sent)
            new = file.read()
        # A line that is still being written, or that a full disk takes back, does not end.
        new = new[: new.rfind(b"\n") + 1]
        if new:
            self._lease.require_held()
            self._objects.put(_key(self._study, self.num_sent), new)
            self.num_sent += len(new)


def _joined(objects: ObjectStore, study: str) -> bytes:
    """The bytes of all segments in their order; those that a longer one covers are left out."""
    segments = objects.below(f"{_FOLDER}/{study}")
    contents = of_each(objects.get, [segment.key for segment in segments])
    journal = bytearray()
    for segment, content in zip(segments, contents, strict=True):
        offset = int(segment.key.rpartition("/")[2].removesuffix(".jsonl"))
        if offset > len(journal):
            raise StorageError(
                f"the segments of a journal must follow each other, but in {objects.uri} the one before {segment.key} "
                f"is missing: {len(journal)} bytes of {offset} are there. Restore it, or name another --study."
            )
        if offset + len(content) > len(journal):
            journal[offset:] = content
    return bytes(journal)


def _join_many(objects: ObjectStore, study: str, path: Path, *, num_sent: int) -> None:
    """Puts one segment in the place of many; readers find a whole journal at every moment."""
    keys = [segment.key for segment in objects.below(f"{_FOLDER}/{study}")]
    if len(keys) <= _MANY:
        return
    whole = _key(study, 0)
    objects.put(whole, path.read_bytes()[:num_sent])
    for key in keys:
        if key != whole:
            objects.remove(key)


def _key(study: str, offset: int) -> str:
    return f"{_FOLDER}/{study}/{offset:016d}.jsonl"
