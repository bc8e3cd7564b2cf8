"""Our vocabulary of spaces in Optuna's words; bounds are inclusive in both."""

from collections.abc import Mapping
from typing import Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import Trial

from search_spaces.vocabulary import Choice, Dimension, Float, Integer, LogFloat, Space


def to_distribution(dimension: Dimension) -> BaseDistribution:
    """The Optuna distribution that draws the values of `dimension`."""
    match dimension:
        case Float(low, high):
            return FloatDistribution(low, high)
        case LogFloat(low, high):
            return FloatDistribution(low, high, log=True)
        case Integer(low, high):
            return IntDistribution(low, high)
        case Choice(values):
            return CategoricalDistribution(values)


def to_distributions(space: Space) -> dict[str, BaseDistribution]:
    """The Optuna distribution of every dimension, by name."""
    return {name: to_distribution(dimension) for name, dimension in space.dimensions.items()}


def suggest(trial: Trial, space: Space, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the dimensions that exist beside each other, from the trial's sampler unless they are `given`.

    Dimensions without a condition come first, since the others depend on them.
    """
    values: dict[str, Any] = {}
    for name in sorted(space.dimensions, key=lambda name: name in space.conditions):
        if name in space.conditions and not space.conditions[name].holds(values):
            continue
        values[name] = given[name] if name in given else _suggested(trial, name, space.dimensions[name])
    return {name: values[name] for name in space.dimensions if name in values}


def _suggested(trial: Trial, name: str, dimension: Dimension) -> Any:
    match dimension:
        case Float(low, high):
            return trial.suggest_float(name, low, high)
        case LogFloat(low, high):
            return trial.suggest_float(name, low, high, log=True)
        case Integer(low, high):
            return trial.suggest_int(name, low, high)
        case Choice(values):
            return trial.suggest_categorical(name, values)
