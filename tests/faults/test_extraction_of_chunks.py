"""Extraction of a recording in chunks that is killed, doubled or runs out of disk; with real processes and Ray."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platform.console.command import MISTAKE
from platform.extraction.planning import plan_extraction
from platform.extraction.pool import UNIT_RETRIES
from platform.extraction.units import UNIT
from platform.extraction.workers import FlowWorker
from spotformer_core.flow.chunk_store import CHUNKS_FOLDER, ChunkStore
from spotformer_core.flow.store import FlowStore
from tests import long_recordings
from tests.faults.small_clusters import node_of, taken_back
from tests.searches import REPOSITORY

Start = Callable[..., "subprocess.Popen[str]"]
SECONDS_TO_FIRST_CHUNK = 200


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings, one of them in two chunks, and their flow by one worker without Ray; never written by a test."""
    folder = tmp_path_factory.mktemp("undisturbed") / "long"
    long_recordings.write_recordings(folder)
    store = FlowStore.create(long_recordings.store_in(folder).folder, long_recordings.SETTINGS)
    landmarks = long_recordings.landmarks_in(folder)
    worker = FlowWorker(store, landmarks)
    for unit in plan_extraction(long_recordings.dataset_in(folder).recordings, ChunkStore(store), landmarks).units:
        worker({UNIT: np.array([unit], object)})
    return folder


@pytest.fixture
def folder(undisturbed: Path, tmp_path: Path) -> Path:
    """The same recordings, with their times, not extracted."""
    copy = tmp_path / "long"
    shutil.copytree(undisturbed, copy, ignore=shutil.ignore_patterns("flow"))
    return copy


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts the extraction in a process group of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(*more: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.long_recordings", str(folder), *more]
        process = subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def stores_bytes(folder: Path) -> dict[str, bytes]:
    store = long_recordings.store_in(folder).folder
    return {path.name: path.read_bytes() for path in store.glob("*.arrow")}


def chunk_files(folder: Path) -> set[str]:
    return {path.name for path in (long_recordings.store_in(folder).folder / CHUNKS_FOLDER).glob("*/*.arrow")}


def wait_until(there: Callable[[], bool], process: "subprocess.Popen[str]", what: str = "chunk") -> None:
    deadline = time.monotonic() + SECONDS_TO_FIRST_CHUNK
    while not there():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, f"no {what} within {SECONDS_TO_FIRST_CHUNK} s"
        time.sleep(0.02)


def wait_for_a_chunk(folder: Path, process: "subprocess.Popen[str]") -> None:
    wait_until(lambda: bool(chunk_files(folder)), process)


def test_after_kill_9_finished_chunks_stay_and_the_rerun_makes_the_same_bytes(
    undisturbed: Path, folder: Path, start: Start
):
    killed = start()
    wait_for_a_chunk(folder, killed)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    kept = chunk_files(folder)
    (leftover := long_recordings.store_in(folder).folder / ".a_1.arrow.1-0.part").write_bytes(b"half")

    again = start()
    _, said = again.communicate(timeout=300)

    assert len(kept) == 1, "the kill must fall between the two chunks"
    assert again.returncode == 0, said
    assert stores_bytes(folder) == stores_bytes(undisturbed)
    assert not chunk_files(folder)
    assert not leftover.exists()
    assert [line for line in said.splitlines() if not line.startswith("extract: ")] == [], "Ray keeps quiet"


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_chunk_done_again(undisturbed: Path, folder: Path, start: Start):
    process = start()
    wait_for_a_chunk(folder, process)
    victims = busy_workers(process.pid)
    os.kill(victims[0], signal.SIGKILL)

    _, said = process.communicate(timeout=300)

    assert process.returncode == 0, said
    assert stores_bytes(folder) == stores_bytes(undisturbed)
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_chunk_may_be_preempted_more_often_than_it_may_fail(
    undisturbed: Path, folder: Path, start: Start, cluster: Any
):
    (hold := folder / "a_1" / long_recordings.HOLD).touch()
    held = hold.with_name(long_recordings.HELD)
    process = start("--address", cluster.address, "--workers", "1")
    earlier: set[str] = set()
    for _ in range(2 + UNIT_RETRIES):
        # A worker sees a little later than the others that its node has gone.
        wait_until(lambda: held.exists() and held.read_text() not in {"", *earlier}, process, "worker at the recording")
        earlier.add(held.read_text())
        taken_back(cluster, node_of(cluster, int(held.read_text())))
    hold.unlink()
    _, said = process.communicate(timeout=300)

    assert process.returncode == 0, said
    assert stores_bytes(folder) == stores_bytes(undisturbed)


def busy_workers(pid: int) -> list[int]:
    """The actors below the extraction `pid` that are working on a chunk."""
    listing = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=2) for line in listing.splitlines()]
    parents = {int(child): int(parent) for child, parent, _ in rows}

    def is_below(child: int) -> bool:
        while child not in {0, pid}:
            child = parents.get(child, 0)
        return child == pid

    return [
        int(child) for child, _, args in rows if "FlowWorker" in args and ".submit" in args and is_below(int(child))
    ]


def test_two_extractions_at_once_do_no_damage_and_no_work_twice(undisturbed: Path, folder: Path, start: Start):
    first = start("--workers", "1")
    wait_until((long_recordings.store_in(folder).folder / ".lock").exists, first, "lock")
    second = start("--workers", "1")

    _, second_said = second.communicate(timeout=300)
    _, first_said = first.communicate(timeout=300)

    assert (first.returncode, second.returncode) == (0, 0), first_said + second_said
    assert stores_bytes(folder) == stores_bytes(undisturbed)
    assert second_said.startswith(f"another extraction is writing {long_recordings.store_in(folder).folder}; waiting")
    assert "frames/s" in first_said
    assert "frames/s" not in second_said, "the first one left nothing to do"


@pytest.mark.slow
def test_a_full_disk_keeps_finished_chunks_and_the_rerun_makes_the_same_bytes(
    undisturbed: Path, folder: Path, start: Start
):
    disk = folder / "flow"
    disk.mkdir()
    # The short recording takes 28 kB and the short chunk 22 kB; the long chunk takes 330 kB.
    command = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a full disk needs the right to mount a small tmpfs (run as root)")
    try:
        full = start("--workers", "1")
        _, said = full.communicate(timeout=300)
        half_written = list(disk.rglob("*.part"))
        shutil.copytree(disk, folder / "saved")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
    disk.rmdir()
    (folder / "saved").rename(disk)
    kept = chunk_files(folder) | set(stores_bytes(folder))
    again = start()
    _, said_again = again.communicate(timeout=300)

    assert full.returncode == MISTAKE, said
    assert "there must be room on the disk" in said
    assert half_written == []
    assert "a_1.arrow" not in kept
    assert again.returncode == 0, said_again
    assert stores_bytes(folder) == stores_bytes(undisturbed)
