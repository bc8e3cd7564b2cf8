"""How long folds take: whether one that runs ends in time, and when it is taken for hung, follow from it."""

from collections import defaultdict
from collections.abc import Iterable

from platform.study.planning import FoldOrder
from platform.study.records import FoldRecord


class FoldDurations:
    """The longest fold so far, of every configuration and of all.

    Args:
        finished: folds of the study that are finished already.

    Attributes:
        longest: seconds of the longest fold of all; 0 before the first.
    """

    def __init__(self, finished: Iterable[FoldRecord] = ()) -> None:
        self.longest = 0.0
        self._longest_of: dict[str, float] = defaultdict(float)
        for record in finished:
            self.note(record)

    def note(self, record: FoldRecord) -> None:
        """Takes the time of a finished fold into account: that of its worker, where it is known."""
        seconds = record.usage.get("seconds", 0.0) or sum(record.seconds.values())
        self.longest = max(self.longest, seconds)
        self._longest_of[record.configuration] = max(self._longest_of[record.configuration], seconds)

    def may_end_within(self, seconds: float, order: FoldOrder | None, *, had: float) -> bool:
        """Whether a fold or a stack that runs may end in so many seconds.

        It is expected to take as long as the longest fold of its configuration so far, or of any. One that takes
        longer, or of which nothing can be expected, may end at any moment.

        Args:
            order: None for a measurement, of which nothing is expected.
            had: for how many seconds it has run.
        """
        of_fold = 0.0 if order is None else self._expected(order.configuration)
        num_folds = 1 if order is None else len(order.subjects)
        return seconds > 0 and num_folds * of_fold - had <= seconds

    def _expected(self, configuration: str) -> float:
        return self._longest_of.get(configuration) or self.longest
