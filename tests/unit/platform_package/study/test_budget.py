"""Whether one more fold fits into hours, GPU-hours and cost."""

import pytest

from platform.study.budget import Budget
from platform.study.records import FoldRecord, RunRecord
from platform.study.run_log import RunLog
from platform.study.spending import Spending
from platform.study.usage import Usage
from spotformer_core.errors import InvalidValueError

HOUR = 3600.0


@pytest.fixture
def log(clock):
    """The second run of a study."""
    return RunLog(lambda record: None, run=2, num_workers=2, clock=clock)


@pytest.fixture
def spending():
    """One fold of an hour on half a GPU, which an earlier run of two hours on one node finished."""
    spending = Spending()
    used = Usage(seconds=HOUR, num_gpus=0.5).as_dict()
    spending.apply(RunRecord(run=1, seconds=2 * HOUR, num_workers=2, node_seconds={"gpu": 2 * HOUR}, running=[]))
    spending.apply(
        FoldRecord(configuration="c0000", subject="a", seed=1, counts={}, final_loss=0.0, seconds={}, usage=used)
    )
    return spending


def start(log, attempt):
    log.started(attempt, configuration="c0000", subject=attempt, num_cpus=1.0, num_gpus=0.5)


def test_without_limits_everything_fits(spending, log, clock):
    clock.now = 1e9

    assert Budget().refusal(spending, log) is None


def test_hours_are_those_of_this_command_and_a_fold_must_end_within_them(spending, log, clock):
    budget = Budget(max_hours=4, seconds_before=HOUR)

    clock.now = 1.99 * HOUR
    assert budget.refusal(spending, log) is None
    clock.now = 2.01 * HOUR
    refusal = budget.refusal(spending, log)

    assert str(refusal) == "--max-hours 4 (3.01 have passed, a fold takes about 1)"
    assert budget.overdue(spending, log) == refusal


def test_while_no_fold_was_finished_folds_begin_until_the_limit_itself(log, clock):
    budget = Budget(max_hours=1)

    clock.now = 0.99 * HOUR
    assert budget.refusal(Spending(), log) is None
    clock.now = 1.01 * HOUR
    assert budget.refusal(Spending(), log).option == "--max-hours"


def test_gpu_hours_are_those_of_the_study_with_what_runs_and_waits(spending, log):
    # Half an hour is used, each further fold takes as much.
    assert Budget(max_gpu_hours=1.0).refusal(spending, log) is None
    assert Budget(max_gpu_hours=0.9).refusal(spending, log).reason == "0.5 are used, a fold takes about 0.5"

    start(log, "t0")

    assert Budget(max_gpu_hours=1.0).refusal(spending, log) is not None
    assert Budget(max_gpu_hours=1.5).refusal(spending, log) is None
    assert Budget(max_gpu_hours=1.5).refusal(spending, log, num_waiting=1) is not None
    assert Budget(max_gpu_hours=1.0).overdue(spending, log) is None


def test_a_fold_that_runs_longer_than_others_counts_with_its_own_time(spending, log, clock):
    start(log, "t0")
    clock.now = 3 * HOUR

    # 0.5 used, 1.5 running, 0.5 for the next one.
    assert Budget(max_gpu_hours=2.4).refusal(spending, log) is not None
    assert Budget(max_gpu_hours=2.6).refusal(spending, log) is None


def test_cost_counts_every_node_of_every_run_and_the_next_fold(spending, log, clock):
    prices = {"gpu": 3.0, "head": 1.0}
    log.saw_nodes({"gpu": 1, "head": 1})
    clock.now = HOUR

    # 6 by the earlier run, 4 by this one, and 4 while one more fold runs.
    assert Budget(max_cost=14.1, prices=prices).refusal(spending, log) is None
    refusal = Budget(max_cost=13.9, prices=prices).refusal(spending, log)

    assert str(refusal) == "--max-cost 13.9 (10 is spent, the cluster costs 4 an hour)"


def test_a_node_without_a_price_ends_a_search_that_must_not_cost_more(spending, log):
    log.saw_nodes({"gpu": 1, "big": 1})

    refusal = Budget(max_cost=100, prices={"gpu": 3.0}).refusal(spending, log)

    assert refusal.reason == "a node of type big has joined, which has no price"


def test_an_earlier_node_without_a_price_does_too(spending, log):
    log.saw_nodes({"head": 1})

    refusal = Budget(max_cost=100, prices={"head": 1.0}).refusal(spending, log)

    assert refusal.reason == "an earlier run used nodes of a type that has no price now"


def test_a_cost_is_known_only_with_a_price_for_every_node():
    budget = Budget(prices={"gpu": 3.0})

    assert budget.cost({"gpu": 1800.0}) == 1.5
    assert budget.cost({"gpu": 1800.0, "head": 1.0}) is None
    assert Budget().cost({"gpu": 1800.0}) is None


def test_a_cluster_must_be_priced_whole_when_it_is_priced():
    Budget().require_prices({"gpu": 1})
    Budget(prices={"gpu": 3.0}).require_prices({"gpu": 1})

    with pytest.raises(InvalidValueError, match=r"got none for head but for gpu\. Add --price head=PRICE"):
        Budget(prices={"gpu": 3.0}).require_prices({"gpu": 1, "head": 1})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"max_hours": 0.0}, "--max-hours must be above 0, got 0.0"),
        ({"max_hours": float("nan")}, "--max-hours must be above 0, got nan"),
        ({"max_gpu_hours": -1.0}, "--max-gpu-hours must be above 0, got -1.0"),
        ({"max_cost": float("inf"), "prices": {"a": 1.0}}, "--max-cost must be above 0, got inf"),
        ({"max_cost": 5.0}, "--max-cost must be given with prices, got 5.0"),
        ({"prices": {"gpu": -2.0}}, "the price of 'gpu' must be 0 or more, got -2.0"),
    ],
)
def test_limits_and_prices_that_mean_nothing_are_refused(fields, message):
    with pytest.raises(InvalidValueError, match=message):
        Budget(**fields)
