"""A machine of the cluster is lost, or hangs without leaving: its folds are run again on the others."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.searches import REPOSITORY, Search

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
            _signal_raylet(node, signal.SIGCONT)
        cluster.shutdown()


def _signal_raylet(node: Any, sent: signal.Signals) -> None:
    for info in node.all_processes.get("raylet", []):
        if info.process.poll() is None:
            os.kill(info.process.pid, sent)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_folds_of_a_machine_that_is_lost_or_hangs_are_run_again_on_another(
    undisturbed: Search, staged: StagedSearch, cluster: Any, sent: signal.Signals
):
    options = ("--address", cluster.address, "--workers", "2")
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *options, passing=2)
    worker = staged.wait_for(fault, process)
    node = next(node for node in cluster.list_all_nodes() if node is not cluster.head_node and _runs(node, worker))

    _signal_raylet(node, sent)
    cluster.add_node(num_cpus=1)
    staged.wait_until(lambda: staged.repeated > 0, process)
    fault.go_on.touch()

    assert process.wait(timeout=500) == 0, staged.said
    assert staged.repeated == 1
    again = as_if_nothing_had_happened(undisturbed, staged, *options)
    assert again.result["new_folds"] == 0


def _runs(node: Any, worker: int) -> bool:
    """Whether a worker process was started by this machine."""
    raylet = node.all_processes["raylet"][0].process.pid
    while worker > 1:
        if worker == raylet:
            return True
        worker = int(Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()[1])
    return False
