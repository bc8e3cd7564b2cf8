"""The provider takes nodes back, and says so a little before: what is running ends in time or is run elsewhere."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from platform.scheduling.retries import FOLD_RETRIES
from tests.fake_metadata import FakeMetadata, aws_metadata
from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Point
from tests.faults.small_clusters import drained, is_there, node_of, taken_back
from tests.faults.staged import StagedSearch
from tests.searches import REPOSITORY, Search, journal_lines

NOTICE = 8.0
NUM_PREEMPTIONS = 2 + FOLD_RETRIES


@contextmanager
def watched(cluster: Any, node: Any, metadata: FakeMetadata) -> Iterator["subprocess.Popen[bytes]"]:
    """What runs beside Ray on a spot node."""
    command = [sys.executable, "-m", "platform.watch_preemption", "--metadata-url", metadata.url, "--every", "0.2"]
    where = ["--address", cluster.address, "--node-id", node.node_id]
    with subprocess.Popen(
        [*command, *where], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as watcher:
        try:
            yield watcher
        finally:
            watcher.kill()


def said(watcher: "subprocess.Popen[bytes]") -> str:
    """All that it said until it ended by itself."""
    out, _ = watcher.communicate(timeout=60)
    assert watcher.returncode == 0, out
    return out.decode()


@pytest.mark.slow
def test_a_fold_that_does_not_end_within_the_notice_is_run_elsewhere_and_counted_as_preempted(
    undisturbed: Search, staged: StagedSearch, cluster: Any
):
    options = ("--address", cluster.address, "--workers", "2")
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *options, passing=2)
    node = node_of(cluster, staged.wait_for(fault, process))
    with aws_metadata() as metadata, watched(cluster, node, metadata) as watcher:
        cluster.add_node(num_cpus=1)

        metadata.take_back(NOTICE)
        began = time.monotonic()
        staged.wait_until(lambda: staged.repeated > 0, process)
        took = time.monotonic() - began

        assert "AWS will terminate this spot instance in" in said(watcher)
    staged.wait_until(lambda: not is_there(node), process)
    fault.go_on.touch()
    assert process.wait(timeout=500) == 0, staged.said
    # Counted by Ray from whole seconds; then another worker is started.
    assert NOTICE - 2 < took < NOTICE + 20
    assert staged.repeated == 1
    assert spent(staged, "preempted") == 1
    assert spent(staged, "lost") == 0
    again = as_if_nothing_had_happened(undisturbed, staged, *options)
    assert again.result["new_folds"] == 0
    assert again.result["efficiency"]["lost"]["preempted"]["count"] == 1


@pytest.mark.slow
def test_a_fold_that_ends_within_the_notice_is_finished_and_no_other_is_begun_on_the_node(
    undisturbed: Search, staged: StagedSearch, cluster: Any
):
    options = ("--address", cluster.address, "--workers", "2")
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *options, passing=2)
    worker = staged.wait_for(fault, process)
    node = node_of(cluster, worker)
    with aws_metadata() as metadata, watched(cluster, node, metadata) as watcher:
        metadata.take_back(60)
        staged.wait_until(lambda: drains(cluster, node), process)
        # The driver looks once a second.
        time.sleep(1.5)

        fault.go_on.touch()

        # A node without work leaves at once.
        assert "Ray gives it no new folds" in said(watcher)
        assert not is_there(node)
    assert process.wait(timeout=500) == 0, staged.said
    assert staged.repeated == 0
    assert spent(staged, "preempted") == spent(staged, "lost") == 0
    as_if_nothing_had_happened(undisturbed, staged, *options)


@pytest.mark.slow
def test_a_fold_may_be_preempted_more_often_than_it_may_fail(undisturbed: Search, staged: StagedSearch, cluster: Any):
    options = ("--address", cluster.address, "--workers", "1")
    process, fault = staged.start(Point.IN_A_FOLD, Action.WAIT, *options, passing=2, times=NUM_PREEMPTIONS)
    for _ in range(NUM_PREEMPTIONS):
        node = node_of(cluster, staged.wait_for(fault, process))
        fault.reached.unlink()
        cluster.add_node(num_cpus=1)
        drained(cluster, node)

    assert process.wait(timeout=500) == 0, staged.said
    assert staged.repeated == spent(staged, "preempted") == NUM_PREEMPTIONS
    assert spent(staged, "lost") == 0
    as_if_nothing_had_happened(undisturbed, staged, *options)


@pytest.mark.slow
def test_a_winner_may_be_preempted_more_often_than_it_may_fail(undisturbed: Search, staged: StagedSearch, cluster: Any):
    options = ("--address", cluster.address, "--workers", "1")
    process, fault = staged.start(Point.IN_THE_WINNER, Action.WAIT, *options, times=NUM_PREEMPTIONS)
    for _ in range(NUM_PREEMPTIONS):
        node = node_of(cluster, staged.wait_for(fault, process))
        fault.reached.unlink()
        taken_back(cluster, node)

    assert process.wait(timeout=500) == 0, staged.said
    assert len(list(staged.marks.glob(f"{Point.IN_THE_WINNER}.*"))) == NUM_PREEMPTIONS + 1
    assert spent(staged, "preempted") == spent(staged, "lost") == staged.repeated == 0
    as_if_nothing_had_happened(undisturbed, staged, *options)


def spent(staged: StagedSearch, kind: str) -> int:
    """How many attempts the journal holds that came to nothing, by preemption or by a fault."""
    lost = journal_lines(staged.journal, "lost")
    return sum(one["preempted"] == (kind == "preempted") for one in lost)


def drains(cluster: Any, node: Any) -> bool:
    """Whether Ray knows that the node leaves."""
    from ray._raylet import GcsClient

    return node.node_id in GcsClient(address=cluster.address).get_draining_nodes(timeout=5)
