"""The least that one pair of faces costs: pixels worked on, operations and bytes, and the time they take at best."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.flow.estimation.pyramid import COEFFICIENTS, Pyramid
from spotformer_core.flow.estimation.tiles import plan_tiles

_OPERATIONS_PER_PIXEL = 125
"""Floating-point operations of one iteration at one pixel: interpolation 45, matrices 35, sums 30, solution 15."""
_OPERATIONS_PER_CYCLE = 32
"""Two multiply-adds of eight lanes."""
_FLOAT_BYTES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Floor:
    """The work of one pair.

    Attributes:
        pixel_iterations: pixels whose normal equations are made, over all iterations and levels.
        all_pixel_iterations: the same for flow everywhere.
        bytes_read: expansions of both faces, each read once.
    """

    pixel_iterations: int
    all_pixel_iterations: int
    bytes_read: int

    @property
    def arithmetic_seconds(self) -> float:
        """At 32 operations a cycle."""
        return self.pixel_iterations * _OPERATIONS_PER_PIXEL / _OPERATIONS_PER_CYCLE / _cycles_per_second()

    @property
    def memory_seconds(self) -> float:
        """At the rate at which this machine copies memory."""
        return self.bytes_read / _bytes_per_second()


def floor_of(areas: Areas, parameters: FarnebackParameters, face_size: int) -> Floor:
    """The work that a plan for these areas asks for."""
    sizes = Pyramid(face_size, parameters.levels).sizes
    tiles = plan_tiles(areas.rectangles, np.array(sizes, np.int64), parameters.reach, parameters.iterations)
    pixels = [
        [_area(tile, step * parameters.reach, sizes) for step in range(1, parameters.iterations + 1)] for tile in tiles
    ]
    return Floor(
        pixel_iterations=sum(map(sum, pixels)),
        all_pixel_iterations=parameters.iterations * sum(size**2 for size in sizes),
        bytes_read=2 * COEFFICIENTS * _FLOAT_BYTES * sum(steps[-1] for steps in pixels),
    )


def _area(tile: np.ndarray, margin: int, sizes: tuple[int, ...]) -> int:
    level, top, left, bottom, right = tile.tolist()
    last = sizes[level]
    height = min(bottom + margin, last) - max(top - margin, 0)
    return int(height * (min(right + margin, last) - max(left - margin, 0)))


def _cycles_per_second() -> float:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("cpu MHz"):
            return 1e6 * float(line.partition(":")[2])
    return 2.5e9


def _bytes_per_second() -> float:
    source, target = np.ones(16 << 20, np.float32), np.zeros(16 << 20, np.float32)
    seconds = []
    for _ in range(5):
        start = time.thread_time()
        np.copyto(target, source)
        seconds.append(time.thread_time() - start)
    return source.nbytes / min(seconds)
