"""A machine of the cluster is lost, or hangs without leaving: its folds are run again on the others."""

import signal
from typing import Any

import pytest

from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.small_clusters import node_of, signal_raylet
from tests.faults.staged import StagedSearch
from tests.searches import Search


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP])
def test_folds_of_a_machine_that_is_lost_or_hangs_are_run_again_on_another(
    undisturbed: Search, staged: StagedSearch, cluster: Any, sent: signal.Signals
):
    options = ("--address", cluster.address, "--workers", "2")
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *options, passing=2)
    worker = staged.wait_for(fault, process)

    signal_raylet(node_of(cluster, worker), sent)
    cluster.add_node(num_cpus=1)
    staged.wait_until(lambda: staged.repeated > 0, process)
    fault.go_on.touch()

    assert process.wait(timeout=500) == 0, staged.said
    assert staged.repeated == 1
    again = as_if_nothing_had_happened(undisturbed, staged, *options)
    assert again.result["new_folds"] == 0
