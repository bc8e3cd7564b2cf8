"""What is measured after every study of a soak: memory, files, processes and disk."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.faults.points import Point

MARK = "SPOTFORMER_SOAK"
"""A variable that every process of a soak inherits, so that those left over are found."""
MIB = float(1 << 20)
SECONDS_TO_GO = 30.0
"""Processes of a killed driver end by themselves, Ray's within ten seconds or so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What a driver held at a point of its search."""

    memory: float
    files: float


def held_at(marks: Path, point: Point) -> list[Held]:
    """What the drivers of a study held at each passing of a point, in that order; memory in MiB."""
    paths = sorted(marks.glob(f"{point}.*"), key=lambda path: int(path.suffix[1:]))
    told = [json.loads(text) for path in paths if (text := path.read_text())]
    return [Held(memory=one["memory"] / MIB, files=one["files"]) for one in told]


def held_by(process: int) -> Held:
    """What a process and those that it started hold; memory in MiB."""
    whole = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
    return Held(
        memory=sum(one.memory_info().rss for one in whole) / MIB, files=sum(float(one.num_fds()) for one in whole)
    )


def size_of(folder: Path) -> float:
    """MiB of the files in a folder."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(where) / name).st_size
            except FileNotFoundError:
                continue
    return total / MIB


def left_over(*expected: int) -> list[str]:
    """Processes of this soak that are still there when they have had time to go, without those expected and theirs."""
    deadline = time.monotonic() + SECONDS_TO_GO
    while (found := _of_this_soak(set(expected))) and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def _of_this_soak(expected: set[int]) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            mine = process.environ().get(MARK) == os.environ[MARK] and process.status() != psutil.STATUS_ZOMBIE
            if mine and not expected & {process.pid, *(one.pid for one in process.parents())}:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:120]}")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found
