"""Where a study comes from: the command and the revision of this software that began it."""

import re
import subprocess
from pathlib import Path

from spotformer_core import __version__

_FOLDER = Path(__file__).resolve().parents[2]
_SECONDS = 10
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@]+@")
"""Of a URL, such as that of a tracking server."""


def revision() -> str:
    """The git revision of this software, with `-dirty` where files were changed since; else its version."""
    try:
        # An installed copy may lie inside the checkout of something else.
        _git("ls-files", "--error-unmatch", "spotformer_core/__init__.py")
        return _git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*").strip()
    except (OSError, subprocess.SubprocessError):
        return f"version {__version__}"


def without_credentials(command: str) -> str:
    """The command line with the names and passwords in its URLs left out: journals and reports are passed on."""
    return _CREDENTIALS.sub("...@", command)


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(_FOLDER), *arguments], check=True, capture_output=True, text=True, timeout=_SECONDS
    )
    return done.stdout
