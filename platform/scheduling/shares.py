"""Which fraction of a GPU a fold is given: few sizes, so that a worker can be used again for the next fold."""

from fractions import Fraction

FOLDS_PER_GPU = (1, 2, 3, 4, 6, 8, 12, 16)
"""A worker is used again only for a fold of the same size, and a new one takes seconds to start."""

HEADROOM = 1.15
"""What is given over what was measured: a few steps do not see how memory is cut into pieces in many. Not yet tried on
a GPU; a fold for which it is not enough is run again on a whole one."""

_RAYS_RESOLUTION = 10_000
"""Ray counts fractions of a GPU in so many parts."""


def folds_per_gpu(num_bytes: float, *, total_bytes: int) -> int:
    """How many folds that hold `num_bytes` each, context included, are put on a GPU of `total_bytes`; at least 1."""
    needed = num_bytes * HEADROOM
    return max((count for count in FOLDS_PER_GPU if count * needed <= total_bytes), default=1)


def share_of_gpu(folds: int) -> float:
    """The part of a GPU of which as many as `folds` fit on one, in the resolution that Ray counts in."""
    return float(Fraction(_RAYS_RESOLUTION // folds, _RAYS_RESOLUTION))
