"""The kinds of trial that a worker runs, and what Ray reserves for one."""

from typing import Any

from ray import tune

from platform.scheduling.fold_trial import FoldInputs, run_fold
from platform.scheduling.measuring import run_measurement
from platform.scheduling.resources import FoldResources
from platform.scheduling.stack_trial import is_stack, run_stack
from platform.scheduling.time_limit import killed_after

IS_MEASUREMENT = "is_measurement"
SECONDS_ALLOWED = "seconds_allowed"


def run_trial(trial: dict[str, Any], inputs: FoldInputs) -> dict[str, Any]:
    """The outcome of a fold, of a stack or of a measurement, under exactly one key.

    Args:
        trial: what `run_fold`, `run_stack` or `run_measurement` asks for. This process is killed when SECONDS_ALLOWED
            are over, where they are not 0.
    """
    if trial[IS_MEASUREMENT]:
        run, kind = run_measurement, "measurement"
    else:
        run, kind = (run_stack, "stack") if is_stack(trial) else (run_fold, "fold")
    with killed_after(trial[SECONDS_ALLOWED], f"{kind} {trial['configuration']}/{trial['subject']}"):
        return run(trial, inputs)


def reserved(given: FoldResources) -> dict[str, float]:
    """What a trial's config says of the resources that it is given."""
    return {"num_cpus": given.num_cpus, "num_gpus": given.num_gpus}


def placement(trial: dict[str, Any]) -> tune.PlacementGroupFactory:
    """What Tune asks of Ray for a trial."""
    bundle = {"CPU": trial["num_cpus"]}
    if trial["num_gpus"] > 0:
        bundle["GPU"] = trial["num_gpus"]
    return tune.PlacementGroupFactory([bundle])
