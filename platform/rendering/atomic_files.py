"""Files that are either complete or absent, whenever the process is killed."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Puts `content` at `path` in one step, in place of what was there; makes the folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The process id keeps two workers apart that write the same file.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
