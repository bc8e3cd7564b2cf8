"""The regions of the facial graph and the nose tip, as landmarks of the 68-point layout (0-based).

        18 19 20     23 24 25        left brow, right brow (as seen in the image)
           41          46            lower eyelids (extra)
               29
            31 30 35                 nose tip, 29 and 30: gives the head motion; nose sides, 31 and 35 (extra)
           48  51  54
               57                    mouth

[Deng2024] Fig. 3 shows the ten published regions without numbers; the landmarks are those of the lineage its code
stands in. The extra regions are those that the released features hold beyond the ten: the nose sides by the landmarks
that the lineage names; for the lower eyelids it names none, and we take the outer of the two landmarks on each lower
rim, the one farther from the nose. The order of the parts and inside a part is fixed here and nowhere else.
"""

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


PART_LANDMARKS = {
    FacialPart.LEFT_BROW: (18, 19, 20),
    FacialPart.RIGHT_BROW: (23, 24, 25),
    FacialPart.MOUTH: (48, 51, 54, 57),
    FacialPart.NOSE_SIDES: (31, 35),
    FacialPart.LEFT_EYELID: (41,),
    FacialPart.RIGHT_EYELID: (46,),
}
"""One landmark per region."""

NOSE_TIP_LANDMARKS = (29, 30)

_LAST_PART = {
    FaceRegions.TEN: FacialPart.MOUTH,
    FaceRegions.NOSE_SIDES: FacialPart.NOSE_SIDES,
    FaceRegions.EYELIDS: FacialPart.RIGHT_EYELID,
}


def facial_parts(regions: FaceRegions) -> tuple[FacialPart, ...]:
    """The parts that these regions make."""
    return tuple(part for part in FacialPart if part <= _LAST_PART[regions])


def region_landmarks(regions: FaceRegions) -> tuple[int, ...]:
    """One landmark per region, in the order of the `regions` axis."""
    return tuple(landmark for part in facial_parts(regions) for landmark in PART_LANDMARKS[part])


REGION_LANDMARKS = region_landmarks(FaceRegions.TEN)
"""Those of the ten published regions."""

NUM_REGIONS = len(REGION_LANDMARKS)
