"""The vocabulary of search spaces. Bounds are inclusive at both ends."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import combinations, product
from typing import Any

from spotformer_core.choices import most_regions
from spotformer_core.config import Configuration, DecodingConfig, FaceRegions
from spotformer_core.errors import InvalidValueError, did_you_mean, require

Value = str | int | float | bool

APEX_THRESHOLDS = ("macro_apex_threshold", "micro_apex_threshold")
DECODING_FIELDS = tuple(one.name for one in fields(DecodingConfig) if one.name not in APEX_THRESHOLDS)
"""What `Space.decoding` may name."""


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

    def describe(self) -> str:
        """One line for people."""
        return ", ".join(str(value) for value in self.values)


Dimension = Float | LogFloat | Integer | Choice


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """What may vary, and what stays.

    Attributes:
        fixed: parameters that differ from the defaults of `Configuration` but do not vary.
        dimensions: parameters that vary and need training anew, by field name of `Configuration`.
        starting_points: values of all dimensions, inside them, that are tried before any is drawn.
        apex_thresholds: values tried for `macro_apex_threshold` and `micro_apex_threshold` on stored frame scores,
            for every configuration and without training.
        decoding: other fields of `DecodingConfig` that are searched on stored frame scores, without training.
        num_decodings: how many decodings are drawn from `decoding`, beside the configuration's own. They are drawn once
            for the whole study, before anything is scored.
        stored_epochs: after which epochs, beside the last, frame scores are stored, so that the epoch can be chosen
            with the decoding.

    Raises:
        InvalidValueError: when a name is no field of `Configuration`, something that could be drawn breaks a rule of
            its fields, a starting point lies outside the dimensions, or an epoch may be the last or later.
    """

    name: str
    description: str
    fixed: Mapping[str, Value] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    starting_points: tuple[Mapping[str, Value], ...] = ()
    apex_thresholds: tuple[float, ...] = tuple(round(0.05 * step, 2) for step in range(1, 20))
    decoding: Mapping[str, Dimension] = field(default_factory=dict)
    num_decodings: int = 64
    stored_epochs: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        thresholds = self.apex_thresholds
        require(
            len(thresholds) > 0
            and list(thresholds) == sorted(set(thresholds))
            and all(0 <= value <= 1 for value in thresholds),
            "apex_thresholds",
            "rising numbers in [0, 1]",
            thresholds,
            "For instance (0.1, 0.3, 0.5).",
        )
        for name in APEX_THRESHOLDS:
            if name in self.dimensions:
                raise InvalidValueError(
                    f"{name} is searched on stored scores, got it as a dimension of {self.name!r}. "
                    "Put its values into apex_thresholds."
                )
        base = Configuration.from_parameters(dict(self.fixed))
        _require_valid_everywhere(self.dimensions, base)
        _require_searchable_decoding(self, base)
        _require_stored_epochs(self, base)
        for point in self.starting_points:
            same = set(point) == set(self.dimensions)
            require(
                same, "a starting point", f"a value for each of {sorted(self.dimensions)}", dict(point), "Complete it."
            )
            base.with_parameters(dict(point))
            for name, value in point.items():
                dimension = self.dimensions[name]
                rule = f"inside its dimension ({dimension.describe()})"
                require(_holds(dimension, value), f"{name} of a starting point", rule, value, "Widen the dimension.")

    def configuration(self, values: Mapping[str, Any]) -> Configuration:
        """The configuration with these values of the dimensions and everything else as fixed."""
        return Configuration.from_parameters({**self.fixed, **values})

    @property
    def max_window(self) -> int:
        """The largest window that the space can ask for: decides how many steps a flow band needs."""
        return max(self.windows)

    @property
    def windows(self) -> tuple[int, ...]:
        """The windows that the space can ask for; of a range its ends."""
        window = self.dimensions.get("window")
        if window is None:
            return (self.configuration({}).model.window,)
        return tuple(int(value) for value in window.ends())

    @property
    def regions(self) -> FaceRegions:
        """The most regions that the space can ask for: decides which regions a flow band needs."""
        regions = self.dimensions.get("regions")
        if regions is None:
            return self.configuration({}).model.regions
        return most_regions(FaceRegions(str(value)) for value in regions.ends())

    def as_dict(self) -> dict[str, Any]:
        """The whole declaration as plain JSON values; equal spaces give equal dictionaries."""
        declared: dict[str, Any] = {
            "name": self.name,
            "fixed": dict(self.fixed),
            "dimensions": _as_json(self.dimensions),
            "starting_points": [dict(point) for point in self.starting_points],
            "apex_thresholds": list(self.apex_thresholds),
        }
        # Left out where they say nothing, so that studies from before they existed can be continued.
        if self.decoding:
            declared |= {"decoding": _as_json(self.decoding), "num_decodings": self.num_decodings}
        if self.stored_epochs:
            declared["stored_epochs"] = list(self.stored_epochs)
        return declared


def _as_json(dimensions: Mapping[str, Dimension]) -> dict[str, Any]:
    return {
        name: {"kind": type(dimension).__name__, "ends": list(dimension.ends())}
        for name, dimension in dimensions.items()
    }


def _require_searchable_decoding(space: Space, base: Configuration) -> None:
    for name in space.decoding:
        if name not in DECODING_FIELDS:
            raise InvalidValueError(
                f"a name in decoding must be a field of the decoding other than apex thresholds, got {name!r} in "
                f"{space.name!r}. {did_you_mean(name, DECODING_FIELDS)}"
            )
        if name in space.dimensions:
            raise InvalidValueError(
                f"{name} must vary in one place, got it in dimensions and in decoding of {space.name!r}. "
                "Take it out of dimensions: decoding needs no training."
            )
    repair = "64 is usual; each costs every fold some hundredths of a second."
    require(space.num_decodings >= 1, "num_decodings", "at least 1", space.num_decodings, repair)
    _require_valid_everywhere({**space.dimensions, **space.decoding}, base)


def _require_stored_epochs(space: Space, base: Configuration) -> None:
    varied = space.dimensions.get("num_epochs")
    fewest = base.training.num_epochs if varied is None else min(int(end) for end in varied.ends())
    epochs = space.stored_epochs
    require(
        list(epochs) == sorted(set(epochs)) and all(1 <= epoch < fewest for epoch in epochs),
        "stored_epochs",
        f"rising numbers from 1, below the fewest num_epochs ({fewest})",
        epochs,
        "The last epoch is always stored.",
    )


def _require_valid_everywhere(dimensions: Mapping[str, Dimension], base: Configuration) -> None:
    # No rule of `Configuration` joins more than two fields, so that all pairs of dimensions stand for all corners.
    corner = base.with_parameters({name: dimension.ends()[0] for name, dimension in dimensions.items()})
    for names in combinations(dimensions, min(2, len(dimensions))):
        for values in product(*(_telling_values(dimensions[name]) for name in names)):
            corner.with_parameters(dict(zip(names, values, strict=True)))


def _telling_values(dimension: Dimension) -> tuple[Value, ...]:
    match dimension:
        case Integer(low, high) if low < high:
            # A neighbour of the low end, because some fields want odd numbers.
            return (low, low + 1, high)
        case _:
            return dimension.ends()


def _holds(dimension: Dimension, value: Value) -> bool:
    if isinstance(dimension, Choice):
        return value in dimension.values
    return not isinstance(value, str) and dimension.low <= value <= dimension.high


def _require_order(kind: str, low: float, high: float) -> None:
    finite = math.isfinite(low) and math.isfinite(high)
    require(finite and low <= high, f"the ends of a {kind}", "finite and in order", (low, high), "Swap them.")
