"""Faults of a soak: each starts a search of a study, lets one thing happen to it, and waits until it has ended."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platform.console.command import DONE, MISTAKE, UNDONE
from tests.faults.points import Action, Fault, Point
from tests.faults.staged import StagedSearch
from tests.faults.tracking_servers import IMPATIENT, TrackingServer

NUM_FOLDS = 9
SECONDS_TO_END = 600
MOST_OF_A_SEARCH = 0.6
"""Within this share of the seconds of an undisturbed one a search is killed, so that it seldom ends before."""
FULL_AT = (Point.BEFORE_SUGGEST, Point.IN_A_FOLD, Point.BEFORE_JOURNAL)


@dataclass(frozen=True, kw_only=True)
class World:
    """What faults happen in.

    Attributes:
        seconds: that an undisturbed search of a study takes.
        can_fill: whether the workspace is a small disk.
    """

    server: TrackingServer
    moments: random.Random
    seconds: float
    can_fill: bool

    @property
    def options(self) -> tuple[str, ...]:
        """Of every search."""
        return ("--workers", "2", "--tracking-uri", self.server.address)


Happens = Callable[[StagedSearch, World], bool]
"""Lets a fault happen; whether it came to it before the search had ended. What must not be is an AssertionError."""


def kill_worker(staged: StagedSearch, world: World) -> bool:
    """A fold worker dies when it has trained and stored nothing; the search goes on to its end."""
    process, fault = _start(staged, world, Point.IN_A_FOLD, Action.DIE)
    _ended(staged, process, DONE, UNDONE)
    return fault.reached.exists()


def kill_driver(staged: StagedSearch, world: World) -> bool:
    """The driver and all that it started here die at any moment."""
    process, _ = _start(staged, world)
    try:
        process.wait(timeout=world.moments.uniform(0, MOST_OF_A_SEARCH * world.seconds))
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def kill_server(staged: StagedSearch, world: World) -> bool:
    """The tracking server dies at any moment and comes back within seconds; a search begun without it is refused."""
    process, _ = _start(staged, world)
    try:
        process.wait(timeout=world.moments.uniform(0, MOST_OF_A_SEARCH * world.seconds))
    except subprocess.TimeoutExpired:
        world.server.kill()
        time.sleep(world.moments.uniform(0, 5))
        world.server.start()
        _ended(staged, process, DONE, UNDONE, MISTAKE)
        return True
    return False


def fill_disk(staged: StagedSearch, world: World) -> bool:
    """The disk of the workspace is full from some point on; afterwards there is room again."""
    process, fault = _start(staged, world, world.moments.choice(FULL_AT), Action.FILL, disk=staged.workspace)
    try:
        # What is full is told at the point; a search that had passed it already is not told.
        _ended(staged, process, *((MISTAKE, DONE, UNDONE)))
    finally:
        fault.filling.unlink(missing_ok=True)
    return fault.reached.exists()


FAULTS: dict[str, Happens] = {
    "fold worker killed": kill_worker,
    "driver killed": kill_driver,
    "tracking server killed": kill_server,
    "disk full": fill_disk,
}


def drawn(moments: random.Random, *, can_fill: bool) -> list[str]:
    """The faults of one study: seldom none, and two at most, so that every study comes to its end."""
    names = [name for name in FAULTS if can_fill or FAULTS[name] is not fill_disk]
    return moments.choices(names, k=moments.choices((0, 1, 2), weights=(1, 2, 2))[0])


def _start(
    staged: StagedSearch,
    world: World,
    point: Point = Point.FOLD_STARTED,
    action: Action = Action.NONE,
    disk: Path | None = None,
) -> tuple["subprocess.Popen[bytes]", Fault]:
    passing = world.moments.randrange(max(1, NUM_FOLDS - staged.num_finished))
    passing = min(passing, 2) if point is Point.BEFORE_SUGGEST else passing
    return staged.start(point, action, *world.options, passing=passing, disk=disk, **IMPATIENT)


def _ended(staged: StagedSearch, process: "subprocess.Popen[bytes]", *codes: int) -> None:
    code = ended_within(process, SECONDS_TO_END)
    assert code in codes, f"{staged.study} ended with {code}: {staged.said[-2000:]}"
    assert "Traceback" not in staged.said, f"{staged.study}: {staged.said[-2000:]}"


def ended_within(process: "subprocess.Popen[bytes]", seconds: float) -> int:
    """The exit code of a search; one that does not end is killed, and an AssertionError."""
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError(f"a search did not end within {seconds:.0f} s, and was killed") from error
