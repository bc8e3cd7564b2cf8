"""Asking for the next configuration: a pure function of the seed and of what is known."""

import json
import subprocess
import sys

import pytest
from optuna.trial import TrialState

from platform.sampling.sampler import NUM_RANDOM_CONFIGURATIONS, as_study, ask
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.named import named_space
from search_spaces.vocabulary import Choice, Integer, LogFloat, Space

SPACE = Space(
    name="toy",
    description="",
    dimensions={
        "learning_rate": LogFloat(1e-4, 1e-2),
        "batch_size": Integer(2, 64),
        "class_balance": Choice(("natural", "balanced")),
    },
)
POINT = {"learning_rate": 1e-3, "batch_size": 8, "class_balance": "natural"}


def complete(params, value):
    return Outcome(params=params, status=OutcomeStatus.COMPLETE, value=value)


def searched(num_configurations, *, seed, status=OutcomeStatus.COMPLETE):
    """Outcomes of a search for the learning rate nearest to 0.003."""
    outcomes = []
    for _ in range(num_configurations):
        params = ask(SPACE, seed=seed, outcomes=outcomes)
        outcomes.append(Outcome(params=params, status=status, value=-abs(params["learning_rate"] - 3e-3)))
    return outcomes


@pytest.mark.parametrize("known", [0, 3, NUM_RANDOM_CONFIGURATIONS + 4])
def test_the_same_question_has_the_same_answer(known):
    outcomes = searched(known, seed=1)

    assert ask(SPACE, seed=1, outcomes=outcomes) == ask(SPACE, seed=1, outcomes=list(outcomes))


def test_the_answer_is_the_same_in_another_process():
    outcomes = searched(NUM_RANDOM_CONFIGURATIONS + 2, seed=5)
    plain = [[outcome.params, outcome.value] for outcome in outcomes]
    script = """
import json, sys
from platform.sampling.sampler import ask
from platform.study.outcomes import Outcome, OutcomeStatus
from search_spaces.vocabulary import Choice, Integer, LogFloat, Space
space = Space(name="toy", description="", dimensions={
    "learning_rate": LogFloat(1e-4, 1e-2),
    "batch_size": Integer(2, 64),
    "class_balance": Choice(("natural", "balanced")),
})
outcomes = [Outcome(params=p, status=OutcomeStatus.COMPLETE, value=v) for p, v in json.loads(sys.argv[1])]
print(json.dumps(ask(space, seed=5, outcomes=outcomes)))
"""

    other = subprocess.run(
        [sys.executable, "-c", script, json.dumps(plain)], capture_output=True, text=True, timeout=100, check=True
    )

    assert json.loads(other.stdout) == ask(SPACE, seed=5, outcomes=outcomes)


def test_different_seeds_and_different_numbers_ask_for_different_points():
    rates = {ask(SPACE, seed=seed, outcomes=())["learning_rate"] for seed in range(8)}
    rates |= {outcome.params["learning_rate"] for outcome in searched(8, seed=0)[1:]}

    assert len(rates) == 15


def test_starting_points_come_first_and_are_copies():
    space = Space(name="toy", description="", dimensions=SPACE.dimensions, starting_points=(POINT, POINT))

    first = ask(space, seed=0, outcomes=())
    first["batch_size"] = 99

    assert ask(space, seed=0, outcomes=[complete(POINT, 0.1)]) == POINT
    assert ask(space, seed=0, outcomes=[complete(POINT, 0.1)] * 2) != POINT


def test_a_space_in_which_nothing_varies_gives_an_empty_configuration():
    assert ask(named_space("published"), seed=0, outcomes=()) == {}


@pytest.mark.parametrize("name", ["demo", "smoke"])
def test_every_answer_is_a_valid_configuration_of_its_space(name):
    space = named_space(name)
    outcomes = []
    for number in range(10):
        params = json.loads(json.dumps(ask(space, seed=2, outcomes=outcomes)))
        assert space.configuration(params).parameters().items() >= params.items()
        outcomes.append(complete(params, number / 10))


def test_outcomes_are_told_as_trials_of_the_same_number_and_a_state_of_their_own():
    outcomes = [
        Outcome(params=POINT, status=OutcomeStatus.FAILED),
        Outcome(params=POINT | {"batch_size": 16}, status=OutcomeStatus.PENDING),
        complete(POINT | {"batch_size": 32}, 0.25),
    ]

    trials = as_study(SPACE, outcomes=outcomes).trials

    assert [trial.number for trial in trials] == [0, 1, 2]
    assert [trial.state for trial in trials] == [TrialState.FAIL, TrialState.RUNNING, TrialState.COMPLETE]
    assert [trial.values for trial in trials] == [None, None, [0.25]]
    assert [trial.params["batch_size"] for trial in trials] == [8, 16, 32]


def test_values_steer_the_search_towards_the_better_half():
    late = [outcome.params["learning_rate"] for outcome in searched(30, seed=0)[20:]]

    # A third of blind draws would fall between 1.4e-3 and 6.5e-3.
    assert sum(1.4e-3 < rate < 6.5e-3 for rate in late) >= 7
