"""How long a fold may take: a worker that hangs would otherwise be waited for without end.

Ray replaces a worker that died, but a stopped process, a dead-locked GPU or a network disk that never answers looks to
it like a long training. So a process beside the worker kills it when its time is over, and Tune runs the fold again.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from platform.scheduling.fold_durations import FoldDurations
from platform.study.records import FoldRecord

TIMES_THE_LONGEST = 20
"""Far beyond what configurations of one space differ by, so that no slow fold is taken for a hung one."""
SHORTEST_LIMIT = 600.0
_WATCHDOG = Path(__file__).with_name("watchdog.py")


class FoldTimeLimit:
    """Seconds that the next fold may take, from what was asked for or from the folds that are finished.

    Args:
        asked: seconds; 0 for no limit; None for one that follows the longest fold so far.
        finished: folds of the study that are finished already.

    Attributes:
        durations: of the folds that are finished; whoever hears of another one notes it there.
    """

    def __init__(self, asked: float | None = None, finished: Iterable[FoldRecord] = ()) -> None:
        self._asked = asked
        self.durations = FoldDurations(finished)

    @property
    def seconds(self) -> float:
        """The limit, 0 for none: nothing is guessed before the first fold of the study has finished."""
        if self._asked is not None:
            return self._asked
        longest = self.durations.longest
        return max(SHORTEST_LIMIT, TIMES_THE_LONGEST * longest) if longest else 0.0


@contextmanager
def killed_after(seconds: float, what: str) -> Iterator[None]:
    """Kills this process when the block takes longer, even while it is stopped; 0 sets no limit.

    Args:
        what: is named on the standard error when it happens.
    """
    if not seconds:
        yield
        return
    told = f"{what} took longer than its limit of {seconds:.0f} s; its worker is killed"
    command = [sys.executable, "-I", "-S", str(_WATCHDOG), str(os.getpid()), str(seconds), told]
    with subprocess.Popen(command, stdin=subprocess.PIPE):
        yield
