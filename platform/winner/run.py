"""Trains the winner on the cluster, like a fold: the driver needs no GPU. Ray must be connected."""

import errno

import ray

from platform.compute.ray_logs import place_of_logs
from platform.winner.training import WinnerOrder, train_winner
from spotformer_core.errors import TrainingError

_RETRIES = 2
"""A worker or node that dies is replaced this often; the training goes on from its checkpoint."""


def train_on_cluster(order: WinnerOrder, *, num_gpus: float) -> None:
    """Returns when the model of the order is in its folder.

    Raises:
        TrainingError: when it cannot be trained.
        OSError: when the disk is full.
    """
    task = ray.remote(num_cpus=1, num_gpus=num_gpus, max_retries=_RETRIES)(train_winner)
    try:
        outcome = ray.get(task.remote(order))
    except ray.exceptions.RayTaskError:
        raise
    except ray.exceptions.RayError as error:
        raise TrainingError(
            f"the winner must be trained by a worker that lives, but {_RETRIES + 1} died on it: {error} "
            f"Ray's logs say how: {place_of_logs()}. The same command goes on from its checkpoint."
        ) from error
    if outcome.disk_full:
        raise OSError(errno.ENOSPC, outcome.problem)
    if outcome.problem:
        raise TrainingError(f"the winner could not be trained on all subjects: {outcome.problem}")
