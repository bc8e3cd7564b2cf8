"""The options that say what a fold is given of the machines, and when it is given up."""

import argparse
import math

from platform.scheduling.time_limit import SHORTEST_LIMIT, TIMES_THE_LONGEST
from spotformer_core.choices import GpuSteps
from spotformer_core.errors import InvalidValueError

AUTO = "auto"


def add_fold_options(command: argparse.ArgumentParser) -> None:
    """Adds `--gpus-per-fold`, `--gpu-steps`, `--retry-infeasible` and `--fold-timeout`."""
    group = command.add_argument_group(
        "folds", "what a fold is given, and when it is given up; see docs/packing.md and docs/faults.md"
    )
    group.add_argument(
        "--gpus-per-fold",
        default=AUTO,
        metavar="F",
        help="of a fold, or of a stack of them; a fraction lets several share a GPU, 0 uses none (default: auto, by "
        "measured peak memory where the cluster has GPUs)",
    )
    group.add_argument(
        "--gpu-steps",
        choices=[str(steps) for steps in GpuSteps],
        default=str(GpuSteps.EAGER),
        help="how a GPU runs training steps: launched one by one, or recorded once and replayed (default: %(default)s)",
    )
    group.add_argument(
        "--retry-infeasible",
        action="store_true",
        help="try configurations again that did not fit into memory, for instance on larger GPUs",
    )
    group.add_argument(
        "--fold-timeout",
        type=float,
        metavar="SECONDS",
        help="a fold that takes longer is taken for hung, and run again; 0 for never "
        f"(default: {TIMES_THE_LONGEST} times the longest fold so far, at least {SHORTEST_LIMIT:.0f})",
    )


def gpus_per_fold(given: str) -> float | None:
    """The fraction that was given, or None when it is to be measured.

    Raises:
        InvalidValueError: when it is neither a number nor `auto`, or a number that Ray cannot reserve.
    """
    if given == AUTO:
        return None
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    # Ray shares one GPU among workers, and gives several of them only whole.
    if not (0 <= number <= 1 or (number.is_integer() and number > 1)):
        raise InvalidValueError(
            f"--gpus-per-fold must be auto, 0, a fraction of a GPU or a whole number of them, got {given!r}. "
            "Leave it out to have it measured, or give for instance 0.25."
        )
    return number
