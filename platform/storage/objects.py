"""Objects of one prefix of an object store: written whole, read whole, never appended to."""

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from pyarrow import ArrowException, fs

from spotformer_core.errors import StorageError

S = TypeVar("S")
T = TypeVar("T")

PATIENCE = 300.0
"""Seconds for which an object store that does not answer is asked again."""
_LONGEST_PAUSE = 10.0
_AT_A_TIME = 16
_LOCAL = "local"
_HALF_WRITTEN = ".half-written"
_TRIALS = "trials"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What an object store says of an object.

    Attributes:
        key: its name below the prefix.
        num_bytes: its size.
        written: when it was written, in nanoseconds since 1970 by the clock of the store.
    """

    key: str
    num_bytes: int
    written: int


class ObjectStore:
    """The objects below a URI: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, or `file:///DIR` for a mounted one.

    Credentials come from where those of the provider's own tools do: the environment, a profile, the node's role.

    Args:
        patience: seconds for which an operation that fails is tried again.

    Raises:
        StorageError: when the URI names no such store.
    """

    def __init__(self, uri: str, *, patience: float = PATIENCE) -> None:
        self.uri = uri
        self._patience = patience
        try:
            self._files, prefix = fs.FileSystem.from_uri(uri)
        except (ArrowException, OSError, ValueError) as error:
            raise StorageError(
                f"--storage must be s3://BUCKET/PREFIX or gs://BUCKET/PREFIX, got {uri!r} ({error}). "
                "A store of your own: s3://BUCKET/PREFIX?endpoint_override=HOST:PORT&scheme=http"
            ) from error
        self._prefix = prefix.rstrip("/")

    def require_usable(self, *, to_write: bool) -> None:
        """Raises StorageError at once unless objects can be listed and, where asked, written, read and removed."""
        key = f"{_TRIALS}/{random.SystemRandom().getrandbits(64):016x}"
        try:
            if to_write:
                self._put(key, b"yes")
            listed = [one.key for one in self._below(_TRIALS)]
            shown = not to_write or (key in listed and self._get(key) == b"yes")
            if to_write:
                self._remove(key)
        except (ArrowException, OSError) as error:
            wanted = "be written, listed, read and removed" if to_write else "be listed"
            raise StorageError(
                f"--storage must be a place in which objects can {wanted}, got {self.uri} ({error}). "
                "Check the bucket's name and region, and the credentials in the environment."
            ) from error
        if not shown:
            raise StorageError(
                f"--storage must show at once what was written to it, got {self.uri}, which does not. Use another one."
            )

    def put(self, key: str, content: bytes) -> StoredObject:
        """Writes an object whole, in the place of what was there, and says how the store knows it.

        Raises:
            StorageError: when the store does not take it for as long as this one is patient.
        """
        return self._patiently(lambda: self._put(key, content), f"take {key}")

    def get(self, key: str) -> bytes:
        """The bytes of an object.

        Raises:
            StorageError: when it is not there, or the store does not give it.
        """
        return self._patiently(lambda: self._get(key), f"give {key}")

    def below(self, folder: str) -> list[StoredObject]:
        """All objects whose keys begin with `folder` and a slash, by key.

        Raises:
            StorageError: when the store does not list them.
        """
        return self._patiently(lambda: self._below(folder), f"list {folder}")

    def remove(self, key: str) -> None:
        """Removes an object; it need not be there.

        Raises:
            StorageError: when the store does not remove it.
        """
        self._patiently(lambda: self._remove(key), f"remove {key}")

    def _put(self, key: str, content: bytes) -> StoredObject:
        path = self._path(key)
        # Object stores show an object when it is whole; a file system would show it while it grows.
        written = path + _HALF_WRITTEN if self._is_local else path
        if self._is_local:
            self._files.create_dir(path.rpartition("/")[0])
        with self._files.open_output_stream(written) as stream:
            stream.write(content)
        if self._is_local:
            self._files.move(written, path)
        info = self._files.get_file_info(path)
        if info.size != len(content):
            raise OSError(f"{path} has {info.size} bytes instead of {len(content)}")
        return StoredObject(key, info.size, info.mtime_ns)

    def _get(self, key: str) -> bytes:
        with self._files.open_input_file(self._path(key)) as file:
            content: bytes = file.read()
        return content

    def _below(self, folder: str) -> list[StoredObject]:
        selector = fs.FileSelector(self._path(folder), allow_not_found=True, recursive=True)
        start = len(self._prefix) + 1
        found = [
            StoredObject(info.path[start:], info.size, info.mtime_ns)
            for info in self._files.get_file_info(selector)
            if info.type == fs.FileType.File and not info.path.endswith(_HALF_WRITTEN)
        ]
        return sorted(found, key=lambda one: one.key)

    def _remove(self, key: str) -> None:
        # Deleting what is not there is no error for an object store, and one for a file system.
        if self._files.get_file_info(self._path(key)).type == fs.FileType.File:
            self._files.delete_file(self._path(key))

    @property
    def _is_local(self) -> bool:
        return bool(self._files.type_name == _LOCAL)

    def _path(self, key: str) -> str:
        return f"{self._prefix}/{key}" if key else self._prefix

    def _patiently(self, operation: Callable[[], T], what: str) -> T:
        """What `operation` gives; tried again with growing pauses while it fails."""
        deadline, pause = time.monotonic() + self._patience, 0.5
        while True:
            try:
                return operation()
            except (ArrowException, OSError) as error:
                if isinstance(error, FileNotFoundError) or time.monotonic() + pause > deadline:
                    raise StorageError(
                        f"{self.uri} must {what}, but for {self._patience:.0f} s it failed ({error}). Everything that "
                        "was finished is kept; repair the storage and give the same command."
                    ) from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def of_each(work: Callable[[S], T], items: Iterable[S]) -> list[T]:
    """What `work` gives for each of many objects, several at a time: mostly it waits for the store."""
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        return list(threads.map(work, items))
