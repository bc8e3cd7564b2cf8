"""Searches to which faults happen; whatever they leave running is killed."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.staged import StagedSearch


@pytest.fixture
def staged(workspace: Path, tmp_path: Path) -> Iterator[StagedSearch]:
    """A search that was not begun."""
    (marks := tmp_path / "marks").mkdir()
    search = StagedSearch(workspace, marks)
    yield search
    for process in search.started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
