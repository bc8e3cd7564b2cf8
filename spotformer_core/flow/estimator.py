"""The contract of a flow estimator: dense flow where it is wanted, from one face to each of the later ones."""

from collections.abc import Sequence
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.shapes import Float32, UInt8

Prepared = TypeVar("Prepared")


@runtime_checkable
class FlowEstimator(Protocol[Prepared]):
    """An implementation of dense optical flow between face crops of one size.

    A face takes part in up to 2 S pairs. What can be computed from it alone is computed once, by `prepare`.
    """

    def prepare(self, face: UInt8[np.ndarray, "size size"]) -> Prepared:
        """What every pair with this face shares."""
        ...

    def flow(self, first: Prepared, later: Sequence[Prepared], areas: Areas) -> Float32[np.ndarray, "pairs pixels 2"]:
        """Horizontal and vertical motion of the pixels of `areas`, from `first` to each of `later`, in pixels.

        `later` are the faces of the frames that follow the first one, in their order and without gaps: an estimator
        may use that flow grows from one to the next. The result depends on nothing but the arguments.
        """
        ...
