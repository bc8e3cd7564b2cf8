"""The options that say how folds use GPUs and memory."""

import argparse
import math

from spotformer_core.choices import GpuSteps
from spotformer_core.errors import InvalidValueError

AUTO = "auto"


def add_gpu_options(command: argparse.ArgumentParser) -> None:
    """Adds `--gpus-per-fold`, `--gpu-steps` and `--retry-infeasible`."""
    command.add_argument(
        "--gpus-per-fold",
        default=AUTO,
        metavar="F",
        help="of a fold, or of a stack of them; a fraction lets several share a GPU, 0 uses none (default: auto, by "
        "measured peak memory where the cluster has GPUs)",
    )
    command.add_argument(
        "--gpu-steps",
        choices=[str(steps) for steps in GpuSteps],
        default=str(GpuSteps.EAGER),
        help="how a GPU runs training steps: recorded once and replayed, or launched one by one (default: %(default)s)",
    )
    command.add_argument(
        "--retry-infeasible",
        action="store_true",
        help="try configurations again that did not fit into memory, for instance on larger GPUs",
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
