"""The options of a study: what is searched, how it is chosen, how much of it is run."""

import argparse
from typing import Any

from platform.sampling.choice import SamplerName
from platform.study.planning import Scheduling
from platform.study.racing import Racing
from search_spaces.vocabulary import Space
from spotformer_core.errors import require

DEFAULT_CONFIGURATIONS = 4
DEFAULT_LAG = 3


def add_study_options(command: argparse.ArgumentParser) -> None:
    """Adds the options that decide what a study is."""
    study = command.add_argument_group("study")
    study.add_argument("--space", default="demo", help="a name, or a YAML or Python file of your own (default: demo)")
    study.add_argument(
        "--configurations",
        type=int,
        metavar="N",
        help=f"default: {DEFAULT_CONFIGURATIONS}; every point where a space is a table or the sampler is grid",
    )
    study.add_argument("--seed", type=int, default=0, help="equal seeds give equal results (default: 0)")
    study.add_argument("--study", default="", metavar="NAME", help="default: DATASET-SPACE-seedSEED")
    study.add_argument(
        "--sampler",
        choices=[str(name) for name in SamplerName],
        help="how configurations are chosen (default: tpe; grid for tables)",
    )
    study.add_argument(
        "--racing",
        choices=[str(racing) for racing in Racing],
        help="drop configurations that are clearly worse than the best on the same subjects "
        "(default: careful; off for tables and nsga-ii)",
    )
    study.add_argument(
        "--from",
        dest="prior_studies",
        action="append",
        default=[],
        metavar="STUDY",
        help="another study of the workspace on the same data, whose outcomes the sampler knows; may be repeated",
    )
    study.add_argument(
        "--scheduling",
        choices=[str(mode) for mode in Scheduling],
        default=str(Scheduling.REPRODUCIBLE),
        help="same decisions with any number of workers, or never let a worker wait (default: reproducible)",
    )
    study.add_argument(
        "--lag",
        type=int,
        metavar="N",
        default=DEFAULT_LAG,
        help="in reproducible scheduling, configuration c waits for all up to c - N (default: %(default)s)",
    )
    study.add_argument(
        "--stack-folds",
        type=int,
        default=1,
        metavar="N",
        help="one worker trains up to N folds of a configuration side by side, which moves "
        "probabilities by up to half a percentage point after a short training (default: 1; docs/packing.md)",
    )
    study.add_argument("--dry-run", action="store_true", help="only say what would run")


def study_options(options: argparse.Namespace, space: Space) -> dict[str, Any]:
    """The fields of `SearchOptions` that the options of `add_study_options` decide.

    Raises:
        InvalidValueError: when as many configurations are asked for as a space of listed points does not have.
    """
    usual = SamplerName.GRID if space.every_point else SamplerName.TPE
    sampler = SamplerName(options.sampler) if options.sampler else usual
    unraced = space.every_point or sampler is SamplerName.NSGA_II
    return {
        "num_configurations": _num_configurations(options.configurations, space, sampler),
        "seed": options.seed,
        "scheduling": Scheduling(options.scheduling),
        "lag": options.lag,
        "sampler": sampler,
        "racing": Racing(options.racing) if options.racing else Racing.OFF if unraced else Racing.CAREFUL,
        "stack_folds": options.stack_folds,
        "prior_studies": tuple(options.prior_studies),
    }


def _num_configurations(given: int | None, space: Space, sampler: SamplerName) -> int:
    if not space.dimensions:
        return 1
    if sampler is not SamplerName.GRID:
        return DEFAULT_CONFIGURATIONS if given is None else given
    num_points = len(space.points())
    if given is None:
        return num_points
    whole = given == num_points
    if space.every_point:
        require(whole, "--configurations", f"{num_points}, every point of {space.name}", given, "Leave it out.")
    require(given <= num_points, "--configurations", f"at most {num_points}, the points", given, "Leave it out.")
    return given
