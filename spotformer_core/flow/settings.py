"""What decides the numbers of a flow band; two bands may be compared only if these are equal."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from spotformer_core.config import LARGEST_WINDOW, SMALLEST_WINDOW
from spotformer_core.errors import require

EXTRACTION_VERSION = 1
"""Raised with every change that alters the numbers of a flow band."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractionSettings:
    """How flow is extracted. The Farneback parameters are OpenCV's usual ones; [Deng2024] does not state its own."""

    max_window: int = LARGEST_WINDOW
    """Largest window w that the band will serve; it holds S = max_window - 1 steps."""
    face_size: int = 320
    """Side of the square face crop in pixels ([Deng2024] Sec. 4.1: 320)."""
    region_radius: int = 6
    """A region is a square of 2 radius + 1 pixels of the face crop."""
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
        for name in ("farneback_levels", "farneback_window", "farneback_iterations", "farneback_poly_n"):
            require(getattr(self, name) >= 1, name, "at least 1", getattr(self, name), "OpenCV's usual value is fine.")

    @property
    def num_steps(self) -> int:
        """S: steps of the band."""
        return self.max_window - 1

    def as_dict(self) -> dict[str, Any]:
        """Every setting and the version of the extraction, as plain JSON values."""
        return {"extraction_version": EXTRACTION_VERSION, **asdict(self)}

    def digest(self) -> str:
        """Eight hexadecimal digits that differ when any setting differs."""
        return hashlib.blake2b(json.dumps(self.as_dict(), sort_keys=True).encode(), digest_size=4).hexdigest()
