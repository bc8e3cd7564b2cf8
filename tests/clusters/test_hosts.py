"""A search over several hosts that are killed, cut off and started again: see `hosts.py`, which runs in namespaces."""

import shutil
import sys
from pathlib import Path

import pytest

from benchmarks.growing_cluster import in_namespaces
from tests.clusters.hosts import SCENARIOS
from tests.searches import Search


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_is_lost_when(scenario: str, extracted: Path, undisturbed: Search, tmp_path: Path):
    shutil.copytree(extracted, tmp_path / "workspace")
    command = [sys.executable, "-m", "tests.clusters.hosts", scenario, str(tmp_path), str(undisturbed.workspace)]

    code = in_namespaces(command, log=tmp_path / "log")

    assert code == 0, (tmp_path / "log").read_text()[-6000:]
