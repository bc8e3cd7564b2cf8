"""The three scales of the facial graph: ten regions, three parts, one face ([Deng2024] Fig. 4 b).

regions  0 1 2        3 4 5         6 7 8 9
parts    left brow    right brow    mouth
face     face
"""

from enum import IntEnum


class FacialPart(IntEnum):
    """The asymmetric parts of the face, in the order of the nodes of the second scale."""

    LEFT_BROW = 0
    RIGHT_BROW = 1
    MOUTH = 2


PART_OF_REGION = (FacialPart.LEFT_BROW,) * 3 + (FacialPart.RIGHT_BROW,) * 3 + (FacialPart.MOUTH,) * 4
"""Part of every region. Regions stand in the order of their parts, so members of a part are neighbours."""

NUM_REGIONS = len(PART_OF_REGION)

REGIONS_PER_PART = tuple(PART_OF_REGION.count(part) for part in FacialPart)
"""Group sizes of the first pooling, from regions to parts."""

PARTS_PER_FACE = (len(FacialPart),)
"""Group sizes of the second pooling, from parts to the face."""
