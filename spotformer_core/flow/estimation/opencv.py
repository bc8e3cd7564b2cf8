"""OpenCV's estimators behind the contract: dense flow of the whole face, of which the wanted pixels are taken."""

from collections.abc import Sequence

import cv2
import numpy as np

from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.parameters import FarnebackParameters
from spotformer_core.shapes import Float32, UInt8

Face = UInt8[np.ndarray, "size size"]

_PYRAMID_SCALE = 0.5
_NO_FLAGS = 0


class OpenCVFarneback:
    """[Farneback2003] by `cv2.calcOpticalFlowFarneback`, the reference for ours."""

    def __init__(self, parameters: FarnebackParameters) -> None:
        self._parameters = parameters

    def prepare(self, face: Face) -> Face:
        """The face: OpenCV keeps nothing from pair to pair."""
        return face

    def flow(self, first: Face, later: Sequence[Face], areas: Areas) -> Float32[np.ndarray, "pairs pixels 2"]:
        """Horizontal and vertical motion of the pixels of `areas`, from `first` to each of `later`, in pixels."""
        chosen = self._parameters
        parameters = (chosen.levels, chosen.window, chosen.iterations, chosen.poly_n, chosen.poly_sigma)
        return _at_areas(
            areas,
            [cv2.calcOpticalFlowFarneback(first, face, None, _PYRAMID_SCALE, *parameters, _NO_FLAGS) for face in later],  # type: ignore[call-overload]
        )


class OpenCVDIS:
    """Dense inverse search, [Kroeger2016], by `cv2.DISOpticalFlow`; it has no parameters of Farneback's.

    The preset is the most careful one, medium: on rendered faces its error is that of Farneback's method, while that
    of fast and ultrafast is twice as large, a third of the motion of an expression.
    """

    def prepare(self, face: Face) -> Face:
        """The face: OpenCV keeps nothing from pair to pair."""
        return face

    def flow(self, first: Face, later: Sequence[Face], areas: Areas) -> Float32[np.ndarray, "pairs pixels 2"]:
        """Horizontal and vertical motion of the pixels of `areas`, from `first` to each of `later`, in pixels."""
        # Made anew: it starts from what it computed last, and it cannot be sent to another process.
        estimator = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        return _at_areas(areas, [estimator.calc(first, face, None) for face in later])  # type: ignore[call-overload]


def _at_areas(areas: Areas, flows: Sequence[np.ndarray]) -> Float32[np.ndarray, "pairs pixels 2"]:
    rows, columns = areas.pixels.T
    motion = np.empty((len(flows), len(rows), 2), np.float32)
    for pair, flow in enumerate(flows):
        motion[pair] = flow[rows, columns]
    return motion
