"""Dimensions that exist only when another has certain values, and the points of a space that can be counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from search_spaces.dimensions import Choice, Dimension, Integer, Value
from spotformer_core.errors import InvalidValueError, did_you_mean, require


@dataclass(frozen=True, slots=True)
class Condition:
    """The dimension exists when the dimension called `on` has one of `values`."""

    on: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether the dimension exists beside these values of the others."""
        return self.on in values and values[self.on] in self.values

    def describe(self) -> str:
        """One line for people."""
        return f"when {self.on} is {' or '.join(str(value) for value in self.values)}"


def require_conditions(conditions: Mapping[str, Condition], dimensions: Mapping[str, Dimension]) -> None:
    """Raises InvalidValueError unless every condition joins a dimension to values of an unconditional choice."""
    for name, condition in conditions.items():
        for named in (name, condition.on):
            if named not in dimensions:
                raise InvalidValueError(
                    f"a condition must join two dimensions of its space, got {named!r}. "
                    f"{did_you_mean(named, dimensions)}"
                )
        parent = dimensions[condition.on]
        free_choice = isinstance(parent, Choice) and condition.on not in conditions
        repair = "Make it a Choice without a condition of its own."
        require(free_choice, f"the dimension on which {name} depends", "an unconditional Choice", condition.on, repair)
        known = isinstance(parent, Choice) and condition.values and set(condition.values) <= set(parent.values)
        rule = f"values of {condition.on} ({parent.describe()})"
        require(bool(known), f"the values under which {name} exists", rule, condition.values, "Name some of them.")


def existing(
    dimensions: Mapping[str, Dimension], conditions: Mapping[str, Condition], values: Mapping[str, Any]
) -> list[str]:
    """Names of the dimensions that exist beside `values`, in the order declared."""
    return [name for name in dimensions if name not in conditions or conditions[name].holds(values)]


def points(dimensions: Mapping[str, Dimension], conditions: Mapping[str, Condition]) -> Iterator[dict[str, Value]]:
    """Every point of a space, each once; the last dimension changes fastest.

    Raises:
        InvalidValueError: when a dimension has no end of values.
    """
    steps = [_countable(name, dimension) for name, dimension in dimensions.items()]
    seen: set[tuple[tuple[str, Value], ...]] = set()
    for values in product(*steps):
        whole = dict(zip(dimensions, values, strict=True))
        point = {name: whole[name] for name in existing(dimensions, conditions, whole)}
        key = tuple(point.items())
        if key not in seen:
            seen.add(key)
            yield point


def _countable(name: str, dimension: Dimension) -> tuple[Value, ...]:
    match dimension:
        case Choice(values):
            return values
        case Integer(low, high):
            return tuple(range(low, high + 1))
        case _:
            raise InvalidValueError(
                f"every dimension of a grid must be a Choice or an Integer, got {name} from {dimension.describe()}. "
                "List the values to be tried in a Choice."
            )
