"""The three scales of the facial graph: regions, parts, face ([Deng2024] Fig. 4 b).

regions  0 1 2        3 4 5         6 7 8 9   10 11         12               13
parts    left brow    right brow    mouth     nose sides    left eyelid      right eyelid
face     face

The published graph ends with the mouth; what follows are the extra regions of `FaceRegions`.
"""

from dataclasses import dataclass
from enum import IntEnum

from spotformer_core.config import FaceRegions


class FacialPart(IntEnum):
    """The parts of the face, the nodes of the second scale. Left and right stay apart: MEs are asymmetric."""

    LEFT_BROW = 0
    RIGHT_BROW = 1
    MOUTH = 2
    NOSE_SIDES = 3
    LEFT_EYELID = 4
    RIGHT_EYELID = 5


_REGIONS_PER_PART = {
    FacialPart.LEFT_BROW: 3,
    FacialPart.RIGHT_BROW: 3,
    FacialPart.MOUTH: 4,
    FacialPart.NOSE_SIDES: 2,
    FacialPart.LEFT_EYELID: 1,
    FacialPart.RIGHT_EYELID: 1,
}

_LAST_PART = {
    FaceRegions.TEN: FacialPart.MOUTH,
    FaceRegions.NOSE_SIDES: FacialPart.NOSE_SIDES,
    FaceRegions.EYELIDS: FacialPart.RIGHT_EYELID,
}


@dataclass(frozen=True, slots=True)
class FacialGraph:
    """Which regions make which part.

    Attributes:
        regions_per_part: in the order of `FacialPart`. Regions stand in the order of their parts, so members of a part
            are neighbours.
    """

    regions_per_part: tuple[int, ...]

    @property
    def num_regions(self) -> int:
        """Nodes of the first scale."""
        return sum(self.regions_per_part)

    @property
    def num_parts(self) -> int:
        """Nodes of the second scale."""
        return len(self.regions_per_part)


def facial_graph(regions: FaceRegions) -> FacialGraph:
    """The graph of these regions."""
    parts = [part for part in FacialPart if part <= _LAST_PART[regions]]
    return FacialGraph(tuple(_REGIONS_PER_PART[part] for part in parts))
