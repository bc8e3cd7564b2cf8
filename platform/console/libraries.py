"""Whether the libraries beneath us may speak.

They say much that nobody who searches needs, and now and then the one line that somebody who repairs a cluster does.
So they are quiet, and `--verbose` or the variable lets them speak.
"""

import logging
import os

VERBOSE_VARIABLE = "SPOTFORMER_VERBOSE"
_quiet: set[str] = set()


def quieten(*loggers: str) -> None:
    """These loggers speak from warnings on, unless libraries may speak; they do so again when that is asked later."""
    _quiet.update(loggers)
    if not libraries_may_speak():
        for name in loggers:
            logging.getLogger(name).setLevel(logging.WARNING)


def let_libraries_speak() -> None:
    """Ray's and MLflow's own messages are shown from now on, those of child processes too."""
    os.environ[VERBOSE_VARIABLE] = "1"
    for name in _quiet:
        logging.getLogger(name).setLevel(logging.INFO)


def libraries_may_speak() -> bool:
    """Whether Ray's and MLflow's own messages are to be shown: `--verbose`, or the variable set to anything but 0."""
    return os.environ.get(VERBOSE_VARIABLE, "0") not in ("", "0")
