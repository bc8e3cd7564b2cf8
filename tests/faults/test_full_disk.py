"""A disk that fills up: a clear stop, nothing half-written is read, and the same command continues."""

import shutil
import subprocess
from pathlib import Path

import pytest

from platform.console.command import MISTAKE, UNDONE
from tests.faults.checks import as_if_nothing_had_happened
from tests.faults.points import Action, Fault, Point
from tests.faults.small_disks import Mount
from tests.faults.staged import StagedSearch
from tests.searches import Search, run_module

WORKERS = ("--workers", "2")


@pytest.mark.slow
def test_full_at_every_point_in_turn_a_search_stops_in_good_order_and_continues_when_there_is_room(
    undisturbed: Search, extracted: Path, staged: StagedSearch, mount_small_disk: Mount
):
    shutil.rmtree(staged.workspace)
    mount_small_disk(staged.workspace, "40m")
    shutil.copytree(extracted, staged.workspace, dirs_exist_ok=True)

    for point in (Point.BEFORE_SUGGEST, Point.IN_A_FOLD, Point.BEFORE_JOURNAL):
        finished = staged.num_finished
        process, fault = staged.start(point, Action.FILL, *WORKERS, passing=1, disk=staged.workspace)
        staged.wait_for(fault, process)

        assert process.wait(timeout=300) == MISTAKE, (point, told(staged, fault))
        said = told(staged, fault)
        assert "there must be room on the disk" in said, point
        assert "Traceback" not in said, point
        assert not list((staged.workspace / "studies").rglob("*.part")), "no half-written file is left behind"
        assert staged.num_finished >= finished, point

    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)


@pytest.mark.slow
@pytest.mark.parametrize("full", ["database", "artifacts"])
def test_full_for_tracking_alone_a_search_finds_its_winner_and_the_next_one_writes_what_is_missing(
    undisturbed: Search, staged: StagedSearch, tmp_path: Path, mount_small_disk: Mount, full: str
):
    database, artifacts = staged.workspace / "mlflow.db", staged.workspace / "mlflow-artifacts"
    disk = artifacts if full == "artifacts" else tmp_path / "disk"
    mount_small_disk(disk, "8m")
    if full == "database":
        shutil.move(database, disk / database.name)
        database.symlink_to(disk / database.name)

    process, fault = staged.start(Point.IN_TRACKING, Action.FILL, *WORKERS, disk=disk)
    staged.wait_for(fault, process)

    assert process.wait(timeout=300) == UNDONE, told(staged, fault)
    assert "problem: tracking: " in told(staged, fault)
    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)
    assert staged.repeated == 0


@pytest.mark.slow
def test_full_for_temporary_files_alone_those_of_ray_included_a_search_finds_its_winner(
    undisturbed: Search, staged: StagedSearch, mount_small_disk: Mount
):
    # Unix sockets allow 107 bytes, which pytest's own folders exceed below Ray's session folder.
    disk = Path("/tmp") / f"sf-{staged.workspace.parent.name[-20:]}"
    mount_small_disk(disk, "24m")
    try:
        process, fault = staged.start(
            Point.FOLD_STARTED, Action.FILL, *WORKERS, passing=3, disk=disk, RAY_TMPDIR=str(disk), TMPDIR=str(disk)
        )
        staged.wait_for(fault, process)
        code = process.wait(timeout=300)
        said = told(staged, fault)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
        disk.rmdir()

    assert code == UNDONE, said
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert (staged.num_finished, staged.repeated) == (9, 0)
    as_if_nothing_had_happened(undisturbed, staged, *WORKERS)


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


def told(staged: StagedSearch, fault: Fault) -> str:
    """What the search said; there is room again afterwards."""
    fault.filling.unlink(missing_ok=True)
    return staged.said
