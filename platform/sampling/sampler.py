"""The next configuration, as a pure function of the study's seed and of what is known.

A new Optuna study is built for every question from the outcomes so far, which keeps Optuna a projection of the
journal: nothing of it needs to be saved, and a resumed search asks exactly what an undisturbed one would have asked.
Rebuilding costs milliseconds for hundreds of outcomes.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import optuna
from optuna.samplers import BaseSampler, NSGAIISampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, TrialState, create_trial

from platform.sampling.choice import SamplerName, require_searchable
from platform.sampling.cma_es import evolved
from platform.sampling.distributions import suggest, to_distributions
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.vocabulary import Space

optuna.logging.set_verbosity(optuna.logging.WARNING)

NUM_RANDOM_CONFIGURATIONS = 5
"""Configurations drawn at random before the tree-structured Parzen estimator has something to learn from."""
POPULATION = 10
"""Configurations of one generation of NSGA-II: a fifth of Optuna's, since a configuration costs many trainings."""
_SEED_STRIDE = 1_000_003
_GENERATION = "NSGAIISampler:generation"
"""Where Optuna's NSGA-II notes the generation of a trial; without it, it takes a rebuilt study for a new one."""

_STATES = {
    OutcomeStatus.PENDING: TrialState.RUNNING,
    OutcomeStatus.COMPLETE: TrialState.COMPLETE,
    OutcomeStatus.DROPPED: TrialState.PRUNED,
    OutcomeStatus.FAILED: TrialState.FAIL,
    OutcomeStatus.INFEASIBLE: TrialState.PRUNED,
}
_MEMORY = "memory"
"""The constraint that a configuration breaks which does not fit: samplers forget failed trials, and learn from this."""


def ask(
    space: Space,
    *,
    seed: int,
    outcomes: Sequence[Outcome],
    sampler: SamplerName = SamplerName.TPE,
    prior: Sequence[Outcome] = (),
) -> dict[str, Any]:
    """Values of the dimensions of `space` for configuration number `len(outcomes)`.

    The space's starting points come first. Pending configurations are told to the sampler as such, so that
    neighbours in time do not ask for the same point.

    Args:
        outcomes: of all earlier configurations, in the order they were asked.
        prior: of other studies on the same data, known before the first question.

    Raises:
        InvalidValueError: when the sampler can do nothing with the space, or a grid has no more points.
    """
    require_searchable(space, sampler)
    number = len(outcomes)
    if sampler is SamplerName.GRID:
        return space.points()[number]
    if number < len(space.starting_points):
        return dict(space.starting_points[number])
    study = as_study(space, outcomes=outcomes, seed=seed, sampler=sampler, prior=prior)
    given: dict[str, Any] = {}
    if sampler is SamplerName.CMA_ES:
        given = evolved(space, seed=seed % 2**32, number=len(prior) + number, outcomes=outcomes, prior=prior)
    return suggest(study.ask(), space, given)


def as_study(
    space: Space,
    *,
    outcomes: Sequence[Outcome],
    seed: int = 0,
    sampler: SamplerName = SamplerName.TPE,
    prior: Sequence[Outcome] = (),
) -> Study:
    """The outcomes as an Optuna study in memory; without a prior, configuration number = trial number."""
    two = sampler is SamplerName.NSGA_II
    # Studies that know each other have one seed: without the prior in it, the same random draws would come again.
    number = len(prior) + len(outcomes)
    study = optuna.create_study(
        directions=["maximize"] * (2 if two else 1),
        sampler=_optuna_sampler(sampler, seed=(seed * _SEED_STRIDE + number) % 2**32, space=space),
    )
    distributions = to_distributions(space)
    num_complete = 0
    for outcome in (*prior, *outcomes):
        study.add_trial(_as_trial(outcome, distributions, two_objectives=two, generation=num_complete // POPULATION))
        num_complete += outcome.status is OutcomeStatus.COMPLETE
    return study


def _optuna_sampler(sampler: SamplerName, *, seed: int, space: Space) -> BaseSampler:
    if sampler is SamplerName.NSGA_II:
        return NSGAIISampler(population_size=POPULATION, seed=seed)
    if sampler is not SamplerName.TPE:
        return RandomSampler(seed=seed)
    with warnings.catch_warnings():
        # Optuna calls these options experimental; they are the ones that parallel and conditional searches need.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return TPESampler(
            seed=seed,
            n_startup_trials=NUM_RANDOM_CONFIGURATIONS,
            multivariate=True,
            group=bool(space.conditions),
            constant_liar=True,
        )


def _as_trial(outcome: Outcome, distributions: dict[str, Any], *, two_objectives: bool, generation: int) -> FrozenTrial:
    values = list(outcome.by_kind) if two_objectives else [outcome.value]
    constraints = {_MEMORY: 1.0} if outcome.status is OutcomeStatus.INFEASIBLE else None
    return create_trial(
        state=_STATES[outcome.status],
        params=outcome.params,
        distributions={name: distributions[name] for name in outcome.params},
        # A dropped configuration has no value: what it scored on some subjects is another figure.
        values=values if outcome.status is OutcomeStatus.COMPLETE else None,
        system_attrs={_GENERATION: generation} if two_objectives else None,
        constraints=constraints,
    )
