"""The estimator that a name stands for."""

from typing import Any

from spotformer_core.flow.estimation.cached_farneback import CachedFarneback
from spotformer_core.flow.estimation.opencv import OpenCVDIS, OpenCVFarneback
from spotformer_core.flow.estimation.parameters import EstimatorName, FarnebackParameters
from spotformer_core.flow.estimation.warm_farneback import WarmFarneback
from spotformer_core.flow.estimator import FlowEstimator


def build_estimator(name: EstimatorName, parameters: FarnebackParameters, face_size: int) -> FlowEstimator[Any]:
    """The estimator `name` for faces of `face_size` pixels a side; `opencv-dis` leaves the parameters unused."""
    match name:
        case EstimatorName.FARNEBACK:
            return CachedFarneback(parameters, face_size)
        case EstimatorName.FARNEBACK_WARM:
            return WarmFarneback(parameters, face_size)
        case EstimatorName.OPENCV_FARNEBACK:
            return OpenCVFarneback(parameters)
        case EstimatorName.OPENCV_DIS:
            return OpenCVDIS()
