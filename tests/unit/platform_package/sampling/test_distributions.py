"""Our dimensions in Optuna's words: the bounds of both are values that are really drawn."""

import optuna
import pytest

from platform.sampling.distributions import to_distribution, to_distributions
from search_spaces.vocabulary import Choice, Float, Integer, LogFloat, Space


def drawn(dimension, num_draws=200):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [study.ask({"x": to_distribution(dimension)}).params["x"] for _ in range(num_draws)]


@pytest.mark.parametrize(
    ("dimension", "values"),
    [
        (Integer(1, 2), {1, 2}),
        (Integer(-1, 1), {-1, 0, 1}),
        (Integer(3, 3), {3}),
        (Choice((9, 13, 17)), {9, 13, 17}),
        (Choice(("natural",)), {"natural"}),
        (Float(0.5, 0.5), {0.5}),
        (LogFloat(0.01, 0.01), {0.01}),
    ],
    ids=str,
)
def test_every_value_of_a_finite_dimension_is_drawn_and_no_other(dimension, values):
    assert set(drawn(dimension)) == values


@pytest.mark.parametrize("dimension", [Float(-1.0, 3.0), LogFloat(1e-4, 1e-1)], ids=str)
def test_both_ends_of_a_continuous_dimension_are_values_of_it(dimension):
    distribution = to_distribution(dimension)

    for end in dimension.ends():
        assert distribution._contains(distribution.to_internal_repr(end))
    assert all(dimension.low <= value <= dimension.high for value in drawn(dimension))


def test_a_log_float_is_uniform_in_its_logarithm():
    values = drawn(LogFloat(1e-4, 1.0), num_draws=400)

    # Half of the decades lie below 0.01; uniform draws would put one in a hundred there.
    assert 160 < sum(value < 1e-2 for value in values) < 240


def test_distributions_carry_the_names_of_the_dimensions():
    space = Space(name="toy", description="", dimensions={"window": Choice((9, 11)), "dropout": Float(0.0, 0.5)})

    assert set(to_distributions(space)) == {"window", "dropout"}
