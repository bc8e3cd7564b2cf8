"""A journal that a crash or an editor has damaged, as the command that continues its study meets it."""

import shutil
from pathlib import Path

import pytest

from platform.console.command import DONE, MISTAKE
from tests.searches import SMOKE_STUDY, Search, run_search


@pytest.fixture
def finished(undisturbed: Search, tmp_path: Path) -> Path:
    """A workspace with a finished study, to be damaged."""
    return Path(shutil.copytree(undisturbed.workspace, tmp_path / "workspace"))


def test_a_torn_last_record_is_dropped_with_a_notice(undisturbed: Search, finished: Path):
    journal = finished / "studies" / SMOKE_STUDY / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:40])

    again = run_search(finished, "--workers", "1")

    assert again.ended.code == DONE, again.ended.err
    assert f"dropped a torn last line of {journal}" in again.ended.err
    assert journal.read_bytes() == whole
    assert again.result["configurations"] == undisturbed.result["configurations"]


def test_a_damaged_record_in_the_middle_stops_the_search_with_its_line_named(finished: Path):
    journal = finished / "studies" / SMOKE_STUDY / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"final_loss": ', b'"final_loss": 1')
    journal.write_bytes(b"".join(lines))

    stopped = run_search(finished, "--workers", "1")

    assert stopped.ended.code == MISTAKE
    assert f"line 4 of {journal} is damaged" in stopped.ended.err
    assert "Traceback" not in stopped.ended.err
    assert journal.read_bytes() == b"".join(lines)
