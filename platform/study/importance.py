"""How much each dimension of a search mattered, as plain values; `platform.sampling` computes them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Importance:
    """What one dimension was worth.

    Attributes:
        share: of what tells the best configurations from all; the shares of all dimensions sum to 1.
        low, high: between these lie 90 % of the shares when the configurations are drawn anew, with replacement.
        explained: share of the variance of F1 that the dimension explains by itself; None for one that does not always
            exist.
    """

    name: str
    share: float
    low: float
    high: float
    explained: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Importances:
    """All dimensions, the most important first.

    Attributes:
        num_best: configurations that counted as the best ones.
        interaction: share of the variance of F1 that no dimension explains by itself; None where a dimension does not
            always exist or only one varies.
    """

    dimensions: tuple[Importance, ...]
    num_configurations: int
    num_best: int
    interaction: float | None
