"""One writer at a time, where there are no locks: objects that say who writes and that they still live.

A writer puts an object of its own and looks whether there is another one. Object stores show what was written to
whoever looks afterwards, so that of two writers at least one sees the other; who sees another one goes. The object is
put again every few seconds; one that grows old belongs to a writer that died. Ages are differences of times that the
store itself gives, so that the clocks of the nodes do not matter.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from platform.storage.objects import ObjectStore
from spotformer_core.errors import StorageError

_log = logging.getLogger(__name__)
_FOLDER = "writers"
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseTimes:
    """In seconds.

    Attributes:
        renewed: how often a writer says that it lives.
        dead: the age at which its last word proves it dead.
        looked: how often somebody who waits looks again.
    """

    renewed: float = 10.0
    dead: float = 60.0
    looked: float = 2.0


class Lease:
    """The right to write to `what` in an object store; use as a context manager.

    Args:
        what: a path below which nobody else may write meanwhile.
        wait: for a writer that lives, instead of refusing.
        on_wait: called once before waiting for anybody.
    """

    def __init__(
        self,
        objects: ObjectStore,
        what: str,
        *,
        wait: bool,
        on_wait: Callable[[], None],
        times: LeaseTimes | None = None,
    ) -> None:
        self._times = times or LeaseTimes()
        # A writer that cannot be heard must notice that while it may still be taken for alive.
        self._objects = ObjectStore(objects.uri, patience=self._times.renewed)
        self._what = what
        self._folder = f"{_FOLDER}/{what}"
        self._key = f"{self._folder}/{random.SystemRandom().getrandbits(64):016x}"
        self._wait = wait
        self._on_wait = on_wait
        self._ended = threading.Event()
        self._renewed = 0.0
        self._thread = threading.Thread(target=self._renew, daemon=True, name="lease")

    def __enter__(self) -> Self:
        """Takes the lease, from a writer that died too.

        Raises:
            StorageError: when another writer lives and is not waited for, or the store does not answer.
        """
        seen: dict[str, int] = {}
        while others := self._others():
            self._objects.remove(self._key)
            if not seen:
                self._on_wait()
            if not self._wait and any(seen.get(key, written) != written for key, written in others.items()):
                raise StorageError(
                    f"one writer at a time may write {self._what} in {self._objects.uri}, but another one is writing "
                    "it now. Wait for it, stop it, or name another --study."
                )
            seen |= others
            time.sleep(self._times.looked * random.SystemRandom().uniform(0.5, 1.0))
        self._renewed = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        # A store that does not answer now finds out by itself: what is not renewed is dead.
        with suppress(StorageError):
            self._objects.remove(self._key)

    def require_held(self) -> None:
        """Raises StorageError when this writer was silent for so long that another one has taken its place."""
        if time.monotonic() - self._renewed < self._times.dead:
            return
        if self._key not in [one.key for one in self._objects.below(self._folder)]:
            raise StorageError(
                f"a writer of {self._objects.uri} must be heard of every {self._times.dead:.0f} s, but this one was "
                "silent for longer, and another one has taken its place. Give the same command when that has ended."
            )

    def _others(self) -> dict[str, int]:
        """The keys and times of writers that may live; those that have died are removed."""
        mine = self._objects.put(self._key, b"").written
        others = [one for one in self._objects.below(self._folder) if one.key != self._key]
        dead = [one for one in others if mine - one.written > self._times.dead * _NANOSECONDS]
        for one in dead:
            self._objects.remove(one.key)
        return {one.key: one.written for one in others if one not in dead}

    def _renew(self) -> None:
        while not self._ended.wait(self._times.renewed):
            try:
                self.require_held()
                self._objects.put(self._key, b"")
                self._renewed = time.monotonic()
            except StorageError as error:
                _log.warning("%s", error)
