"""The options that limit a search, and what it says when a limit ended it."""

import pytest

import platform.search
from platform.stages.budgeting import budget_line, stopped_by_budget
from platform.study.budget import Budget, Limit
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.records import FoldRecord, StudyRecord
from spotformer_core.errors import InvalidValueError


def budget_of(*words):
    return platform.search.search_options(platform.search.parser().parse_args(words)).budget


def test_without_options_there_is_no_limit():
    assert budget_of() == Budget()
    assert budget_line(Budget()) == ""


def test_limits_and_prices_go_from_the_command_line_to_the_budget(tmp_path):
    file = tmp_path / "prices.yaml"
    file.write_text("gpu_spot: 0.6\nlocal: 1\n")

    budget = budget_of("--max-hours", "2.5", "--max-cost", "30", "--prices", str(file), "--price", "local=0.1")

    assert budget == Budget(max_hours=2.5, max_cost=30.0, prices={"gpu_spot": 0.6, "local": 0.1})
    assert budget_line(budget) == "budget: at most 2.5 hours of this command, 30 of cost of the study"


def test_a_type_of_node_may_have_an_equals_sign_in_its_name():
    assert budget_of("--price", "pool=a=0.5").prices == {"pool=a": 0.5}


def test_gpu_hours_are_counted_where_folds_hold_gpus():
    assert budget_of("--max-gpu-hours", "5", "--gpus-per-fold", "0.5").max_gpu_hours == 5.0

    assert budget_of("--max-gpu-hours", "5").max_gpu_hours == 5.0

    with pytest.raises(
        InvalidValueError, match=r"--gpus-per-fold must be auto, or above 0 with --max-gpu-hours, got 0"
    ):
        budget_of("--max-gpu-hours", "5", "--gpus-per-fold", "0")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--price", "local"], "--price must be TYPE=PRICE, got 'local'"),
        (["--price", "=3"], "--price must be TYPE=PRICE, got '=3'"),
        (["--price", "local=cheap"], "a price must be a number, got 'local=cheap'"),
        (["--price", "local=-1"], "the price of 'local' must be 0 or more, got -1.0"),
        (["--max-hours", "0"], "--max-hours must be above 0, got 0.0"),
        (["--max-cost", "3"], "--max-cost must be given with prices, got 3.0. Add --prices FILE"),
        (["--prices", "nowhere.yaml"], "--prices must be a file that can be read, got nowhere.yaml: No such file"),
    ],
)
def test_what_means_nothing_is_refused_with_its_rule(words, message):
    with pytest.raises(InvalidValueError, match=message):
        budget_of(*words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- local", "--prices must hold prices by type of node, got \\['local'\\]"),
        ("", "--prices must hold prices by type of node, got None"),
        ("{local: ", "--prices must be a YAML file"),
        ("local: [1]", "a price must be a number, got 'local: \\[1\\]'"),
    ],
)
def test_a_file_without_prices_is_refused_with_its_rule(tmp_path, text, message):
    file = tmp_path / "prices.yaml"
    file.write_text(text)

    with pytest.raises(InvalidValueError, match=message):
        budget_of("--prices", str(file))


def test_what_is_left_and_how_to_go_on_is_said(tmp_path):
    study = StudyRecord(
        dataset="toy",
        dataset_digest="00ff",
        space={"apex_thresholds": [0.5]},
        seed=7,
        scheduling="reproducible",
        lag=1,
        subjects=["b", "a"],
        extraction={},
        versions={},
    )
    with Journal(tmp_path / "journal.jsonl") as journal:
        plan = Plan(open_study(journal, study), journal, lambda outcomes: {"window": 9}, num_configurations=3)
        for _ in range(3):
            order = plan.next()
            plan.complete(
                FoldRecord(
                    configuration=order.configuration,
                    subject=order.subject,
                    seed=1,
                    counts={"macro": [[1, 0, 0]], "micro": [[0, 0, 0]]},
                    final_loss=0.0,
                    seconds={},
                    usage={"seconds": 1800.0},
                )
            )

        told = stopped_by_budget(plan, Limit("--max-hours", 2.0, "1.9 have passed"))

    assert told == (
        "the search stopped at --max-hours 2 (1.9 have passed): 1 of 3 configurations are decided, "
        "at most 3 folds are left, about 1.5 worker-hours. "
        "Everything that was finished is kept; the same command with more of --max-hours continues."
    )
