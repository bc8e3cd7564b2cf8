"""A space from plain values, as YAML or JSON gives them. docs/spaces.md shows the form."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from search_spaces.conditions import Condition
from search_spaces.dimensions import Choice, Dimension, Float, Integer, LogFloat
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError, did_you_mean

_KINDS: dict[str, Callable[[Sequence[Any]], Dimension]] = {
    "choice": lambda values: Choice(tuple(values)),
    "float": lambda ends: Float(*ends),
    "log_float": lambda ends: LogFloat(*ends),
    "integer": lambda ends: Integer(*ends),
}
_CONDITION = "when"
_ENTRIES = (
    "name",
    "description",
    "fixed",
    "dimensions",
    "starting_points",
    "apex_thresholds",
    "convention",
    "every_point",
)
_EXPONENT = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")


def declared_space(values: object, *, name: str) -> Space:
    """The space that `values` declare.

    Args:
        name: of a space that does not name itself.

    Raises:
        InvalidValueError: when the values do not have the form, or the space that they declare breaks a rule.
    """
    entries = _mapping(_with_numbers(values), "a declared space")
    for entry in entries:
        if entry not in _ENTRIES:
            raise InvalidValueError(
                f"an entry of a declared space must be a known one, got {entry!r}. {did_you_mean(str(entry), _ENTRIES)}"
            )
    declared = _mapping(entries.get("dimensions", {}), "the entry dimensions")
    given = {key: entries[key] for key in ("fixed", "convention", "every_point") if key in entries}
    if "apex_thresholds" in entries:
        given["apex_thresholds"] = tuple(_sequence(entries["apex_thresholds"], "the entry apex_thresholds"))
    points = _sequence(entries.get("starting_points", ()), "the entry starting_points")
    return Space(
        name=str(entries.get("name", name)),
        description=str(entries.get("description", "a space of one's own")),
        dimensions={field: _dimension(field, value) for field, value in declared.items()},
        conditions={field: _condition(field, value) for field, value in declared.items() if _CONDITION in value},
        starting_points=tuple(_mapping(point, "a starting point") for point in points),
        **given,
    )


def _dimension(field: str, value: object) -> Dimension:
    entries = {key: one for key, one in _mapping(value, f"the dimension {field}").items() if key != _CONDITION}
    if len(entries) != 1 or next(iter(entries)) not in _KINDS:
        wrong = next((key for key in entries if key not in _KINDS), "")
        raise InvalidValueError(
            f"a dimension must have one of the kinds {', '.join(_KINDS)}, got {entries!r} for {field}. "
            f"{did_you_mean(str(wrong), _KINDS)}"
        )
    kind, ends = next(iter(entries.items()))
    ends = _sequence(ends, f"the values of {field}")
    if kind != "choice" and (len(ends) != 2 or any(isinstance(end, str | bool) for end in ends)):
        raise InvalidValueError(
            f"a dimension of the kind {kind} must have two numbers, the smallest and the largest value, "
            f"got {list(ends)!r} for {field}. Write it as {kind}: [1, 2]."
        )
    return _KINDS[kind](ends)


def _condition(field: str, value: Mapping[str, Any]) -> Condition:
    when = _mapping(value[_CONDITION], f"the condition of {field}")
    if len(when) != 1:
        raise InvalidValueError(
            f"a condition must name one dimension and a list of its values, got {dict(when)!r} for {field}. "
            "Write it as when: {learning_rate_schedule: [exponential]}."
        )
    on, values = next(iter(when.items()))
    return Condition(str(on), tuple(_sequence(values, f"the condition of {field}")))


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValueError(f"{what} must be a mapping of names to values, got {value!r}. Write it as name: value.")
    return value


def _sequence(value: object, what: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidValueError(f"{what} must be a list, got {value!r}. Write it as [first, second].")
    return value


def _with_numbers(value: object) -> object:
    """The values with `1e-4` as a number: YAML 1.1 takes it for text because it has no point."""
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _with_numbers(one) for key, one in value.items()}
    return [_with_numbers(one) for one in value] if isinstance(value, list) else value
