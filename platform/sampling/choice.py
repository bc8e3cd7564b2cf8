"""The samplers by name, and what each of them can search."""

from enum import StrEnum

from search_spaces.dimensions import Choice
from search_spaces.vocabulary import Space
from spotformer_core.errors import InvalidValueError


class SamplerName(StrEnum):
    """How the next configuration is chosen."""

    TPE = "tpe"
    """Tree-structured Parzen estimator over all dimensions jointly; learns from dropped configurations too."""
    RANDOM = "random"
    GRID = "grid"
    """Every point of a space in which all values are listed, in order."""
    CMA_ES = "cma-es"
    """Evolution of a normal distribution over the numbers of the space; choices and conditional ones are random."""
    NSGA_II = "nsga-ii"
    """Genetic search with two objectives, F1 of macro- and of micro-expressions."""


def require_searchable(space: Space, sampler: SamplerName) -> None:
    """Raises InvalidValueError when the sampler can do nothing with the space."""
    if space.every_point and sampler is not SamplerName.GRID:
        raise InvalidValueError(
            f"every point of the space {space.name!r} is run, so that its sampler must be grid, got {sampler}. "
            "Leave --sampler out."
        )
    if sampler is SamplerName.GRID:
        space.points()
    if sampler is SamplerName.CMA_ES and len(numeric(space)) < 2:
        raise InvalidValueError(
            f"cma-es needs at least 2 numbers that vary, got {numeric(space)} in the space {space.name!r}. "
            "Use --sampler tpe."
        )


def numeric(space: Space) -> list[str]:
    """Names of the dimensions that are numbers between bounds and always exist."""
    return [
        name
        for name, dimension in space.dimensions.items()
        if not isinstance(dimension, Choice) and name not in space.conditions
    ]
