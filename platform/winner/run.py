"""Trains the winner on the cluster, like a fold: the driver needs no GPU. Ray must be connected."""

import errno

import ray

from platform.compute.draining import nodes_taken_back
from platform.compute.ray_logs import place_of_logs
from platform.scheduling.time_limit import killed_after
from platform.winner.training import WinnerOrder, WinnerOutcome, train_winner
from spotformer_core.errors import TrainingError

_RETRIES = 2
"""A worker or node that dies or hangs is replaced this often; the training goes on from its checkpoint. Nodes that are
taken back do not count."""


def train_on_cluster(order: WinnerOrder, *, num_gpus: float, seconds_allowed: float = 0.0) -> None:
    """Returns when the model of the order is in its folder.

    Args:
        seconds_allowed: after which a worker is taken for hung and replaced; 0 for never.

    Raises:
        TrainingError: when it cannot be trained.
        StorageError: when the storage of the workspace does not answer.
        OSError: when the disk is full.
    """
    try:
        outcome = _outcome(order, num_gpus, seconds_allowed)
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
    order.storage.fetch(order.folder)


def _outcome(order: WinnerOrder, num_gpus: float, seconds_allowed: float) -> WinnerOutcome:
    task = ray.remote(num_cpus=1, num_gpus=num_gpus, max_retries=_RETRIES)(_train_in_time)
    while True:
        gone = nodes_taken_back()
        try:
            outcome: WinnerOutcome = ray.get(task.remote(order, seconds_allowed))
        except ray.exceptions.NodeDiedError:
            # Ray counts these deaths too.
            if nodes_taken_back() == gone:
                raise
        else:
            return outcome


def _train_in_time(order: WinnerOrder, seconds_allowed: float) -> WinnerOutcome:
    with killed_after(seconds_allowed, f"the training of {order.folder.name}"):
        return train_winner(order)
