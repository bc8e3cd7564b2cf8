"""Units of work of an extraction, and what became of them, in the forms that travel to and from Ray's workers."""

import errno
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import SpotFormerError

UNIT = "unit"
"""The column of a Ray Data batch that holds the units."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkUnit:
    """A stretch of a recording, to be worked on by one worker."""

    recording: Recording
    chunk: range


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitOutcome:
    """What became of one unit.

    Attributes:
        recording: its name.
        first_frame, num_frames: of the chunk.
        started, ended: in seconds since 1970, by the worker's clock.
        work_seconds: of that time, spent on frames (decoding, cropping, flow, pooling), not on landmarks or files.
        peak_memory_bytes: the largest resident memory that the worker's process ever had.
        is_last: the whole recording is finished with this unit.
        problem: why the unit could not be done; empty when it was.
        disk_full: the problem was a full disk, which the other units would meet too.
    """

    recording: str
    first_frame: int
    num_frames: int
    started: float
    ended: float
    work_seconds: float
    peak_memory_bytes: int
    is_last: bool
    problem: str
    disk_full: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """What a worker says of a unit that it has done."""

    work_seconds: float = 0.0
    is_last: bool = False


def attempt(unit: WorkUnit, work: Callable[[WorkUnit], Worked]) -> UnitOutcome:
    """The outcome of `work` on `unit`; problems of the recording or of the disk are part of it."""
    started = time.time()
    worked, problem, disk_full = Worked(), "", False
    try:
        worked = work(unit)
    except SpotFormerError as error:
        problem = str(error)
    except OSError as error:
        problem = f"{unit.recording.name}: {error}"
        disk_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return UnitOutcome(
        recording=unit.recording.name,
        first_frame=unit.chunk.start,
        num_frames=len(unit.chunk),
        started=started,
        ended=time.time(),
        work_seconds=worked.work_seconds,
        peak_memory_bytes=peak_memory_bytes(),
        is_last=worked.is_last,
        problem=problem,
        disk_full=disk_full,
    )


def as_batch(outcomes: Sequence[UnitOutcome]) -> dict[str, np.ndarray]:
    """One column per field, as Ray Data wants them from a worker."""
    rows = [asdict(outcome) for outcome in outcomes]
    return {
        field.name: np.array([row[field.name] for row in rows], object if field.type is str else None)
        for field in fields(UnitOutcome)
    }


def from_row(row: Mapping[str, Any]) -> UnitOutcome:
    """The outcome in one row of what Ray Data brings back, its numpy scalars as plain values again."""
    return UnitOutcome(**{field.name: field.type(row[field.name]) for field in fields(UnitOutcome)})  # type: ignore[operator]


def peak_memory_bytes() -> int:
    """The largest resident memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
