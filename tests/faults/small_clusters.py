"""A cluster of one-fold machines on this one, and which of them runs a process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.searches import REPOSITORY, run_module

# A machine that says nothing is given up after a second or two instead of Ray's half a minute.
IMPATIENT = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 500, "health_check_failure_threshold": 4}


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without room for folds, and two machines for one fold each."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False, "_system_config": IMPATIENT}
    )
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    try:
        cluster.wait_for_nodes()
        yield cluster
    finally:
        for node in cluster.worker_nodes:
            signal_raylet(node, signal.SIGCONT)
        cluster.shutdown()


def signal_raylet(node: Any, sent: signal.Signals) -> None:
    """Sends a signal to the machine's part of Ray."""
    for info in node.all_processes.get("raylet", []):
        if info.process.poll() is None:
            os.kill(info.process.pid, sent)


def node_of(cluster: Any, worker: int) -> Any:
    """The machine that started a worker process; the head has no room for any."""
    (found,) = [node for node in cluster.worker_nodes if _runs(node, worker)]
    return found


def is_there(node: Any) -> bool:
    """Whether the machine's part of Ray runs."""
    return node.all_processes["raylet"][0].process.poll() is None


def drained(cluster: Any, node: Any) -> None:
    """Ray hears that the node is stopped in a second, and that second is over."""
    stopped = run_module("watch_preemption", "--now", "1", "--address", cluster.address, "--node-id", node.node_id)
    assert (stopped.code, stopped.out) == (0, "this node is stopped in 1 s; Ray gives it no new folds\n"), stopped.err


def taken_back(cluster: Any, node: Any) -> None:
    """The node is drained and then gone, with what runs on it; another one is there."""
    cluster.add_node(num_cpus=1)
    drained(cluster, node)
    cluster.remove_node(node, allow_graceful=False)


def _runs(node: Any, worker: int) -> bool:
    """Whether a worker process was started by this machine."""
    raylet = node.all_processes["raylet"][0].process.pid
    while worker > 1:
        if worker == raylet:
            return True
        worker = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
    return False
