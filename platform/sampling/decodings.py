"""Decodings to try on stored frame scores: drawn once and blindly, before anything is scored.

A sampler that learns would be told F1s of all subjects, and what it asks next would carry a held-out subject's scores
into the decoding that is chosen for it. Points that spread evenly need no scores and cover a small space better than
random ones.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import optuna
from optuna.samplers import QMCSampler, RandomSampler
from optuna.trial import create_trial

from platform.sampling.distributions import to_distribution
from search_spaces.vocabulary import Dimension

optuna.logging.set_verbosity(optuna.logging.WARNING)


def draw_decodings(dimensions: Mapping[str, Dimension], *, count: int, seed: int) -> list[dict[str, Any]]:
    """The candidates: first no change at all, then up to `count` different points of `dimensions`.

    Numbers are drawn from a scrambled Sobol sequence, choices at random. Equal arguments give equal candidates, and
    those of a smaller count come first in those of a larger one.
    """
    candidates: list[dict[str, Any]] = [{}]
    if not dimensions:
        return candidates
    distributions = {name: to_distribution(dimension) for name, dimension in dimensions.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = QMCSampler(
            qmc_type="sobol",
            scramble=True,
            seed=seed,
            independent_sampler=RandomSampler(seed=seed),
            warn_independent_sampling=False,
        )
        study = optuna.create_study(sampler=sampler)
    # The sampler learns from the first finished trial which dimensions there are; its value decides nothing.
    ends = {name: dimension.ends()[0] for name, dimension in dimensions.items()}
    study.add_trial(create_trial(params=ends, distributions=distributions, value=0.0))
    for _ in range(count):
        candidate = dict(study.ask(distributions).params)
        if candidate not in candidates:
            candidates.append(candidate)
    return candidates
