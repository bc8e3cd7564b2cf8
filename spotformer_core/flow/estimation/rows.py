"""Copying and comparing stretches of rows, eight pixels at a time and the rest one by one."""

import numpy as np

from spotformer_core.flow.estimation.compilation import compiled, compiled_in_place
from spotformer_core.flow.estimation.lane_functions import larger
from spotformer_core.flow.estimation.lanes import LANES, Flat, load, spread, store


@compiled_in_place
def copy_row(source: Flat, source_at: int, to: Flat, to_at: int, count: int) -> None:
    """Copies `count` elements and touches no others."""
    whole = count // LANES * LANES
    for at in range(0, whole, LANES):
        store(to, to_at + at, load(source, source_at + at))
    for at in range(whole, count):
        to[to_at + at] = source[source_at + at]


@compiled
def largest_difference(one: Flat, one_at: int, other: Flat, other_at: int, count: int) -> np.float32:
    """The largest difference between two stretches of `count` elements; infinite if one is no number."""
    whole = count // LANES * LANES
    most, total = spread(0.0), spread(0.0)
    for at in range(0, whole, LANES):
        difference = load(one, one_at + at) - load(other, other_at + at)
        difference = larger(difference, spread(0.0) - difference)
        most, total = larger(difference, most), total + difference
    lanes = np.empty(2 * LANES, np.float32)
    store(lanes, 0, most)
    store(lanes, LANES, total)
    largest = np.float32(0)
    for lane in range(LANES):
        # A comparison loses what is no number, a sum keeps it.
        if not np.isfinite(lanes[LANES + lane]):
            return np.float32(np.inf)
        largest = max(largest, lanes[lane])
    for at in range(whole, count):
        difference_here = abs(one[one_at + at] - other[other_at + at])
        if not np.isfinite(difference_here):
            return np.float32(np.inf)
        largest = max(largest, difference_here)
    return largest
