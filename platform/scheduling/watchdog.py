"""Kills a process that takes too long. Run as a file in a Python of its own, so that it imports nothing of ours.

Arguments: the process, the seconds it may take, and what is said when they are over. The standard input is a pipe that
closes when the work ends or the process dies, in whichever way.
"""

import os
import select
import signal
import sys


def watch(process: int, seconds: float, told: str) -> None:
    """Returns when the pipe closes in time; kills the process, stopped or not, when it does not."""
    closed, _, _ = select.select([sys.stdin], [], [], seconds)
    # A process that died meanwhile is no parent any more; its number may belong to another one.
    if not closed and os.getppid() == process:
        print(told, file=sys.stderr, flush=True)
        os.kill(process, signal.SIGKILL)


if __name__ == "__main__":
    watch(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3])
