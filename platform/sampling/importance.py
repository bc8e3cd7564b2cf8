"""How much each dimension of a search mattered, by Optuna's evaluators.

PED-ANOVA asks which dimensions tell the best configurations from all others; it understands dimensions that exist only
beside certain values of another. fANOVA asks how much of the differences in F1 every dimension explains by itself; what
no single one explains is interaction. It needs dimensions that always exist.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import optuna
from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import Study
from optuna.trial import TrialState, create_trial

from platform.sampling.distributions import to_distribution
from platform.study.importance import Importance, Importances
from platform.study.outcomes import Outcome
from search_spaces.vocabulary import Dimension, Float, LogFloat
from spotformer_core.errors import InvalidValueError
from spotformer_core.shapes import Float as FloatArray

optuna.logging.set_verbosity(optuna.logging.WARNING)

FEWEST_CONFIGURATIONS = 10
"""Below it the best configurations and the others are too few to be told apart."""
_BEST_SHARE, _FEWEST_BEST = 0.1, 5
"""Optuna's usual share of the best, and how many its documentation wants among them."""
_NUM_RESAMPLES = 40
_TAIL = 0.05


def importances(dimensions: Mapping[str, Dimension], complete: Sequence[Outcome], *, seed: int = 0) -> Importances:
    """The importance of every dimension for `Outcome.value`; equal arguments give equal figures.

    Args:
        complete: outcomes with a value.

    Raises:
        InvalidValueError: when there are too few of them, all have one value, or nothing varies: then there is nothing
            to be told.
    """
    _require_tellable(dimensions, complete)
    best_share = max(_BEST_SHARE, _FEWEST_BEST / len(complete))
    shares = _shares(dimensions, complete, best_share=best_share)
    generator = np.random.default_rng(seed)
    draws = generator.integers(0, len(complete), (_NUM_RESAMPLES, len(complete)))
    resampled = np.array([_shares(dimensions, [complete[i] for i in draw], best_share=best_share) for draw in draws])
    low, high = np.quantile(resampled, [_TAIL, 1 - _TAIL], axis=0)
    explained = _explained(dimensions, complete, seed=seed)
    found = [
        Importance(
            name=name,
            share=float(shares[row]),
            low=float(low[row]),
            high=float(high[row]),
            explained=explained.get(name),
        )
        for row, name in enumerate(dimensions)
    ]
    additive = len(explained) == len(dimensions) > 1
    return Importances(
        dimensions=tuple(sorted(found, key=lambda one: (-one.share, one.name))),
        num_configurations=len(complete),
        num_best=round(best_share * len(complete)),
        interaction=max(0.0, 1 - sum(explained.values())) if additive else None,
    )


def _require_tellable(dimensions: Mapping[str, Dimension], complete: Sequence[Outcome]) -> None:
    if not dimensions:
        raise InvalidValueError(
            "importance needs something that varies, got a space without dimensions. Search another."
        )
    if len(complete) < FEWEST_CONFIGURATIONS:
        raise InvalidValueError(
            f"importance needs at least {FEWEST_CONFIGURATIONS} complete configurations, got {len(complete)}. "
            "Continue the search with more --configurations."
        )
    if len({one.value for one in complete}) == 1:
        raise InvalidValueError(
            f"importance needs configurations that score differently, got {len(complete)} with an F1 of "
            f"{complete[0].value:.4f}. Train longer, or search something else."
        )


def _shares(
    dimensions: Mapping[str, Dimension], complete: Sequence[Outcome], *, best_share: float
) -> FloatArray[np.ndarray, " dimensions"]:
    """The share of every dimension in the order declared; equal shares where nothing tells the best from the others."""
    varied = {name for one in complete for name in one.params}
    with warnings.catch_warnings():
        # Few configurations of a kind, or draws of which all are the best: the range over the draws says as much.
        warnings.simplefilter("ignore")
        found = get_param_importances(
            _as_study(dimensions, complete),
            evaluator=PedAnovaImportanceEvaluator(target_quantile=best_share),
            params=[name for name in dimensions if name in varied],
            normalize=False,
        )
    raw = np.array([found.get(name, 0.0) for name in dimensions])
    return np.asarray(raw / raw.sum() if raw.sum() > 0 else np.full(len(raw), 1 / len(raw)))


def _explained(dimensions: Mapping[str, Dimension], complete: Sequence[Outcome], *, seed: int) -> dict[str, float]:
    """Share of the variance of F1 by dimension, of those that every configuration has.

    Optuna's fANOVA averages over the plain values of a dimension. Over those of one that is searched by its logarithm
    nine tenths of all values lie in the highest decade, so it is given the logarithms.
    """
    always = [name for name in dimensions if all(name in one.params for one in complete)]
    if not always:
        return {}
    as_searched = {name: _linear(dimensions[name]) for name in always}
    points = [
        replace(one, params={name: _on_linear(dimensions[name], one.params[name]) for name in always})
        for one in complete
    ]
    with warnings.catch_warnings():
        # Optuna calls shares of the variance, rather than shares that sum to 1, experimental.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        found = get_param_importances(
            _as_study(as_searched, points),
            evaluator=FanovaImportanceEvaluator(seed=seed % 2**32),
            params=always,
            normalize=False,
        )
    return {name: float(found[name]) for name in always}


def _linear(dimension: Dimension) -> Dimension:
    """The dimension of the logarithms where it is searched by them."""
    return Float(math.log(dimension.low), math.log(dimension.high)) if isinstance(dimension, LogFloat) else dimension


def _on_linear(dimension: Dimension, value: Any) -> Any:
    if not isinstance(dimension, LogFloat):
        return value
    # Rounding must not carry a value at an end beyond it.
    return min(max(math.log(value), math.log(dimension.low)), math.log(dimension.high))


def _as_study(dimensions: Mapping[str, Dimension], complete: Sequence[Outcome]) -> Study:
    distributions = {name: to_distribution(dimension) for name, dimension in dimensions.items()}
    study = optuna.create_study(direction="maximize")
    study.add_trials(
        create_trial(
            state=TrialState.COMPLETE,
            params=one.params,
            distributions={name: distributions[name] for name in one.params},
            value=one.value,
        )
        for one in complete
    )
    return study
