"""One extraction at a time writes to a flow store; another one waits."""

import errno
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_FILE = ".lock"
_NO_LOCKS_HERE = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def locked_store(folder: Path, *, on_wait: Callable[[], None]) -> Iterator[bool]:
    """Holds the store in `folder` inside the block; the system lets go of it when the process dies, however it dies.

    Two extractions on one store would do no damage, for everything is written whole and equal, but all work twice.
    Where the file system knows no locks they do just that.

    Args:
        on_wait: called once when somebody else holds the store, before waiting for them.

    Yields:
        Whether the store is held, so that nobody else is writing to it.
    """
    with (folder / LOCK_FILE).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in _NO_LOCKS_HERE:
                raise
            yield False
            return
        yield True
