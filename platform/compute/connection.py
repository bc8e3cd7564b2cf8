"""Joining the Ray cluster of `--address` or of the job we run in, else starting Ray on this machine."""

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from platform.console.libraries import libraries_may_speak
from platform.console.stopping import handled_as_before
from spotformer_core.errors import InvalidValueError

JOB_ADDRESS_VARIABLE = "RAY_ADDRESS"
SECONDS_TO_ANSWER = 10.0
"""For whoever listens at the address of a cluster."""
_QUIET_LOGGERS = ("ray", "ray.data", "ray.tune", "ray.train")


def cluster_of(address: str) -> str:
    """The address of the cluster that is joined for `--address`; empty when Ray is started on this machine."""
    return address or os.environ.get(JOB_ADDRESS_VARIABLE, "")


@contextmanager
def connected(address: str, *, num_workers: int) -> Iterator[None]:
    """Ray is usable inside the block and left as it was found after it. It speaks only where libraries may.

    Args:
        address: of a cluster; empty for the cluster of the Ray job we run in, or a local Ray when there is none.
        num_workers: CPUs of a local Ray.

    Raises:
        InvalidValueError: when no cluster answers at `address`.
    """
    may_speak = libraries_may_speak()
    level = logging.INFO if may_speak else logging.ERROR
    for name in _QUIET_LOGGERS:
        logging.getLogger(name).setLevel(level)
    if ray.is_initialized():
        yield
        return
    target = cluster_of(address)
    try:
        require_answer(target)
        with handled_as_before(signal.SIGTERM):
            if target:
                ray.init(address=target, log_to_driver=may_speak, logging_level=level)
            else:
                ray.init(
                    address="local",
                    num_cpus=num_workers,
                    include_dashboard=False,
                    log_to_driver=may_speak,
                    logging_level=level,
                )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise InvalidValueError(
            f"--address must be that of a running Ray cluster, got {target or 'a local start'!r}: {error}. "
            "Start one with `ray start --head`, or leave --address out."
        ) from error
    try:
        yield
    finally:
        with handled_as_before(signal.SIGTERM):
            ray.shutdown()


def require_answer(target: str) -> None:
    """Raises ConnectionError when nobody listens at HOST:PORT; Ray itself would try for more than ten minutes."""
    host, colon, port = target.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise ConnectionError(f"nobody listens there ({error})") from error
