"""From the flow vectors of an area to one vector: MDMO [Liu2015], or the plain mean of Eq. 1 of [Deng2024].

MDMO sorts the vectors into four bins by direction; the most populous bin is the main direction; of its vectors only
the longest share is kept. What comes back points along their sum and is as long as their mean. Bins and shares are
those of the lineage that [Deng2024]'s code stands in; Eq. 1 calls the values it averages "MDMO optical flow".

    bin 0   to the right
    bin 1   downwards in the image       from 45 to 135 degrees in the nose tip, from 30 to 150 in a region
    bin 2   to the left
    bin 3   upwards in the image
"""

from enum import StrEnum
from math import pi, sqrt, tan
from typing import no_type_check

import numba
import numpy as np

from spotformer_core.shapes import Float32, Int64


class Pooling(StrEnum):
    """How the flow vectors of an area become one."""

    MDMO = "mdmo"
    """The main directional mean [Liu2015]."""
    MEAN = "mean"
    """The plain mean, Eq. 1 of [Deng2024] as printed."""


NOSE_SHARE = 0.88
"""Share of the main bin's vectors that is kept in the nose-tip area."""
REGION_SHARE = 0.6
NOSE_SLOPE = 1.0
"""Tangent of the angle between the horizontal axis and the border of a bin: 45 degrees."""
REGION_SLOPE = tan(pi / 6)


def pool_nose_tip(vectors: Float32[np.ndarray, "pairs pixels 2"], pooling: Pooling) -> Float32[np.ndarray, "pairs 2"]:
    """Head motion of each pair: the pooled flow of the nose-tip area (Eq. 1 of [Deng2024])."""
    if pooling is Pooling.MEAN:
        return np.asarray(vectors.mean(axis=1), np.float32)
    starts = np.array([0, vectors.shape[1]], np.int64)
    still = np.zeros((len(vectors), 2), np.float32)
    return np.asarray(_pooled(vectors, starts, still, NOSE_SLOPE, NOSE_SHARE)[:, 0])


def pool_regions(
    vectors: Float32[np.ndarray, "pairs pixels 2"],
    starts: Int64[np.ndarray, " regions_and_end"],
    head_motion: Float32[np.ndarray, "pairs 2"],
    pooling: Pooling,
) -> Float32[np.ndarray, "pairs regions 2"]:
    """The pooled flow of each region, head motion taken off every vector first.

    Args:
        starts: where the pixels of each region begin, and where those of the last one end.
    """
    if pooling is Pooling.MEAN:
        sums = np.add.reduceat(vectors[:, : starts[-1]], starts[:-1], axis=1)
        means = sums / np.diff(starts)[None, :, None] - head_motion[:, None, :]
        return np.asarray(means, np.float32)
    return np.asarray(_pooled(vectors, starts, head_motion, REGION_SLOPE, REGION_SHARE))


@numba.njit(cache=True, nogil=True)
@no_type_check
def _pooled(vectors: np.ndarray, starts: np.ndarray, head_motion: np.ndarray, slope: float, share: float) -> np.ndarray:
    num_pairs, num_areas = len(vectors), len(starts) - 1
    longest = np.max(np.diff(starts))
    bins, lengths = np.empty(longest, np.uint8), np.empty(longest, np.float32)
    x, y = np.empty(longest, np.float32), np.empty(longest, np.float32)
    candidates = np.empty(longest, np.float32)
    pooled = np.empty((num_pairs, num_areas, 2), np.float32)
    for pair in range(num_pairs):
        for area in range(num_areas):
            first, num_pixels = starts[area], starts[area + 1] - starts[area]
            for pixel in range(num_pixels):
                x[pixel] = vectors[pair, first + pixel, 0] - head_motion[pair, 0]
                y[pixel] = vectors[pair, first + pixel, 1] - head_motion[pair, 1]
            main = _main_bin(x, y, bins, num_pixels, np.float32(slope))
            pooled[pair, area] = _mean_of_longest(x, y, bins, lengths, candidates, num_pixels, main, share)
    return pooled


@numba.njit(cache=True, nogil=True)
@no_type_check
def _main_bin(x: np.ndarray, y: np.ndarray, bins: np.ndarray, num_pixels: int, slope: float) -> int:
    """Writes the direction bin of every vector; the number of the most populous, the lowest of equal ones."""
    for pixel in range(num_pixels):
        rise = slope * x[pixel]
        up = y[pixel] >= rise and y[pixel] > -rise
        down = y[pixel] <= rise and y[pixel] < -rise
        left = x[pixel] < 0
        # Branches would be mispredicted on noise; sums of truth values are not.
        bins[pixel] = np.uint8(1) * up + np.uint8(3) * down + np.uint8(2) * (left and not up and not down)
    counts = np.zeros(4, np.int64)
    for pixel in range(num_pixels):
        counts[bins[pixel]] += 1
    return int(np.argmax(counts))


@numba.njit(cache=True, nogil=True)
@no_type_check
def _mean_of_longest(
    x: np.ndarray,
    y: np.ndarray,
    bins: np.ndarray,
    lengths: np.ndarray,
    candidates: np.ndarray,
    num_pixels: int,
    main: int,
    share: float,
) -> tuple[float, float]:
    """The direction of the sum and the mean length of the longest `share` of the vectors in bin `main`."""
    count = 0
    for pixel in range(num_pixels):
        lengths[pixel] = x[pixel] * x[pixel] + y[pixel] * y[pixel]
        candidates[count] = lengths[pixel]
        count += bins[pixel] == main
    num_kept = max(1, int(np.floor(share * count)))
    # A selection, not a sort: only which vectors are kept matters. Of equally long ones the first are kept.
    bound = np.partition(candidates[:count], count - num_kept)[count - num_kept]
    num_longer = 0
    for pixel in range(num_pixels):
        num_longer += bins[pixel] == main and lengths[pixel] > bound
    ties_left = num_kept - num_longer
    sum_x, sum_y, sum_length = 0.0, 0.0, 0.0
    for pixel in range(num_pixels):
        if bins[pixel] != main or lengths[pixel] < bound:
            continue
        if lengths[pixel] == bound:
            if ties_left == 0:
                continue
            ties_left -= 1
        sum_x += x[pixel]
        sum_y += y[pixel]
        sum_length += sqrt(lengths[pixel])
    norm = sqrt(sum_x * sum_x + sum_y * sum_y)
    scale = sum_length / num_kept / norm if norm > 0 else 0.0
    return sum_x * scale, sum_y * scale
