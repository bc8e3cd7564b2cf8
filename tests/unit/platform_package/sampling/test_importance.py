"""Importance by Optuna's evaluators: what decides comes first, and what cannot be told is said."""

import numpy as np
import pytest

from platform.sampling.importance import FEWEST_CONFIGURATIONS, importances
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.vocabulary import Choice, Float, LogFloat
from spotformer_core.errors import InvalidValueError

DIMENSIONS = {"learning_rate": LogFloat(1e-4, 1e-2), "dropout": Float(0.0, 0.5), "window": Choice((9, 13, 17))}


def outcomes(score, number=40):
    generator = np.random.default_rng(1)
    made = []
    for _ in range(number):
        params = {
            "learning_rate": float(10 ** generator.uniform(-4, -2)),
            "dropout": float(generator.uniform(0, 0.5)),
            "window": int(generator.choice([9, 13, 17])),
        }
        made.append(Outcome(params=params, status=OutcomeStatus.COMPLETE, value=score(params)))
    return made


def by_the_rate(params):
    return 0.5 - 0.1 * abs(np.log10(params["learning_rate"]) + 3)


def by_both_together(params):
    """High where exactly one of the two is high: neither alone says anything."""
    return 0.6 if (params["learning_rate"] > 1e-3) != (params["dropout"] > 0.25) else 0.3


def test_the_dimension_that_decides_has_the_largest_share_and_explains_most():
    found = importances(DIMENSIONS, outcomes(by_the_rate))

    first = found.dimensions[0]
    assert first.name == "learning_rate"
    assert first.share > 0.6
    assert first.low <= first.share <= first.high
    assert first.explained > 0.7
    assert sum(one.share for one in found.dimensions) == pytest.approx(1)
    assert (found.num_configurations, found.num_best) == (40, 5)


def test_what_two_dimensions_do_together_is_interaction():
    alone = importances(DIMENSIONS, outcomes(by_the_rate, 80)).interaction
    together = importances(DIMENSIONS, outcomes(by_both_together, 80)).interaction

    assert alone < 0.25
    assert together > 0.5


def test_equal_arguments_give_equal_figures():
    assert importances(DIMENSIONS, outcomes(by_the_rate), seed=3) == importances(
        DIMENSIONS, outcomes(by_the_rate), seed=3
    )


def test_a_dimension_that_is_not_always_there_is_told_by_ped_anova_alone():
    made = outcomes(by_the_rate)
    for number, one in enumerate(made):
        if number % 2:
            del one.params["dropout"]

    found = importances(DIMENSIONS, made)

    assert {one.name: one.explained is None for one in found.dimensions} == {
        "learning_rate": False,
        "dropout": True,
        "window": False,
    }
    assert found.interaction is None


def test_a_dimension_that_no_complete_configuration_has_is_worth_nothing():
    made = outcomes(by_the_rate)
    for one in made:
        del one.params["dropout"]

    found = {one.name: one for one in importances(DIMENSIONS, made).dimensions}

    assert found["dropout"].share == 0


@pytest.mark.parametrize(
    ("dimensions", "complete", "rule"),
    [
        (DIMENSIONS, outcomes(by_the_rate, FEWEST_CONFIGURATIONS - 1), "at least 10 complete configurations, got 9"),
        (DIMENSIONS, outcomes(lambda _: 0.25), "score differently, got 40 with an F1 of 0.2500"),
        ({}, outcomes(by_the_rate), "something that varies"),
    ],
    ids=["too few", "all alike", "nothing varies"],
)
def test_what_cannot_be_told_is_said(dimensions, complete, rule):
    with pytest.raises(InvalidValueError, match=rule):
        importances(dimensions, complete)
