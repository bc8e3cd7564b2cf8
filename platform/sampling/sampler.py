"""The next configuration, as a pure function of the study's seed and of what is known.

A new Optuna study is built for every question from the outcomes so far, which keeps Optuna a projection of the
journal: nothing of it needs to be saved, and a resumed search asks exactly what an undisturbed one would have asked.
Rebuilding costs milliseconds for hundreds of outcomes.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.samplers import TPESampler
from optuna.study import Study
from optuna.trial import TrialState, create_trial

from platform.sampling.distributions import to_distributions
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.vocabulary import Space

optuna.logging.set_verbosity(optuna.logging.WARNING)

NUM_RANDOM_CONFIGURATIONS = 5
"""Configurations drawn at random before the tree-structured Parzen estimator has something to learn from."""
_SEED_STRIDE = 1_000_003


_STATES = {
    OutcomeStatus.PENDING: TrialState.RUNNING,
    OutcomeStatus.COMPLETE: TrialState.COMPLETE,
    OutcomeStatus.FAILED: TrialState.FAIL,
}


def ask(space: Space, *, seed: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Values of every dimension of `space` for configuration number `len(outcomes)`.

    The space's starting points come first. Pending configurations are told to the sampler as such, so that
    neighbours in time do not ask for the same point.

    Args:
        outcomes: of all earlier configurations, in the order they were asked.
    """
    number = len(outcomes)
    if number < len(space.starting_points):
        return dict(space.starting_points[number])
    study = as_study(space, outcomes=outcomes, seed=seed)
    return dict(study.ask(to_distributions(space)).params)


def as_study(space: Space, *, outcomes: Sequence[Outcome], seed: int = 0) -> Study:
    """The outcomes as an Optuna study in memory; configuration number = trial number."""
    with warnings.catch_warnings():
        # multivariate and constant_liar are what facts of this Optuna recommend; their "experimental" notice is noise.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = TPESampler(
            seed=(seed * _SEED_STRIDE + len(outcomes)) % 2**32,
            n_startup_trials=NUM_RANDOM_CONFIGURATIONS,
            multivariate=True,
            constant_liar=True,
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = to_distributions(space)
    for outcome in outcomes:
        complete = outcome.status is OutcomeStatus.COMPLETE
        study.add_trial(
            create_trial(
                state=_STATES[outcome.status],
                params=outcome.params,
                distributions=distributions,
                value=outcome.value if complete else None,
            )
        )
    return study
