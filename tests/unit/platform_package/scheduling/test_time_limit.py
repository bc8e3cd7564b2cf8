"""A process that takes too long is killed, even while it is stopped; one that ends in time is left alone."""

import os
import signal
import subprocess
import sys
import time

import pytest

from platform.scheduling.time_limit import SHORTEST_LIMIT, TIMES_THE_LONGEST, FoldTimeLimit, killed_after
from platform.study.records import FoldRecord

HUNG = """
import os, signal, sys
from platform.scheduling.time_limit import killed_after
with killed_after(0.2, "fold c0001/s15"):
    os.kill(os.getpid(), signal.SIGSTOP)
"""
DIES = """
import os, signal, subprocess
from platform.scheduling.time_limit import killed_after
with killed_after(60, "fold c0001/s15"):
    children = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "watchdog"], capture_output=True, text=True)
    print(children.stdout.split()[0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def fold(seconds):
    return FoldRecord(
        configuration="c0000",
        subject="a",
        seed=1,
        counts={},
        final_loss=0.1,
        seconds={"training": 0.75 * seconds, "scoring": 0.25 * seconds},
    )


def test_a_stopped_process_is_killed_when_its_time_is_over_and_named():
    ended = subprocess.run([sys.executable, "-c", HUNG], capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == -signal.SIGKILL
    assert ended.stderr == "fold c0001/s15 took longer than its limit of 0 s; its worker is killed\n"


def test_a_block_that_ends_in_time_leaves_neither_a_child_nor_a_kill_behind():
    with killed_after(0.3, "fold"):
        pass
    time.sleep(0.5)

    children = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "watchdog"], capture_output=True, check=False)
    assert children.stdout == b""


def test_a_block_that_raises_ends_its_watchdog_too():
    with pytest.raises(ValueError, match="loss"), killed_after(60, "fold"):
        raise ValueError("loss")

    children = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "watchdog"], capture_output=True, check=False)
    assert children.stdout == b""


def test_the_watchdog_of_a_process_that_died_ends_with_it():
    ended = subprocess.run([sys.executable, "-c", DIES], capture_output=True, text=True, timeout=60, check=False)
    watchdog = int(ended.stdout)

    deadline = time.monotonic() + 10
    while os.path.exists(f"/proc/{watchdog}") and time.monotonic() < deadline:  # noqa: PTH110
        time.sleep(0.02)

    assert ended.returncode == -signal.SIGKILL
    assert not os.path.exists(f"/proc/{watchdog}")  # noqa: PTH110


def test_without_a_limit_nothing_watches():
    with killed_after(0, "fold"):
        children = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "watchdog"], capture_output=True, check=False)

    assert children.stdout == b""


def test_nothing_is_guessed_before_the_first_fold_has_finished():
    assert FoldTimeLimit().seconds == 0


def test_the_limit_follows_the_longest_fold_so_far():
    limit = FoldTimeLimit()

    limit.durations.note(fold(2.0))
    shortest = limit.seconds
    limit.durations.note(fold(100.0))
    limit.durations.note(fold(50.0))

    assert shortest == SHORTEST_LIMIT
    assert limit.seconds == TIMES_THE_LONGEST * 100.0


@pytest.mark.parametrize("asked", [0, 30.0])
def test_a_limit_that_was_asked_for_stays(asked):
    limit = FoldTimeLimit(asked)

    limit.durations.note(fold(1000.0))

    assert limit.seconds == asked
