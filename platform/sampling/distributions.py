"""Our vocabulary of spaces in Optuna's words; bounds are inclusive in both."""

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

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
