"""The ten regions of the facial graph and the nose tip, as landmarks of the 68-point layout (0-based).

        18 19 20     23 24 25        left brow, right brow (as seen in the image)
               29
               30                    nose tip: gives the head motion
           48  51  54
               57                    mouth

[Deng2024] Fig. 3 shows them without numbers; the landmarks are those of the lineage its code stands in. The order
inside a part is fixed here and nowhere else.
"""

import numpy as np

from spotformer_core.shapes import Float32, Int

LEFT_BROW = (18, 19, 20)
RIGHT_BROW = (23, 24, 25)
MOUTH = (48, 51, 54, 57)
PARTS = (LEFT_BROW, RIGHT_BROW, MOUTH)

REGION_LANDMARKS = LEFT_BROW + RIGHT_BROW + MOUTH
"""One landmark per region, in the order of the `regions` axis."""

NUM_REGIONS = len(REGION_LANDMARKS)
NOSE_TIP_LANDMARKS = (29, 30)


def region_pixels(
    landmarks: Float32[np.ndarray, "68 2"], *, radius: int, face_size: int
) -> Int[np.ndarray, "regions pixels 2"]:
    """Row and column of every pixel of every region in the face crop; a region is a square around its landmark.

    Args:
        landmarks: in pixels of the face crop, x before y.
        radius: a region has 2 radius + 1 pixels a side; regions at the border are moved inside.
    """
    centers = np.rint(landmarks[list(REGION_LANDMARKS)]).astype(np.int64)
    centers = np.clip(centers, radius, face_size - 1 - radius)
    reach = np.arange(-radius, radius + 1)
    rows = centers[:, 1, None, None] + reach[None, :, None] + 0 * reach[None, None, :]
    columns = centers[:, 0, None, None] + reach[None, None, :] + 0 * reach[None, :, None]
    return np.stack([rows, columns], axis=-1).reshape(NUM_REGIONS, -1, 2)


def nose_tip_pixels(
    landmarks: Float32[np.ndarray, "68 2"], *, radius: int, face_size: int
) -> Int[np.ndarray, "pixels 2"]:
    """Row and column of every pixel of the nose-tip area: the box of landmarks 29 and 30, grown by `radius`."""
    corners = np.rint(landmarks[list(NOSE_TIP_LANDMARKS)]).astype(np.int64)
    low = np.clip(corners.min(axis=0) - radius, 0, face_size - 1)
    high = np.clip(corners.max(axis=0) + radius, 0, face_size - 1)
    rows, columns = np.mgrid[low[1] : high[1] + 1, low[0] : high[0] + 1]
    return np.stack([rows, columns], axis=-1).reshape(-1, 2)
