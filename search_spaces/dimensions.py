"""The kinds of dimension. Bounds are inclusive at both ends."""

import math
from dataclasses import dataclass

from spotformer_core.errors import require

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Float:
    """Any number from `low` to `high`, uniformly."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require_order("Float", self.low, self.high)

    def ends(self) -> tuple[Value, ...]:
        """Values at which the space must be valid for it to be valid everywhere."""
        return (float(self.low), float(self.high))

    def holds(self, value: Value) -> bool:
        """Whether `value` is one that the dimension can have."""
        return not isinstance(value, str) and self.low <= value <= self.high

    def describe(self) -> str:
        """One line for people."""
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class LogFloat:
    """Any number from `low` to `high`, uniformly in its logarithm."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _require_order("LogFloat", self.low, self.high)
        require(self.low > 0, "the low end of a LogFloat", "greater than 0", self.low, "Use Float to include 0.")

    def ends(self) -> tuple[Value, ...]:
        """Values at which the space must be valid for it to be valid everywhere."""
        return (float(self.low), float(self.high))

    def holds(self, value: Value) -> bool:
        """Whether `value` is one that the dimension can have."""
        return not isinstance(value, str) and self.low <= value <= self.high

    def describe(self) -> str:
        """One line for people."""
        return f"{self.low:g} to {self.high:g} (log)"


@dataclass(frozen=True, slots=True)
class Integer:
    """Any whole number from `low` to `high`, uniformly."""

    low: int
    high: int

    def __post_init__(self) -> None:
        _require_order("Integer", self.low, self.high)

    def ends(self) -> tuple[Value, ...]:
        """The smallest and the largest value."""
        return (self.low, self.high)

    def holds(self, value: Value) -> bool:
        """Whether `value` is one that the dimension can have."""
        return isinstance(value, int) and self.low <= value <= self.high

    def describe(self) -> str:
        """One line for people."""
        return f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values listed, all equally likely."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        different = len(set(self.values)) == len(self.values) > 0
        require(different, "the values of a Choice", "different and at least one", self.values, "Remove repeats.")

    def ends(self) -> tuple[Value, ...]:
        """Values at which the space must be valid for it to be valid everywhere."""
        return self.values

    def holds(self, value: Value) -> bool:
        """Whether `value` is one that the dimension can have."""
        return value in self.values

    def describe(self) -> str:
        """One line for people."""
        return ", ".join(str(value) for value in self.values)


Dimension = Float | LogFloat | Integer | Choice


def _require_order(kind: str, low: float, high: float) -> None:
    finite = math.isfinite(low) and math.isfinite(high)
    require(finite and low <= high, f"the ends of a {kind}", "finite and in order", (low, high), "Swap them.")
