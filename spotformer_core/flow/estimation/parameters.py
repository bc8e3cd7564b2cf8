"""The parameters of Farneback's method and the names of the flow estimators."""

from dataclasses import dataclass
from enum import StrEnum

from spotformer_core.errors import require


class EstimatorName(StrEnum):
    """The implementations of dense flow that can be chosen.

    FARNEBACK         [Farneback2003] as OpenCV computes it, equal to it within 1e-4 px, only where flow is wanted
    FARNEBACK_WARM    the same, started from the flow to the frame before where that is safe; within 0.02 px
    OPENCV_FARNEBACK  OpenCV's own, the reference
    OPENCV_DIS        OpenCV's dense inverse search, [Kroeger2016]
    """

    FARNEBACK = "farneback"
    FARNEBACK_WARM = "farneback-warm"
    OPENCV_FARNEBACK = "opencv-farneback"
    OPENCV_DIS = "opencv-dis"


@dataclass(frozen=True, kw_only=True, slots=True)
class FarnebackParameters:
    """OpenCV's usual parameters of [Farneback2003]; [Deng2024] does not state its own.

    Raises:
        InvalidValueError: for a value that breaks the rule of its field.
    """

    levels: int = 3
    """Halvings of the face; none makes it smaller than 32 pixels."""
    window: int = 15
    """Side in pixels of the square over which motion is taken to be one."""
    iterations: int = 3
    """Of every level."""
    poly_n: int = 5
    """A pixel's polynomial is fitted to the square of 2 poly_n + 1 pixels around it."""
    poly_sigma: float = 1.2
    """Width in pixels of the Gaussian that weighs the fit."""

    def __post_init__(self) -> None:
        _require_within("levels", self.levels, 1, 10, "Use 3.")
        # OpenCV averages an even window over one pixel more than it divides by, and a window of 1 over a row too much.
        require(
            3 <= self.window <= 101 and self.window % 2 == 1,
            "window",
            "an odd number from 3 to 101",
            self.window,
            "Use 15.",
        )
        _require_within("iterations", self.iterations, 1, 20, "Use 3.")
        _require_within("poly_n", self.poly_n, 1, 15, "Use 5 with a poly_sigma of 1.2, or 7 with 1.5.")
        _require_within("poly_sigma", self.poly_sigma, 0.5, 10.0, "Use 1.2 with a poly_n of 5, or 1.5 with 7.")

    @property
    def reach(self) -> int:
        """Pixels from the centre of the window to its side."""
        return self.window // 2


def _require_within(name: str, value: float, smallest: float, largest: float, repair: str) -> None:
    require(smallest <= value <= largest, name, f"from {smallest} to {largest}", value, repair)
