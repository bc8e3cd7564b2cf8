"""Whether something that was measured again and again grows.

The slope is that of Theil and Sen, the median of the slopes of all pairs, which single outliers do not move, with its
95 % interval. Something grows when even the lower end of the interval is above zero, and comes to more over the whole
run than `TOLERATED` of what it is in the middle. With few or scattered measurements the interval is wide: what grows
little is found in an hour and not in minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from scipy.stats import theilslopes

TOLERATED = 0.05
FEWEST = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """How a series of measurements moves.

    Attributes:
        middle: their median.
        slope, low, high: per unit of what they were measured over, and the interval of it.
        span: of what they were measured over, from the first to the last.
        allowed: the slope that is known and borne.
    """

    middle: float
    slope: float
    low: float
    high: float
    span: float
    count: int
    allowed: float = 0.0

    @property
    def surely_grown(self) -> float:
        """What it has grown by over the whole run at the least, beyond what is allowed, as a share of its middle."""
        return max(0.0, self.low - self.allowed) * self.span / self.middle if self.middle > 0 else 0.0

    @property
    def is_flat(self) -> bool:
        return self.surely_grown <= TOLERATED


def trend(over: Sequence[float], values: Sequence[float], *, allowed: float = 0.0) -> Trend:
    """The trend of values; of fewer than FEWEST, or all over the same, nothing is said."""
    middle = median(values) if values else 0.0
    span = max(over) - min(over) if over else 0.0
    if len(values) < FEWEST or span == 0:
        return Trend(middle=middle, slope=0.0, low=-float("inf"), high=float("inf"), span=span, count=len(values))
    found = theilslopes(values, over, alpha=0.95)
    return Trend(
        middle=middle,
        slope=float(found.slope),
        low=float(found.low_slope),
        high=float(found.high_slope),
        span=span,
        count=len(values),
        allowed=allowed,
    )
