"""Every sampler by name: bounds are really drawn, answers are pure, outcomes steer, dropped ones are never complete."""

import statistics

import pytest
from optuna.trial import TrialState

from platform.sampling.choice import SamplerName, numeric, require_searchable
from platform.sampling.sampler import POPULATION, as_study, ask
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.named import named_space
from search_spaces.vocabulary import Choice, Condition, Float, Integer, LogFloat, Space
from spotformer_core.errors import InvalidValueError

DRAWING = [SamplerName.TPE, SamplerName.RANDOM, SamplerName.CMA_ES, SamplerName.NSGA_II]
SPACE = Space(
    name="toy",
    description="",
    dimensions={
        "learning_rate": LogFloat(1e-4, 1e-2),
        "num_epochs": Integer(1, 3),
        "dropout": Float(0.0, 0.5),
        "learning_rate_schedule": Choice(("constant", "exponential")),
        "learning_rate_decay": Float(0.9, 0.99),
    },
    conditions={"learning_rate_decay": Condition("learning_rate_schedule", ("exponential",))},
)


def outcome(params, value, status=OutcomeStatus.COMPLETE):
    return Outcome(params=params, status=status, value=value, by_kind=(value, value))


def searched(sampler, num_configurations, *, worth, seed=0, space=SPACE):
    outcomes = []
    for _ in range(num_configurations):
        params = ask(space, seed=seed, outcomes=outcomes, sampler=sampler)
        outcomes.append(outcome(params, worth(params)))
    return outcomes


def flat(params):
    return 0.5


def nearer_to_the_corner(params):
    return 1 - params["dropout"] - (3 - params["num_epochs"]) / 10


@pytest.mark.parametrize("sampler", DRAWING)
def test_values_lie_inside_their_dimensions_and_exist_under_their_conditions(sampler):
    for one in searched(sampler, 25, worth=nearer_to_the_corner, seed=3):
        assert list(one.params) == SPACE.existing(one.params)
        assert all(SPACE.dimensions[name].holds(value) for name, value in one.params.items())
        SPACE.configuration(one.params)


@pytest.mark.parametrize("sampler", DRAWING)
def test_both_ends_of_whole_numbers_and_every_choice_are_drawn(sampler):
    outcomes = searched(sampler, 40, worth=flat)

    assert {one.params["num_epochs"] for one in outcomes} == {1, 2, 3}
    assert {one.params["learning_rate_schedule"] for one in outcomes} == {"constant", "exponential"}
    assert {"learning_rate_decay" in one.params for one in outcomes} == {True, False}


@pytest.mark.parametrize("sampler", DRAWING)
@pytest.mark.parametrize("dimension", [Float(0.25, 0.25), LogFloat(0.25, 0.25)], ids=str)
def test_bounds_that_meet_are_drawn_and_nothing_else(sampler, dimension):
    dimensions = {"dropout": dimension, "learning_rate": LogFloat(1e-4, 1e-2), "num_epochs": Integer(2, 2)}
    space = Space(name="toy", description="", dimensions=dimensions)

    params = ask(space, seed=0, outcomes=(), sampler=sampler)

    assert (params["dropout"], params["num_epochs"]) == (pytest.approx(0.25, rel=1e-12), 2)
    assert space.dimensions["dropout"].holds(params["dropout"])


@pytest.mark.parametrize("sampler", [SamplerName.CMA_ES])
def test_values_at_the_bounds_of_floats_are_kept_by_evolution(sampler):
    corners = [
        {"learning_rate": rate, "num_epochs": epochs, "dropout": dropout, "learning_rate_schedule": "constant"}
        for rate, epochs, dropout in ((1e-4, 1, 0.0), (1e-2, 3, 0.5))
    ]

    params = ask(SPACE, seed=0, outcomes=[outcome(corners[number % 2], 0.1) for number in range(20)], sampler=sampler)

    assert all(SPACE.dimensions[name].holds(value) for name, value in params.items())


@pytest.mark.parametrize("sampler", DRAWING)
def test_the_same_question_has_the_same_answer_and_another_seed_another(sampler):
    outcomes = searched(sampler, 2 * POPULATION + 3, worth=nearer_to_the_corner, seed=1)

    answers = [ask(SPACE, seed=seed, outcomes=list(outcomes), sampler=sampler) for seed in (1, 1, 2)]

    assert answers[0] == answers[1] != answers[2]


@pytest.mark.parametrize("sampler", [SamplerName.TPE, SamplerName.CMA_ES, SamplerName.NSGA_II])
def test_outcomes_steer_the_search_and_those_of_chance_do_not(sampler):
    late = searched(sampler, 80, worth=nearer_to_the_corner, seed=5)[50:]
    blind = searched(SamplerName.RANDOM, 80, worth=nearer_to_the_corner, seed=5)[50:]

    # Uniform draws have a mean of 0.25 with a standard error of 0.026.
    assert statistics.mean(one.params["dropout"] for one in late) < 0.17
    assert statistics.mean(one.params["dropout"] for one in blind) > 0.19


@pytest.mark.parametrize("sampler", DRAWING)
def test_a_dropped_configuration_is_told_as_pruned_without_a_value(sampler):
    point = ask(SPACE, seed=0, outcomes=())
    outcomes = [
        outcome(point, 0.4),
        outcome(point, 0.0, OutcomeStatus.DROPPED),
        outcome(point, 0.0, OutcomeStatus.FAILED),
        outcome(point, 0.0, OutcomeStatus.INFEASIBLE),
    ]

    trials = as_study(SPACE, outcomes=outcomes, sampler=sampler).trials

    assert [trial.state for trial in trials] == [
        TrialState.COMPLETE,
        TrialState.PRUNED,
        TrialState.FAIL,
        TrialState.PRUNED,
    ]
    assert [trial.values is None for trial in trials] == [False, True, True, True]
    assert [trial.constraints for trial in trials] == [{}, {}, {}, {"memory": 1.0}]
    assert len(trials[0].values) == (2 if sampler is SamplerName.NSGA_II else 1)


@pytest.mark.parametrize("sampler", [SamplerName.TPE, SamplerName.CMA_ES])
@pytest.mark.parametrize("status", [OutcomeStatus.DROPPED, OutcomeStatus.INFEASIBLE])
def test_dropped_configurations_repel_and_so_do_those_that_do_not_fit(sampler, status):
    outcomes = []
    for _ in range(60):
        params = ask(SPACE, seed=2, outcomes=outcomes, sampler=sampler)
        bad = params["dropout"] > 0.25
        outcomes.append(outcome(params, 0.5, status if bad else OutcomeStatus.COMPLETE))

    # Half of uniform draws would be dropped.
    assert sum(one.status is status for one in outcomes[30:]) <= 9


@pytest.mark.parametrize("sampler", [SamplerName.TPE, SamplerName.CMA_ES, SamplerName.NSGA_II])
def test_what_other_studies_found_steers_from_the_start(sampler):
    prior = searched(SamplerName.RANDOM, 60, worth=nearer_to_the_corner, seed=8)

    first = [ask(SPACE, seed=seed, outcomes=(), sampler=sampler, prior=prior)["dropout"] for seed in range(20)]

    assert statistics.mean(first) < 0.2


def test_two_objectives_keep_what_is_best_at_either():
    def by_kind(params):
        return (params["dropout"] * 2, 1 - params["dropout"] * 2)

    outcomes = []
    for _ in range(10 * POPULATION):
        params = ask(SPACE, seed=4, outcomes=outcomes, sampler=SamplerName.NSGA_II)
        # What is best at either is bad overall, and so are many epochs at both.
        macro, micro = (value / params["num_epochs"] for value in by_kind(params))
        outcomes.append(Outcome(params=params, status=OutcomeStatus.COMPLETE, value=0.0, by_kind=(macro, micro)))

    late = outcomes[6 * POPULATION :]
    assert statistics.mean(one.params["num_epochs"] for one in late) < 1.5
    assert min(one.params["dropout"] for one in late) < 0.1 < 0.4 < max(one.params["dropout"] for one in late)


def test_a_grid_runs_every_point_in_order_and_knows_when_it_ends():
    space = named_space("table3")

    outcomes = []
    for _ in range(4):
        outcomes.append(outcome(ask(space, seed=9, outcomes=outcomes, sampler=SamplerName.GRID), 0.1))

    assert tuple(one.params for one in outcomes) == space.points()


@pytest.mark.parametrize(
    ("space", "sampler", "message"),
    [
        (named_space("table4"), SamplerName.TPE, r"every point of the space 'table4' is run, .* must be grid, got tpe"),
        (
            named_space("demo"),
            SamplerName.GRID,
            r"must be a Choice or an Integer, got contrastive_lambda from 0.001 to",
        ),
        (
            Space(name="toy", description="", dimensions={"dropout": Float(0, 0.5), "window": Choice((9, 11))}),
            SamplerName.CMA_ES,
            r"cma-es needs at least 2 numbers that vary, got \['dropout'\] in the space 'toy'. Use --sampler tpe",
        ),
    ],
    ids=["table", "grid", "cma-es"],
)
def test_a_sampler_that_can_do_nothing_with_a_space_is_refused(space, sampler, message):
    with pytest.raises(InvalidValueError, match=message):
        require_searchable(space, sampler)


def test_evolution_takes_the_numbers_that_always_exist():
    assert numeric(SPACE) == ["learning_rate", "num_epochs", "dropout"]


@pytest.mark.parametrize("sampler", DRAWING)
def test_a_study_does_not_draw_again_what_its_prior_drew_with_the_same_seed(sampler):
    prior = searched(sampler, 4, worth=flat, seed=6)

    mine = ask(SPACE, seed=6, outcomes=(), sampler=sampler, prior=prior)

    assert mine not in [one.params for one in prior]
