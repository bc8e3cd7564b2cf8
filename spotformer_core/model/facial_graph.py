"""The three scales of the facial graph: regions, parts, face ([Deng2024] Fig. 4 b).

regions  0 1 2        3 4 5         6 7 8 9   10 11         12               13
parts    left brow    right brow    mouth     nose sides    left eyelid      right eyelid
face     face

The published graph ends with the mouth; what follows are the extra regions of `FaceRegions`. Which landmarks they are
stands in `flow.regions`.
"""

from dataclasses import dataclass

from spotformer_core.config import FaceRegions
from spotformer_core.flow.regions import PART_LANDMARKS, facial_parts


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
    return FacialGraph(tuple(len(PART_LANDMARKS[part]) for part in facial_parts(regions)))
