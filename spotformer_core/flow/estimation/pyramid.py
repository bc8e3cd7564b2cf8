"""The pyramid of a face: its sizes, and where the flat arrays of compiled code keep each level.

    expansions   rows of all levels one after the other; a row holds five planes, one coefficient each
    flow         per level a plane of x and a plane of y

Five planes within a row, rather than five images, keep what one step reads close together.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled_in_place
from spotformer_core.flow.estimation.lanes import LANES
from spotformer_core.shapes import Int64

COEFFICIENTS = 5
"""Of a polynomial of second degree in two variables; the constant is not needed."""
_SMALLEST_SIDE = 32
"""OpenCV's: a level that would be smaller is left out."""


class Level(NamedTuple):
    """One level inside compiled code: its side in pixels and its places in the flat arrays."""

    size: int
    stride: int
    """Elements from one plane of a row to the next, and from one row of flow to the next."""
    expansion_at: int
    flow_at: int


@compiled_in_place
def level_of(table: Int64[np.ndarray, "levels 4"], number: int) -> Level:
    """Level `number` of a pyramid's table, 0 being the finest."""
    return Level(table[number, 0], table[number, 1], table[number, 2], table[number, 3])


@dataclass(frozen=True)
class Pyramid:
    """The levels of a square face, as OpenCV's Farneback has them.

    Attributes:
        face_size: side of the face in pixels.
        levels: halvings at most.
    """

    face_size: int
    levels: int

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """Sides in pixels, the finest level first."""
        scales = [0.5**level for level in range(self.levels + 1)]
        return tuple(round(self.face_size * scale) for scale in scales if scale == 1 or self._is_kept(scale))

    def _is_kept(self, scale: float) -> bool:
        return self.face_size * scale >= _SMALLEST_SIDE

    @cached_property
    def table(self) -> Int64[np.ndarray, "levels 4"]:
        """The fields of `Level`, the finest level first."""
        rows, expansion_at, flow_at = [], self._slack, 0
        for size in self.sizes:
            stride = -(-size // LANES) * LANES
            rows.append((size, stride, expansion_at, flow_at))
            expansion_at += size * stride * COEFFICIENTS
            flow_at += 2 * size * stride
        return np.array(rows, np.int64)

    @cached_property
    def expansion_length(self) -> int:
        """Elements of the expansions of all levels."""
        size, stride, expansion_at, _ = self.table[-1]
        return int(expansion_at + size * stride * COEFFICIENTS + self._slack)

    @cached_property
    def flow_length(self) -> int:
        """Elements of the flow of all levels."""
        size, stride, _, flow_at = self.table[-1]
        return int(flow_at + 2 * size * stride + LANES)

    @property
    def _slack(self) -> int:
        """What may be read before the first pixel and behind the last: two rows and some lanes."""
        return 2 * COEFFICIENTS * -(-self.face_size // LANES) * LANES + 2 * LANES
