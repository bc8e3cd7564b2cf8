"""A workspace that is kept in an object store; its folder is a cache on the disk of each node.

Whoever writes a file sends it; whoever needs files of others fetches what differs. A file and its object carry the same
time, the store's: equal size and time mean equal content.

    <uri>/workspace/<path below the workspace>
    <uri>/journals/<study>/<offset>.jsonl     see segments.py
    <uri>/writers/<what>/<writer>             see lease.py
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from platform.storage import segments
from platform.storage.lease import Lease
from platform.storage.objects import ObjectStore, StoredObject, of_each
from spotformer_core.atomic_files import write_whole
from spotformer_core.errors import StorageError

_FILES = "workspace"
_FETCHING = ".fetching"
_NOT_SENT = (".lock", ".part", _FETCHING, ".jsonl", ".aside")
"""Ends of names of files that mean something on one disk only, and of journals, which are kept in segments."""


@dataclass(frozen=True, slots=True)
class ObjectStorage:
    """The workspace in `folder` of each node is a cache of the objects below `uri`.

    Its methods are described in `WorkspaceStorage`.
    """

    folder: Path
    uri: str

    @property
    def objects(self) -> ObjectStore:
        """The store; one connection per process."""
        return _opened(self.uri)

    def require_usable(self, *, to_write: bool = True) -> None:
        """Raises StorageError unless objects can be listed and, where asked, written, read and removed."""
        self.objects.require_usable(to_write=to_write)

    def fetch(self, *folders: Path) -> None:
        """Several processes of a node do it one after the other, the first for all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _FETCHING).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for folder in folders:
                found = self.objects.below(self._key(folder))
                of_each(self._fetch_one, [one for one in found if not _is_same(self._path(one.key), one)])

    def fetch_once(self, *folders: Path) -> None:
        """Fetches what this process has not fetched."""
        for folder in folders:
            _fetched_once(self, folder)

    def send(self, *files: Path) -> None:
        """Keeps the files that are there."""
        of_each(self._send_one, [file for file in files if file.is_file()])

    def send_folder(self, folder: Path) -> None:
        """Keeps what is not kept yet."""
        kept = {one.key: one for one in self.objects.below(self._key(folder))}
        files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(_NOT_SENT)]
        keys = {file: self._key(file) for file in files}
        self.send(*(file for file, key in keys.items() if key not in kept or not _is_same(file, kept[key])))

    def forget(self, folder: Path) -> None:
        """Removes the objects of the files of a folder."""
        of_each(self.objects.remove, [one.key for one in self.objects.below(self._key(folder))])

    def names_of_studies(self) -> list[str]:
        """Studies that have segments."""
        return segments.names_of_studies(self.objects)

    def fetch_journal(self, study: str, journal: Path) -> None:
        """Joins its segments."""
        segments.fetch_journal(self.objects, study, journal)

    def written_journal(self, study: str, journal: Path) -> AbstractContextManager[None]:
        """Sends its segments."""
        return segments.written_journal(self.objects, study, journal)

    @contextmanager
    def written_alone(self, folder: Path, *, on_wait: Callable[[], None]) -> Iterator[None]:
        """Fetches the folder when nobody else writes to it."""
        what = folder.relative_to(self.folder).as_posix()
        with Lease(self.objects, what, wait=True, on_wait=on_wait):
            self.fetch(folder)
            yield

    def _fetch_one(self, found: StoredObject) -> None:
        path = self._path(found.key)
        write_whole(path, self.objects.get(found.key))
        os.utime(path, ns=(found.written, found.written))

    def _send_one(self, file: Path) -> None:
        written = self.objects.put(self._key(file), file.read_bytes()).written
        os.utime(file, ns=(written, written))

    def _key(self, path: Path) -> str:
        return f"{_FILES}/{path.relative_to(self.folder).as_posix()}"

    def _path(self, key: str) -> Path:
        """Raises StorageError when the name of an object would lead out of the workspace."""
        path = self.folder / key.removeprefix(f"{_FILES}/")
        if ".." in path.parts:
            raise StorageError(
                f"keys in {self.uri} must be names of files of a workspace, got {key!r}. Remove that object."
            )
        return path


def _is_same(path: Path, found: StoredObject) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    return (status.st_size, status.st_mtime_ns) == (found.num_bytes, found.written)


@cache
def _opened(uri: str) -> ObjectStore:
    return ObjectStore(uri)


@cache
def _fetched_once(storage: ObjectStorage, folder: Path) -> None:
    storage.fetch(folder)
