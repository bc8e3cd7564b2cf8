"""The ten regions of the facial graph and the nose tip, as landmarks of the 68-point layout (0-based).

        18 19 20     23 24 25        left brow, right brow (as seen in the image)
               29
               30                    nose tip: gives the head motion
           48  51  54
               57                    mouth

[Deng2024] Fig. 3 shows them without numbers; the landmarks are those of the lineage its code stands in. The order
inside a part is fixed here and nowhere else.
"""

LEFT_BROW = (18, 19, 20)
RIGHT_BROW = (23, 24, 25)
MOUTH = (48, 51, 54, 57)
PARTS = (LEFT_BROW, RIGHT_BROW, MOUTH)

REGION_LANDMARKS = LEFT_BROW + RIGHT_BROW + MOUTH
"""One landmark per region, in the order of the `regions` axis."""

NUM_REGIONS = len(REGION_LANDMARKS)
NOSE_TIP_LANDMARKS = (29, 30)
