"""The soak itself.

Studies follow each other in one workspace, on a small disk where one may be mounted, and write to one MLflow server.
Each is hit by up to two faults, then finished, and compared with a study that nothing disturbed. Beside them runs one
long search without faults of its own, over whose folds it is measured what a driver holds.
"""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from platform.console.command import STOPPED
from tests.faults.points import Action, Point
from tests.faults.staged import StagedSearch
from tests.faults.tracking_servers import TrackingServer
from tests.searches import Search, extract_into, run_search
from tests.soak.faults import SECONDS_TO_END, World, drawn, ended_within
from tests.soak.measured import held_at, held_by, left_over, size_of
from tests.soak.report import Found, Series
from tests.soak.studies import finished_folds, noted_losses, run_study

SMALL_DISK = "256m"
LONG_SEARCH = ("--space", "smoke", "--configurations", "100000", "--seed", "5", "--sampler", "random")
POLITE = 15
MIB_OF_A_FOLD = 32 / 1024
"""What a driver may keep of every fold: its record, in the journal and in the study's state, and Tune's trial."""
FEW_FOLDS = 20
"""Of the long search, until its driver has imported and opened all that it will."""


def soak(folder: Path, *, minutes: float, seed: int) -> Found:
    """Everything that was counted and measured."""
    found = Found(seed=seed, minutes=minutes)
    extracted = extract_into(_made(folder / "extracted"))
    with (
        _small_disk(_made(folder / "workspace")) as can_fill,
        TrackingServer(folder).open() as server,
        _long_search(extracted, folder, found) as long,
    ):
        shutil.copytree(extracted, folder / "workspace", dirs_exist_ok=True)
        undisturbed, seconds = _undisturbed(extracted, folder / "undisturbed", server)
        world = World(server=server, moments=random.Random(seed), seconds=seconds, can_fill=can_fill)
        measurements = Measurements(folder, found)
        ends = time.monotonic() + 60 * minutes
        while time.monotonic() < ends:
            _one_study(folder, world, undisturbed, found, measurements)
            found.left_over += left_over(world.server.pid, long.started[0].pid)
        measurements.of_long_search(long)
    found.left_over += left_over()
    return found


def _one_study(folder: Path, world: World, undisturbed: Search, found: Found, measurements: "Measurements") -> None:
    number = found.studies
    staged = StagedSearch(folder / "workspace", _made(folder / "marks" / f"{number}"), study=f"soak-{number:04d}")
    names = drawn(world.moments, can_fill=world.can_fill)
    measurements.before(world.server)
    run_study(staged, names, world, undisturbed, found)
    measurements.after(staged, world.server)
    print(f"study {number}: {', '.join(names) or 'no fault'}; {staged.repeated} folds repeated", flush=True)


class Measurements:
    """What is measured around every study, as series of what was found."""

    def __init__(self, folder: Path, found: Found) -> None:
        self._folder = folder
        self._found = found
        self._before: dict[str, float] = {}
        self._server = 0
        self._of_this_server = 0

    def before(self, server: TrackingServer) -> None:
        """A study begins."""
        self._before = self._disk()
        self._server = server.pid

    def after(self, staged: StagedSearch, server: TrackingServer) -> None:
        """A study has ended."""
        study, starts = self._found.studies, len(staged.started)
        if drivers := held_at(staged.marks, Point.IN_REGISTRY):
            self._add("driver at its end", "study", study, drivers[-1].memory, drivers[-1].files)
        self._of_this_server = self._of_this_server + 1 if server.pid == self._server else 0
        held = held_by(server.pid)
        self._add("tracking server", "study since its start", self._of_this_server, held.memory, held.files)
        grown = {name: value - self._before[name] for name, value in self._disk().items()}
        self._series("disk of the workspace", "MiB", "study").add(study, grown["workspace"])
        self._series("disk of Ray, for one start", "MiB", "study").add(study, grown["ray"] / starts)
        self._series("temporary files", "files", "study").add(study, self._temporary())

    def of_long_search(self, long: StagedSearch) -> None:
        """What the driver of the long search held at every fold."""
        for number, held in enumerate(held_at(long.marks, Point.BEFORE_JOURNAL)):
            if number >= FEW_FOLDS:
                self._add("long driver", "fold", number, held.memory, held.files, allowed=MIB_OF_A_FOLD)

    def _disk(self) -> dict[str, float]:
        return {"workspace": size_of(self._folder / "workspace"), "ray": size_of(Path(os.environ["RAY_TMPDIR"]))}

    def _temporary(self) -> float:
        return float(len(list(Path(os.environ["TMPDIR"]).iterdir())))

    def _add(self, what: str, per: str, over: float, memory: float, files: float, *, allowed: float = 0.0) -> None:
        self._series(f"memory of the {what}", "MiB", per, allowed=allowed).add(over, memory)
        self._series(f"open files of the {what}", "files", per).add(over, files)

    def _series(self, name: str, unit: str, per: str, *, allowed: float = 0.0) -> Series:
        return self._found.series.setdefault(name, Series(unit=unit, per=per, allowed=allowed))


@contextmanager
def _long_search(extracted: Path, folder: Path, found: Found) -> Iterator[StagedSearch]:
    """A search that runs inside the block, is stopped after it, and then has lost nothing."""
    shutil.copytree(extracted, folder / "long")
    staged = StagedSearch(folder / "long", _made(folder / "marks" / "long"), study="long", search=LONG_SEARCH)
    process, _ = staged.start(Point.FOLD_STARTED, Action.NONE, "--workers", "1")
    # It takes what the studies leave of the machine; its workers inherit that.
    psutil.Process(process.pid).nice(POLITE)
    try:
        yield staged
    finally:
        ran = process.poll() is None
        if ran:
            # To the driver alone, as `ray job stop` and Kubernetes do; its Ray is in the same group here.
            process.terminate()
        with noted_losses(found):
            code = ended_within(process, SECONDS_TO_END)
            assert ran, f"the long search ended with {code}: {staged.said[-2000:]}"
            assert code == STOPPED, f"the long search was stopped with {code}: {staged.said[-2000:]}"
            told = len(held_at(staged.marks, Point.BEFORE_JOURNAL))
            there = len(finished_folds(staged.journal))
            # The last one that was told of may have been cut before it was written.
            assert there in (told, told - 1), f"the long search finished {told} folds, and {there} are there"
            found.folds["of the long search"] = there


def _undisturbed(extracted: Path, folder: Path, server: TrackingServer) -> tuple[Search, float]:
    """The study that nothing disturbs, and the seconds that it takes beside the long search."""
    shutil.copytree(extracted, folder)
    began = time.monotonic()
    search = run_search(folder, "--workers", "2", "--tracking-uri", server.address)
    assert search.ended.code == 0, search.ended.err
    return search, time.monotonic() - began


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Puts a small file system over the folder; whether that is allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        print("no disk is filled: a small one may not be mounted here (run as root)", flush=True)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder
