"""How often the attempts at a fold may go wrong before it fails for good."""

from collections import Counter

from platform.study.planning import FoldOrder

FOLD_RETRIES = 2
"""A fold whose worker or node died is run again this often, from its start; Tune counts it, preemptions left out."""


class Retries:
    """Tells a fold that has failed from one whose trial Tune has given up for what is no fault of the fold."""

    def __init__(self) -> None:
        self._never_started: Counter[FoldOrder] = Counter()

    def started(self, order: FoldOrder) -> None:
        """A trial of the fold has got a worker."""
        self._never_started.pop(order, None)

    def has_failed(self, order: FoldOrder, *, had_worker: bool, preempted: bool) -> bool:
        """Whether a fold has failed whose trial Tune has given up; if not, it is run again as another trial.

        That its node was taken back is no fault, however often it happens. Nor is that a worker which waited for a
        fold had died meanwhile: Tune hears of that twice and gives the trial up. But where no worker can be started,
        trials end like this too, so that this is borne only as often as other faults are.
        """
        if preempted:
            return False
        self._never_started[order] += not had_worker
        return had_worker or self._never_started[order] > FOLD_RETRIES
