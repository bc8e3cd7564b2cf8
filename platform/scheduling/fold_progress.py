"""How a fold that runs is heard of: its epochs, reported to Tune now and then."""

import time
from collections.abc import Callable
from typing import Any

from ray import tune

PROGRESS = "epochs_done"
SECONDS_BETWEEN_REPORTS = 1.0


class FoldProgress:
    """A report of epochs for `evaluate_fold`, passed on at most once a second.

    Tune answers a report by stopping the fold when it is not needed any more: `tune.report` then leaves the training by
    SystemExit. A report waits until the driver has taken it, so that epochs of milliseconds must not each send one.
    """

    def __init__(
        self,
        send: Callable[[dict[str, Any]], None] = tune.report,
        *,
        seconds_between: float = SECONDS_BETWEEN_REPORTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._seconds_between = seconds_between
        self._clock = clock
        self._sent = clock()

    def __call__(self, epoch: int, mean_loss: float) -> None:
        """Passes on how many epochs are done, if the last report is old enough."""
        del mean_loss
        now = self._clock()
        if now - self._sent >= self._seconds_between:
            self._sent = now
            self._send({PROGRESS: epoch})
