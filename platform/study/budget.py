"""How much a search may use, and whether one more fold still fits.

Hours are those of one command: a deadline. GPU-hours and cost are those of the whole study, over all its runs, killed
ones included: what is spent is spent. A fold is handed out only if it is expected to end within the budget, at the mean
length of the study's finished folds. What runs is finished.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from platform.study.run_log import RunLog
from platform.study.spending import Spending
from platform.study.usage import Spent
from spotformer_core.errors import InvalidValueError, require

_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that leaves no room for one more fold.

    Attributes:
        option: that set it.
        value: of the option.
        reason: why there is no room.
    """

    option: str
    value: float
    reason: str

    def __str__(self) -> str:
        return f"{self.option} {self.value:g} ({self.reason})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """Limits of a search; None where there is none.

    Attributes:
        max_hours: of the command, with what it does before the first fold.
        max_gpu_hours: that folds and winner have held, a fraction of a GPU as that fraction.
        max_cost: of all nodes that were there while the study was searched, idle ones too, in the prices' currency.
        prices: of one node for an hour, by type of node.
        seconds_before: that the command has taken before the search.
    """

    max_hours: float | None = None
    max_gpu_hours: float | None = None
    max_cost: float | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    seconds_before: float = 0.0

    def __post_init__(self) -> None:
        limits = {"--max-hours": self.max_hours, "--max-gpu-hours": self.max_gpu_hours, "--max-cost": self.max_cost}
        for option, limit in limits.items():
            require(limit is None or 0 < limit < float("inf"), option, "above 0", limit, "Leave it out for no limit.")
        for node_type, price in self.prices.items():
            repair = "Give what one such node costs in an hour."
            require(0 <= price < float("inf"), f"the price of {node_type!r}", "0 or more", price, repair)
        priced = self.max_cost is None or bool(self.prices)
        require(priced, "--max-cost", "given with prices", self.max_cost, "Add --prices FILE or --price TYPE=PRICE.")

    def require_prices(self, node_types: Mapping[str, int]) -> None:
        """Raises InvalidValueError when prices are given, but none for one of these types of node."""
        unpriced = self._unpriced(node_types)
        if self.prices and unpriced:
            raise InvalidValueError(
                f"prices must name every type of node of the cluster, got none for {', '.join(unpriced)} but for "
                f"{', '.join(sorted(self.prices))}. Add --price {unpriced[0]}=PRICE, 0 if it costs nothing."
            )

    def cost(self, node_seconds: Mapping[str, float]) -> float | None:
        """Of nodes that were there for so long; None without prices or where one is missing."""
        if not self.prices or self._unpriced(node_seconds):
            return None
        return sum(self.prices[node_type] * seconds / _HOUR for node_type, seconds in node_seconds.items())

    def overdue(self, spending: Spending, log: RunLog, *, num_folds: int = 1) -> Limit | None:
        """The limit beyond which a fold that starts now would end in time or cost; None if there is none.

        Args:
            num_folds: that one worker trains side by side, which takes as long as all of them together.
        """
        seconds = spending.all_finished.scaled(num_folds).worker_seconds
        return self._hours(log, seconds, num_folds) or self._cost(spending, log, seconds)

    def refusal(self, spending: Spending, log: RunLog, *, num_waiting: int = 0, num_folds: int = 1) -> Limit | None:
        """The limit that leaves no room for one more fold now; None while one fits.

        Args:
            num_waiting: folds that were handed out and have no worker yet.
            num_folds: that are handed out together.
        """
        overdue = self.overdue(spending, log, num_folds=num_folds)
        return overdue or self._gpu_hours(spending, log, num_waiting, num_folds)

    def _hours(self, log: RunLog, expected: float, num_folds: int) -> Limit | None:
        hours = (self.seconds_before + log.seconds) / _HOUR
        if self.max_hours is None or hours + expected / _HOUR <= self.max_hours:
            return None
        what = "a fold takes" if num_folds == 1 else f"{num_folds} folds at a time take"
        return Limit("--max-hours", self.max_hours, f"{hours:.3g} have passed, {what} about {expected / _HOUR:.2g}")

    def _cost(self, spending: Spending, log: RunLog, expected: float) -> Limit | None:
        if self.max_cost is None:
            return None
        unpriced = self._unpriced(log.node_counts)
        if unpriced:
            return Limit("--max-cost", self.max_cost, f"a node of type {unpriced[0]} has joined, which has no price")
        earlier = self.cost(spending.node_seconds(without=log.run))
        now = self.cost(log.node_seconds)
        if earlier is None or now is None:
            return Limit("--max-cost", self.max_cost, "an earlier run used nodes of a type that has no price now")
        rate = sum(self.prices[node_type] * count for node_type, count in log.node_counts.items())
        more = rate * expected / _HOUR
        if earlier + now + more <= self.max_cost:
            return None
        return Limit("--max-cost", self.max_cost, f"{earlier + now:.3g} is spent, the cluster costs {rate:.3g} an hour")

    def _gpu_hours(self, spending: Spending, log: RunLog, num_waiting: int, num_folds: int) -> Limit | None:
        if self.max_gpu_hours is None:
            return None
        expected = spending.all_finished.scaled(1).gpu_seconds
        running = sum(max(expected, Spent.of(one).gpu_seconds) for one in log.running)
        used = spending.total.gpu_seconds
        if used + running + expected * (num_waiting + num_folds) <= self.max_gpu_hours * _HOUR:
            return None
        reason = f"{used / _HOUR:.3g} are used, a fold takes about {expected / _HOUR:.2g}"
        return Limit("--max-gpu-hours", self.max_gpu_hours, reason)

    def _unpriced(self, node_types: Mapping[str, float]) -> list[str]:
        return sorted(set(node_types) - set(self.prices))
