"""The pixels of the face crop whose flow is wanted: the regions of the facial graph and the nose tip.

Everything else of a dense flow is thrown away, so an estimator may leave it out.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spotformer_core.config import FaceRegions
from spotformer_core.flow.regions import NOSE_TIP_LANDMARKS, region_landmarks
from spotformer_core.shapes import Float32, Int64


@dataclass(frozen=True, eq=False)
class Areas:
    """Rectangles of the face crop; their pixels are counted rectangle after rectangle, each row by row.

    Attributes:
        rectangles: first row, first column, row after the last, column after the last; inside the crop.
    """

    rectangles: Int64[np.ndarray, "areas 4"]

    @cached_property
    def pixels(self) -> Int64[np.ndarray, "pixels 2"]:
        """Row and column of every pixel."""
        grids = [np.mgrid[top:bottom, left:right].reshape(2, -1).T for top, left, bottom, right in self.rectangles]
        return np.concatenate(grids).astype(np.int64)

    @cached_property
    def starts(self) -> Int64[np.ndarray, " areas_and_end"]:
        """Where the pixels of each rectangle begin, and after the last one the number of pixels."""
        heights_and_widths = self.rectangles[:, 2:] - self.rectangles[:, :2]
        return np.concatenate([[0], np.cumsum(heights_and_widths.prod(axis=1))]).astype(np.int64)


def face_areas(
    landmarks: Float32[np.ndarray, "68 2"],
    *,
    radius: int,
    face_size: int,
    regions: FaceRegions = FaceRegions.TEN,
) -> Areas:
    """The regions in the order of the `regions` axis, and last the nose tip.

    A region is a square of 2 radius + 1 pixels a side around its landmark, moved inside at the border. The nose tip is
    the box of landmarks 29 and 30, grown by twice the radius and cut at the border.

    Args:
        landmarks: in pixels of the face crop, x before y.
    """
    centers = np.rint(landmarks[list(region_landmarks(regions)), ::-1]).astype(np.int64)
    centers = np.clip(centers, radius, face_size - 1 - radius)
    squares = np.concatenate([centers - radius, centers + radius + 1], axis=1)
    nose = np.rint(landmarks[list(NOSE_TIP_LANDMARKS), ::-1]).astype(np.int64)
    low = np.clip(nose.min(axis=0) - 2 * radius, 0, face_size - 1)
    high = np.clip(nose.max(axis=0) + 2 * radius, 0, face_size - 1)
    return Areas(np.concatenate([squares, np.concatenate([low, high + 1])[None]]))
