"""The options that limit what a search may use, and what is said when a limit ended it."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from platform.study.budget import Budget, Limit
from platform.study.planning import Plan
from platform.study.state import ConfigurationStatus
from spotformer_core.errors import InvalidValueError, require

_REPAIR = "Write one `type: price` per line, for instance `local: 0.5`; docs/budgets.md says what types there are."


def add_budget_options(command: argparse.ArgumentParser) -> None:
    """Adds the limits, and the prices that a limit of cost needs."""
    group = command.add_argument_group(
        "budget", "no fold is begun that is expected to end beyond a limit; see docs/budgets.md"
    )
    group.add_argument("--max-hours", type=float, metavar="N", help="hours of this command (default: no limit)")
    group.add_argument("--max-gpu-hours", type=float, metavar="N", help="GPU-hours of the study, over all its runs")
    group.add_argument(
        "--max-cost",
        type=float,
        metavar="N",
        help="cost of all nodes while the study is searched, over all its runs; needs prices",
    )
    group.add_argument("--prices", type=Path, metavar="FILE", help="YAML: type of node to its price per hour")
    group.add_argument(
        "--price",
        action="append",
        default=[],
        metavar="TYPE=PRICE",
        help="price per hour of one node of this type, this machine is `local`; may be repeated, goes before --prices",
    )


def budget_options(options: argparse.Namespace) -> Budget:
    """What the options of `add_budget_options` say.

    Raises:
        InvalidValueError: for a limit or a price that breaks its rule, or a file without prices.
    """
    of_file = {} if options.prices is None else _prices_of_file(options.prices)
    return Budget(
        max_hours=options.max_hours,
        max_gpu_hours=options.max_gpu_hours,
        max_cost=options.max_cost,
        prices={**of_file, **_prices(options.price)},
    )


def budget_line(budget: Budget) -> str:
    """The limits in words, for a dry run; empty when there are none."""
    limits = [
        ("hours of this command", budget.max_hours),
        ("GPU-hours of the study", budget.max_gpu_hours),
        ("of cost of the study", budget.max_cost),
    ]
    told = [f"{limit:g} {what}" for what, limit in limits if limit is not None]
    return f"budget: at most {', '.join(told)}" if told else ""


def stopped_by_budget(plan: Plan, limit: Limit) -> str:
    """What a limit left undone, and how to go on."""
    state = plan.state
    num_decided = sum(one.status is not ConfigurationStatus.OPEN for one in state.configurations.values())
    done, total = plan.num_folds()
    spent = state.spending.all_finished
    rest = spent.scaled(total - done).worker_seconds / 3600
    takes = f", about {rest:.2g} worker-hours" if spent.count else ""
    return (
        f"the search stopped at {limit}: {num_decided} of {plan.num_configurations} configurations are decided, "
        f"at most {total - done} folds are left{takes}. "
        f"Everything that was finished is kept; the same command with more of {limit.option} continues."
    )


def _prices_of_file(path: Path) -> dict[str, float]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidValueError(f"--prices must be a file that can be read, got {path}: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise InvalidValueError(f"--prices must be a YAML file, got {path}: {problem}. {_REPAIR}") from error
    if not isinstance(values, dict) or not values:
        raise InvalidValueError(f"--prices must hold prices by type of node, got {values!r} in {path}. {_REPAIR}")
    return {str(node_type): _number(price, f"{node_type}: {price}") for node_type, price in values.items()}


def _prices(texts: Sequence[str]) -> dict[str, float]:
    prices: dict[str, float] = {}
    for node_type, price in map(_price, texts):
        twice = f"{prices[node_type]:g} and {price:g}" if node_type in prices else ""
        require(not twice, f"--price of {node_type}", "given once", twice, "Leave one of them out.")
        prices[node_type] = price
    return prices


def _price(text: str) -> tuple[str, float]:
    node_type, equals, price = text.rpartition("=")
    if not equals or not node_type:
        raise InvalidValueError(f"--price must be TYPE=PRICE, got {text!r}. For instance --price local=0.5.")
    return node_type, _number(price, text)


def _number(price: Any, text: str) -> float:
    try:
        return float(price)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(f"a price must be a number, got {text!r}. {_REPAIR}") from error
