"""Workers that Ray kills because their node runs out of memory, in a real search."""

from pathlib import Path

import pytest

from tests.searches import journal_lines, run_search


@pytest.mark.slow
def test_a_fold_that_is_killed_with_a_node_to_itself_decides_its_configuration(workspace: Path, monkeypatch):
    # Every worker is too much for a node that may use next to nothing.
    monkeypatch.setenv("RAY_memory_usage_threshold", "0.001")
    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", "100")

    search = run_search(workspace, "--workers", "2", "--configurations", "1")

    assert search.ended.code == 1, search.ended.err
    assert "no configuration fits into memory; c0000" in search.ended.err
    assert "--retry-infeasible tries again what did not fit" in search.ended.out
    (entry,) = search.result["configurations"]
    assert (entry["status"], entry["folds_done"]) == ("infeasible", 0)
    assert "had a node to itself, and Ray still killed it" in entry["failure"]
    (record,) = journal_lines(search.journal, "infeasible")
    assert record["configuration"] == "c0000"

    monkeypatch.delenv("RAY_memory_usage_threshold")
    again = run_search(workspace, "--workers", "2", "--configurations", "1")
    assert (again.ended.code, again.result["new_folds"]) == (1, 0)
    retried = run_search(workspace, "--workers", "2", "--configurations", "1", "--retry-infeasible")
    assert retried.ended.code == 0, retried.ended.err
    assert retried.result["configurations"][0]["status"] == "complete"
