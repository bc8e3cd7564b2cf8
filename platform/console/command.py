"""How every command starts and ends: one exit code per kind of ending, never a traceback for a user's mistake.

0    everything that was asked for is done
1    something was left undone and is named
2    a user's mistake or a full disk; nothing finished is lost
130  stopped by Ctrl-C or SIGTERM; the same command continues
"""

import argparse
import errno
import logging
import shlex
import sys
from collections.abc import Callable, Sequence

from platform.console.libraries import let_libraries_speak, libraries_may_speak
from platform.console.options import CommandParser
from platform.console.stopping import stopped_by_sigterm_too
from spotformer_core.errors import SpotFormerError

DONE, UNDONE, MISTAKE, STOPPED = 0, 1, 2, 130


def run_command(main: Callable[[argparse.Namespace], int], parser: argparse.ArgumentParser, argv: Sequence[str]) -> int:
    """The exit code of `main`, or of the way in which it ended.

    `main` gets the options of the parser, and under `command` the command line itself.
    """
    options = parser.parse_args(argv)
    options.command = shlex.join([*parser.prog.split(), *argv])
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr)
    if libraries_may_speak() or getattr(options, "verbose", False):
        let_libraries_speak()
    try:
        with stopped_by_sigterm_too():
            return main(options)
    except SpotFormerError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        print("\nStopped. Everything that was finished is kept; the same command continues.", file=sys.stderr)
        return STOPPED
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) and "No space left" not in str(error):
            raise
        return _fail(
            f"there must be room on the disk, got: {error}. "
            "Everything that was finished is kept; free some space and give the same command."
        )


def command_parser(verb: str, description: str, example: str) -> argparse.ArgumentParser:
    """A parser with the form that all commands share: what it does, its options, an example."""
    return CommandParser(
        prog=f"python -m platform.{verb}",
        description=description,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _fail(message: str) -> int:
    print(f"error: {message}", file=sys.stderr)
    return MISTAKE
