"""What a soak found: figures for the file of benchmarks, and the same as a table to read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.soak.flatness import TOLERATED, Trend, trend


@dataclass(kw_only=True)
class Series:
    """One thing that must not grow, measured again and again.

    Attributes:
        unit: of the values; `per` is what they are measured over.
        allowed: growth of one by the other that is known and borne.
    """

    unit: str
    per: str
    allowed: float = 0.0
    over: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def add(self, over: float, value: float) -> None:
        """One more measurement."""
        self.over.append(over)
        self.values.append(value)

    @property
    def trend(self) -> Trend:
        return trend(self.over, self.values, allowed=self.allowed)


@dataclass(kw_only=True)
class Found:
    """Everything that a soak counted and measured.

    Attributes:
        faults: that really happened, by kind; `missed` are those whose search had ended before.
        losses: what must not be, in sentences.
    """

    seed: int
    minutes: float
    faults: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    studies: int = 0
    folds: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    series: dict[str, Series] = field(default_factory=dict)

    @property
    def growing(self) -> list[str]:
        return [name for name, one in self.series.items() if not one.trend.is_flat]

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, nothing was left over and nothing grows."""
        return not (self.losses or self.left_over or self.growing)

    def figures(self) -> dict[str, float]:
        """All of it in numbers."""
        counted = {
            "minutes": self.minutes,
            "seed": self.seed,
            "studies": self.studies,
            **{f"faults: {name}": count for name, count in sorted(self.faults.items())},
            **{f"folds: {name}": count for name, count in sorted(self.folds.items())},
            "losses": len(self.losses),
            "processes left over": len(self.left_over),
        }
        return counted | {key: value for name, one in self.series.items() for key, value in _figures(name, one)}

    def goals(self) -> dict[str, float]:
        """The most that each may be."""
        limits = {f"{name}: surely grown, share of its middle": TOLERATED for name in self.series}
        return {"losses": 0.0, "processes left over": 0.0, **limits}

    def lines(self) -> Iterator[str]:
        """A table to read."""
        yield f"{self.minutes:.1f} minutes with seed {self.seed}: {self.studies} studies"
        yield "faults: " + (_counts(self.faults) or "none")
        if self.missed:
            yield f"drawn, but the search had ended before: {_counts(self.missed)}"
        yield f"folds: {_counts(self.folds)}"
        yield f"{'':34} {'middle':>10} {'slope':>10} {'95 % interval':>23}  measured"
        for name, one in self.series.items():
            found = one.trend
            interval = f"{found.low:+.4f} to {found.high:+.4f}" if found.span and found.low > -1e300 else "too few"
            known = f", {found.allowed:.4f} allowed" if found.allowed else ""
            says = f"flat{known}" if found.is_flat else f"GROWS{known}"
            yield (
                f"{name:34} {found.middle:10.2f} {found.slope:+10.4f} {interval:>23}  "
                f"{found.count} times, {one.unit} per {one.per}: {says}"
            )
        yield from (f"LOST: {loss}" for loss in self.losses)
        yield from (f"LEFT OVER: {process}" for process in self.left_over)


def _figures(name: str, one: Series) -> Iterator[tuple[str, float]]:
    found = one.trend
    yield f"{name}: middle, {one.unit}", round(found.middle, 3)
    if found.low > -float("inf"):
        per = f"{one.unit} per {one.per}"
        yield f"{name}: slope, {per}", round(found.slope, 5)
        yield f"{name}: slope at least, {per}", round(found.low, 5)
        yield f"{name}: slope at most, {per}", round(found.high, 5)
    yield f"{name}: surely grown, share of its middle", round(found.surely_grown, 4)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
