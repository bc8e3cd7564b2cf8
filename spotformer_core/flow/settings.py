"""What decides the numbers of a flow band; two bands may be compared only if these are equal."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from spotformer_core.config import LARGEST_WINDOW, SMALLEST_WINDOW, FaceRegions
from spotformer_core.errors import InvalidValueError, require
from spotformer_core.flow.estimation.parameters import EstimatorName, FarnebackParameters
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.regions import region_landmarks

EXTRACTION_VERSION = 3
"""Raised with every change that alters the numbers of a flow band."""


class FlowStrategy(StrEnum):
    """From which frame flow is measured ([Deng2024] Fig. 5).

    The third strategy of the paper, flow between adjacent frames, is the first step of an SW-MRO band: one extraction
    serves both (`windows.adjacent_flow`).
    """

    SW_MRO = "sw-mro"
    """From every frame to each of the S frames after it."""
    LARGE_WINDOW = "large-window"
    """From the first frame of a large window that does not slide: to every frame of it and S frames beyond."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractionSettings:
    """How flow is extracted. The Farneback parameters are OpenCV's usual ones; [Deng2024] does not state its own."""

    max_window: int = LARGEST_WINDOW
    """Largest window w that the band will serve; it holds S = max_window - 1 steps."""
    strategy: FlowStrategy = FlowStrategy.SW_MRO
    large_window: int = 128
    """Frames of a large window; [Deng2024] names none. Used by that strategy only."""
    face_size: int = 320
    """Side of the square face crop in pixels ([Deng2024] Sec. 4.1: 320)."""
    regions: FaceRegions = FaceRegions.TEN
    """Regions of the band, in that order; it serves every network with these or fewer."""
    region_radius: int = 6
    """A region is a square of 2 radius + 1 pixels of the face crop."""
    estimator: EstimatorName = EstimatorName.FARNEBACK
    head_motion: HeadMotion = HeadMotion.SUBTRACT
    pooling: Pooling = Pooling.MDMO
    farneback_levels: int = 3
    farneback_window: int = 15
    farneback_iterations: int = 3
    farneback_poly_n: int = 5
    farneback_poly_sigma: float = 1.2

    def __post_init__(self) -> None:
        require(
            SMALLEST_WINDOW <= self.max_window <= LARGEST_WINDOW and self.max_window % 2 == 1,
            "max_window",
            f"an odd number from {SMALLEST_WINDOW} to {LARGEST_WINDOW}",
            self.max_window,
            "One extraction serves every window up to it.",
        )
        require(64 <= self.face_size <= 1024, "face_size", "from 64 to 1024", self.face_size, "[Deng2024] uses 320.")
        require(
            1 <= self.region_radius <= self.face_size // 16,
            "region_radius",
            f"from 1 to face_size / 16 ({self.face_size // 16})",
            self.region_radius,
            "Use 6 for a face of 320 pixels and 3 for 160.",
        )
        require(self.large_window >= 2, "large_window", "at least 2 frames", self.large_window, "128 is about 4 s.")
        _ = self.farneback

    @property
    def farneback(self) -> FarnebackParameters:
        """The parameters of Farneback's algorithm."""
        return FarnebackParameters(
            levels=self.farneback_levels,
            window=self.farneback_window,
            iterations=self.farneback_iterations,
            poly_n=self.farneback_poly_n,
            poly_sigma=self.farneback_poly_sigma,
        )

    @property
    def num_steps(self) -> int:
        """S: steps of the band."""
        return self.max_window - 1

    @property
    def num_regions(self) -> int:
        """R: regions of the band."""
        return len(region_landmarks(self.regions))

    def as_dict(self) -> dict[str, Any]:
        """Every setting that counts and the version of the extraction, as plain JSON values."""
        settings = {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}
        if self.strategy is not FlowStrategy.LARGE_WINDOW:
            del settings["large_window"]
        if self.regions is FaceRegions.TEN:
            # Stores and studies made while there were no other regions stay what they are.
            del settings["regions"]
        return {"extraction_version": EXTRACTION_VERSION, **settings}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ExtractionSettings":
        """The settings that `as_dict` wrote.

        Raises:
            InvalidValueError: when they were written by another version of the extraction, or are no such settings.
        """
        version = values.get("extraction_version")
        require(
            version == EXTRACTION_VERSION,
            "extraction_version",
            str(EXTRACTION_VERSION),
            version,
            "Flow of other versions, and imported features, cannot be extracted here.",
        )
        types = {one.name: one.type for one in fields(cls)}
        unknown = sorted(set(values) - {"extraction_version", *types})
        require(not unknown, "the settings of an extraction", f"among {sorted(types)}", unknown, "Leave them out.")
        given = {name: value for name, value in values.items() if name in types}
        try:
            return cls(**{name: types[name](value) for name, value in given.items()})  # type: ignore[operator]
        except (TypeError, ValueError) as error:
            raise InvalidValueError(
                f"the settings of an extraction must be those of its fields, got {given} ({error}). Write them again."
            ) from error

    def digest(self) -> str:
        """Eight hexadecimal digits that differ when any setting differs."""
        return hashlib.blake2b(json.dumps(self.as_dict(), sort_keys=True).encode(), digest_size=4).hexdigest()
