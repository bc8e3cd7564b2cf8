"""MDMO in Python loops over pixels, as the public code of the lineage computes it (facts of its procedure only)."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

NOSE_BORDERS = (math.pi / 4, 3 * math.pi / 4, 5 * math.pi / 4, 7 * math.pi / 4)
REGION_BORDERS = (math.pi / 6, 5 * math.pi / 6, 7 * math.pi / 6, 11 * math.pi / 6)


def looped_mdmo(vectors: np.ndarray, borders: Sequence[float], share: float) -> tuple[float, float]:
    """The main directional mean of `vectors` (pixels, 2)."""
    bins: list[list[tuple[float, float, float]]] = [[], [], [], []]
    for x, y in vectors:
        angle = math.atan2(y, x) % (2 * math.pi)
        for number in range(3):
            if borders[number] <= angle < borders[number + 1]:
                bins[number].append((math.sqrt(x * x + y * y), x, y))
                break
        else:
            bins[3].append((math.sqrt(x * x + y * y), x, y))
    main = max(bins, key=len)
    main.sort(reverse=True)
    kept = main[: max(1, int(share * len(main)))]
    mean_length, sum_x, sum_y = 0.0, 0.0, 0.0
    for length, x, y in kept:
        mean_length += length / len(kept)
        sum_x += x
        sum_y += y
    norm = math.sqrt(sum_x * sum_x + sum_y * sum_y)
    return (sum_x / norm * mean_length, sum_y / norm * mean_length) if norm else (0.0, 0.0)


def looped_pair(vectors: np.ndarray, starts: np.ndarray) -> list[tuple[float, float]]:
    """Motion of the regions of one pair, (pixels, 2) pooled area after area, the nose tip being the last."""
    head = looped_mdmo(vectors[starts[-2] :], NOSE_BORDERS, 0.88)
    return [looped_mdmo(vectors[first:last] - head, REGION_BORDERS, 0.6) for first, last in pairwise(starts[:-1])]
