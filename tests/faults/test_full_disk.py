"""A disk that fills up: a clear stop, nothing half-written is read, and the same command continues."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from platform.console.command import MISTAKE
from tests.searches import Search, run_module, run_search

Mount = Callable[[Path, str], None]


@pytest.fixture
def mount_small_disk() -> Iterator[Mount]:
    """Puts a file system of a given size over a folder; needs the right to mount, which containers' root has."""
    mounted: list[Path] = []

    def mount(folder: Path, size: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            pytest.skip("a full disk needs the right to mount a small tmpfs (run as root)")
        mounted.append(folder)

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=False)


@pytest.mark.slow
def test_a_search_stops_in_good_order_and_continues_when_there_is_room(
    undisturbed: Search, workspace: Path, mount_small_disk: Mount
):
    studies = workspace / "studies"
    mount_small_disk(studies, "24k")

    stopped = run_search(workspace, "--workers", "1")
    kept = studies / "demo-smoke-seed5"
    saved = workspace / "saved"
    shutil.copytree(kept, saved)
    subprocess.run(["umount", "-l", str(studies)], check=True)
    shutil.copytree(saved, kept)
    resumed = run_search(workspace, "--workers", "1")

    assert stopped.ended.code == MISTAKE, stopped.ended.err
    assert "there must be room on the disk" in stopped.ended.err
    assert "Traceback" not in stopped.ended.err
    assert not list(saved.rglob("*.part")), "no half-written file is left behind"
    assert resumed.ended.code == 0, resumed.ended.err
    assert resumed.result["resumed_folds"] >= 1
    assert resumed.result["configurations"] == undisturbed.result["configurations"]


@pytest.mark.slow
def test_an_extraction_stops_in_good_order_and_continues_when_there_is_room(
    extracted: Path, tmp_path: Path, mount_small_disk: Mount
):
    workspace = tmp_path / "workspace"
    shutil.copytree(extracted / "demo", workspace / "demo")
    # One recording of 72 frames takes 48 kB.
    mount_small_disk(workspace / "flow", "80k")

    stopped = run_module("extract", "--workspace", workspace, "--max-window", "17", "--workers", "1")
    half_written = list((workspace / "flow").rglob("*.part"))
    finished = list((workspace / "flow").rglob("*.arrow"))
    subprocess.run(["umount", "-l", str(workspace / "flow")], check=True)
    again = run_module("extract", "--workspace", workspace, "--max-window", "17", "--workers", "1")

    assert stopped.code == MISTAKE, stopped.err
    assert "there must be room on the disk" in stopped.err
    assert half_written == []
    assert len(finished) == 1
    assert again.code == 0, again.err
