"""Folders of temporary files that go even when the process that made them was killed: the next one removes them."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "spotformer-"
_FILES, _LOCK, _NEW_LOCK = "files", "lock", "new-lock"


@contextmanager
def scratch_folder(purpose: str) -> Iterator[Path]:
    """A folder of the system's temporary files for the block, empty at first; removed afterwards.

    What processes left that were killed inside such a block is removed too: it is known by a lock that went with them.

    Args:
        purpose: stands in the name of the folder.

    Raises:
        OSError: when the disk is full.
    """
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{purpose}-"))
    try:
        with (folder / _NEW_LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Locked before it has the name by which others look for it.
            (folder / _NEW_LOCK).rename(folder / _LOCK)
            (folder / _FILES).mkdir()
            yield folder / _FILES
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_leftovers() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Others' folders, and those that another process removes just now.
        with suppress(OSError):
            if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                _remove_unless_locked(folder)


def _remove_unless_locked(folder: Path) -> None:
    with (folder / _LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
