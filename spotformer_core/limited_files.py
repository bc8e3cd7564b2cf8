"""Files from elsewhere, read whole: never a pipe or a device, never more than is sensible."""

import errno
import os
import stat
from pathlib import Path


def require_regular(path: Path, *, most_bytes: int | None = None) -> None:
    """Returns when `path` is a regular file, or a link to one, that has at most so many bytes.

    Raises:
        OSError: otherwise, and when it cannot be looked at.
    """
    # Opening a pipe would wait for ever, and a device has no end.
    state = path.stat()
    if stat.S_ISDIR(state.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(state.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    if most_bytes is not None and state.st_size > most_bytes:
        raise OSError(errno.EFBIG, f"it has {state.st_size} bytes, more than {most_bytes}", str(path))


def read_limited(path: Path, *, most_bytes: int) -> bytes:
    """The bytes of a regular file, also when it grows while it is read.

    Raises:
        OSError: when it is none, has more than `most_bytes`, or cannot be read.
    """
    require_regular(path, most_bytes=most_bytes)
    with path.open("rb") as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return content
