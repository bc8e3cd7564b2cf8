"""What MLflow measures of the machine that runs the search: processor, memory, disk, network, and GPUs where there are.

Of the driver's machine only: what workers on other machines do is not seen here.
"""

import time
from collections.abc import Callable
from typing import Any

from mlflow.entities import Metric
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

_MONITORS: tuple[Any, ...] = (CPUMonitor, DiskMonitor, NetworkMonitor)
_GPU_MONITOR: Any = GPUMonitor
SECONDS_BETWEEN_SAMPLES = 15.0
_PREFIX = "system/"
"""Under it MLflow's pages show them on a page of their own."""


class MachineSamples:
    """Samples of the machine, kept until they are written."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._next = clock()
        self._monitors = [*(monitor() for monitor in _MONITORS), *_gpu_monitors()]
        self._kept: list[tuple[float, dict[str, float]]] = []

    def take(self) -> None:
        """Takes a sample when it is time for one."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + SECONDS_BETWEEN_SAMPLES
        values: dict[str, float] = {}
        for monitor in self._monitors:
            monitor.collect_metrics()
            values |= monitor.aggregate_metrics()
            monitor.clear_metrics()
        self._kept.append((now, values))

    def metrics(self, *, started: int) -> list[Metric]:
        """The samples that are kept; their steps are seconds since the study's run began.

        Args:
            started: when that was, in milliseconds since 1970.
        """
        return [
            Metric(f"{_PREFIX}{name}", float(value), timestamp=round(1000 * at), step=round(at - started / 1000))
            for at, values in self._kept
            for name, value in values.items()
        ]

    def forget(self) -> None:
        """Lets go of what was written."""
        self._kept.clear()


def _gpu_monitors() -> list[Any]:
    try:
        return [_GPU_MONITOR()]
    except (ImportError, RuntimeError):
        return []
