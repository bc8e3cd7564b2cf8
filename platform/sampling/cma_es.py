"""CMA-ES as a pure function of outcomes.

Optuna's own CMA-ES keeps its state in the trials that it asked for, so that a study rebuilt from a journal would start
anew with every question. Here the evolution is run again from the outcomes: every so many decided configurations, in
the order asked, are one generation, whatever asked for them.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from cmaes import CMA, get_warm_start_mgd

from platform.sampling.choice import numeric
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.dimensions import Dimension, Integer, LogFloat
from search_spaces.vocabulary import Space

_FIRST_SIGMA = 1 / 4
"""Of the unit cube: two standard deviations reach from its middle to its sides."""


_RANKED = (OutcomeStatus.COMPLETE, OutcomeStatus.DROPPED, OutcomeStatus.INFEASIBLE)


def evolved(
    space: Space, *, seed: int, number: int, outcomes: Sequence[Outcome], prior: Sequence[Outcome] = ()
) -> dict[str, Any]:
    """Values of the numeric dimensions of configuration `number`, drawn from the distribution that has evolved so far.

    A dropped configuration ranks behind every complete one of its generation, one that does not fit into memory behind
    these; failed and pending ones do not count.
    """
    names = numeric(space)
    dimensions = [space.dimensions[name] for name in names]
    evolution = _begun(names, dimensions, prior, seed=seed)
    told = [one for one in outcomes if one.status in _RANKED]
    size = evolution.population_size
    for start in range(0, len(told) - size + 1, size):
        generation = told[start : start + size]
        evolution.tell([(_to_unit(one, names, dimensions), _loss(one)) for one in generation])
    # Each question has draws of its own, so that an answer depends on no earlier question.
    evolution.reseed_rng((seed + number) % 2**32)
    return {
        name: _from_unit(dimension, value)
        for name, dimension, value in zip(names, dimensions, evolution.ask(), strict=True)
    }


def _begun(names: Sequence[str], dimensions: Sequence[Dimension], prior: Sequence[Outcome], *, seed: int) -> CMA:
    """The evolution before its first generation: around the best tenth of the prior, or all over the unit cube."""
    bounds = np.tile([0.0, 1.0], (len(names), 1))
    if not prior:
        return CMA(mean=np.full(len(names), 0.5), sigma=_FIRST_SIGMA, bounds=bounds, seed=seed)
    known = [(_to_unit(one, names, dimensions), _loss(one)) for one in prior]
    mean, sigma, cov = get_warm_start_mgd(known, gamma=max(0.1, 1 / len(known)))
    return CMA(mean=mean, sigma=sigma, bounds=bounds, seed=seed, cov=cov)


def _loss(outcome: Outcome) -> float:
    # F1 lies in [0, 1]: 1 is behind every complete one.
    if outcome.status is OutcomeStatus.COMPLETE:
        return -outcome.value
    return 1.0 if outcome.status is OutcomeStatus.DROPPED else 2.0


def _to_unit(outcome: Outcome, names: Sequence[str], dimensions: Sequence[Dimension]) -> np.ndarray:
    shares = []
    for name, dimension in zip(names, dimensions, strict=True):
        low, high = _bounds(dimension)
        value = _scaled(dimension, outcome.params[name])
        shares.append((value - low) / (high - low) if high > low else 0.5)
    return np.asarray(np.clip(shares, 0.0, 1.0), np.float64)


def _from_unit(dimension: Dimension, share: float) -> float | int:
    low, high = _bounds(dimension)
    value = low + min(max(float(share), 0.0), 1.0) * (high - low)
    if isinstance(dimension, Integer):
        # Half a step beyond both ends belongs to them, so that the ends are as likely as any other value.
        return min(max(round(value), dimension.low), dimension.high)
    if isinstance(dimension, LogFloat):
        return min(max(math.exp(value), dimension.low), dimension.high)
    return value


def _bounds(dimension: Dimension) -> tuple[float, float]:
    if isinstance(dimension, Integer):
        return dimension.low - 0.5, dimension.high + 0.5
    low, high = (_scaled(dimension, float(end)) for end in dimension.ends())
    return low, high


def _scaled(dimension: Dimension, value: float) -> float:
    return math.log(value) if isinstance(dimension, LogFloat) else float(value)
