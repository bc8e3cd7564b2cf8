"""Dense optical flow by OpenCV's implementation of [Farneback2003]."""

import cv2
import numpy as np

from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.shapes import Float32, UInt8

_PYRAMID_SCALE = 0.5
_NO_FLAGS = 0


def farneback_flow(
    first: UInt8[np.ndarray, "size size"], second: UInt8[np.ndarray, "size size"], settings: ExtractionSettings
) -> Float32[np.ndarray, "size size 2"]:
    """Horizontal and vertical motion of every pixel from `first` to `second`, in pixels."""
    flow = cv2.calcOpticalFlowFarneback(  # type: ignore[call-overload]
        first,
        second,
        None,
        _PYRAMID_SCALE,
        settings.farneback_levels,
        settings.farneback_window,
        settings.farneback_iterations,
        settings.farneback_poly_n,
        settings.farneback_poly_sigma,
        _NO_FLAGS,
    )
    return np.asarray(flow, np.float32)
