"""The vocabulary of search spaces. Bounds are inclusive at both ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

from search_spaces.conditions import Condition, existing, points, require_conditions
from search_spaces.dimensions import Choice, Dimension, Float, Integer, LogFloat, Value
from search_spaces.stored_scores import (
    APEX_THRESHOLDS,
    DECODING_FIELDS,
    require_searchable,
    require_stored_epochs,
    require_thresholds,
)
from spotformer_core.choices import most_regions
from spotformer_core.config import Configuration, FaceRegions
from spotformer_core.errors import InvalidValueError, require

__all__ = ["DECODING_FIELDS", "Choice", "Condition", "Dimension", "Float", "Integer", "LogFloat", "Space", "Value"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """What may vary, and what stays.

    Attributes:
        fixed: parameters that differ from the defaults of `Configuration` but do not vary.
        dimensions: parameters that vary and need training anew, by field name of `Configuration`.
        conditions: when a dimension exists that does not always; where it does not, its field is as fixed.
        starting_points: values of all dimensions that exist there, inside them, that are tried before any is drawn.
        apex_thresholds: values tried for `macro_apex_threshold` and `micro_apex_threshold` on stored frame scores,
            for every configuration and without training. Where `fixed` names one of the two, only that value counts
            for its kind, and nothing is chosen.
        decoding: other fields of `DecodingConfig` that are searched on stored frame scores, without training.
        num_decodings: how many decodings are drawn from `decoding`, beside the configuration's own. They are drawn once
            for the whole study, before anything is scored.
        stored_epochs: after which epochs, beside the last, frame scores are stored, so that the epoch can be chosen
            with the decoding.
        every_point: the space is a table whose every point is run, in the order of `points`; nothing is drawn.

    Raises:
        InvalidValueError: when a name is no field of `Configuration`, something that could be drawn breaks a rule of
            its fields, a condition depends on no choice, a starting point lies outside the dimensions, an epoch may be
            the last or later, or a space of which every point is wanted has no end of them.
    """

    name: str
    description: str
    fixed: Mapping[str, Value] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    starting_points: tuple[Mapping[str, Value], ...] = ()
    apex_thresholds: tuple[float, ...] = tuple(round(0.05 * step, 2) for step in range(1, 20))
    decoding: Mapping[str, Dimension] = field(default_factory=dict)
    num_decodings: int = 64
    stored_epochs: tuple[int, ...] = ()
    every_point: bool = False

    def __post_init__(self) -> None:
        require_thresholds(self.apex_thresholds)
        for name in APEX_THRESHOLDS:
            if name in self.dimensions:
                raise InvalidValueError(
                    f"{name} is searched on stored scores, got it as a dimension of {self.name!r}. "
                    "Put its values into apex_thresholds."
                )
        base = Configuration.from_parameters(dict(self.fixed))
        require_conditions(self.conditions, self.dimensions)
        _require_valid_everywhere(self.dimensions, self.conditions, base)
        require_searchable(self.decoding, self.dimensions, count=self.num_decodings, space=self.name)
        _require_valid_everywhere({**self.dimensions, **self.decoding}, self.conditions, base)
        require_stored_epochs(self.stored_epochs, self.dimensions, base)
        for point in self.starting_points:
            self._require_inside(point, base)
        if self.every_point:
            self.points()

    def _require_inside(self, point: Mapping[str, Value], base: Configuration) -> None:
        wanted = self.existing(point)
        same = set(point) == set(wanted)
        require(same, "a starting point", f"a value for each of {sorted(wanted)}", dict(point), "Complete it.")
        base.with_parameters(dict(point))
        for name, value in point.items():
            dimension = self.dimensions[name]
            rule = f"inside its dimension ({dimension.describe()})"
            require(dimension.holds(value), f"{name} of a starting point", rule, value, "Widen the dimension.")

    def existing(self, values: Mapping[str, Any]) -> list[str]:
        """Names of the dimensions that exist beside these values of the others, in the order declared."""
        return existing(self.dimensions, self.conditions, values)

    def points(self) -> tuple[dict[str, Value], ...]:
        """Every point of the space, each once; the last dimension changes fastest.

        Raises:
            InvalidValueError: when a dimension has no end of values.
        """
        return tuple(points(self.dimensions, self.conditions))

    def configuration(self, values: Mapping[str, Any]) -> Configuration:
        """The configuration with these values of the dimensions and everything else as fixed."""
        return Configuration.from_parameters({**self.fixed, **values})

    @property
    def counted_thresholds(self) -> tuple[float, ...]:
        """Apex thresholds at which every fold is counted: those that are tried and those that are stated, rising."""
        decoding = self.configuration({}).decoding
        return tuple(sorted({*self.apex_thresholds, *(getattr(decoding, name) for name in APEX_THRESHOLDS)}))

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
        if self.counted_thresholds != self.apex_thresholds or set(APEX_THRESHOLDS) & set(self.fixed):
            declared["counted_thresholds"] = list(self.counted_thresholds)
        if self.conditions:
            declared["conditions"] = {
                name: {"on": condition.on, "values": list(condition.values)}
                for name, condition in self.conditions.items()
            }
        return declared | ({"every_point": True} if self.every_point else {})


def _as_json(dimensions: Mapping[str, Dimension]) -> dict[str, Any]:
    return {
        name: {"kind": type(dimension).__name__, "ends": list(dimension.ends())}
        for name, dimension in dimensions.items()
    }


def _require_valid_everywhere(
    dimensions: Mapping[str, Dimension], conditions: Mapping[str, Condition], base: Configuration
) -> None:
    # No rule of `Configuration` joins more than two fields, so that all pairs of dimensions stand for all corners.
    corner = base.with_parameters({name: dimension.ends()[0] for name, dimension in dimensions.items()})
    for names in combinations(dimensions, min(2, len(dimensions))):
        for values in product(*(_telling_values(dimensions[name]) for name in names)):
            pair = dict(zip(names, values, strict=True))
            if not any(name in conditions and _excluded(conditions[name], pair) for name in names):
                corner.with_parameters(pair)


def _excluded(condition: Condition, values: Mapping[str, Value]) -> bool:
    return condition.on in values and not condition.holds(values)


def _telling_values(dimension: Dimension) -> tuple[Value, ...]:
    match dimension:
        case Integer(low, high) if low < high:
            # A neighbour of the low end, because some fields want odd numbers.
            return (low, low + 1, high)
        case _:
            return dimension.ends()
