"""How files of released windows are read: what their release leaves open, as options with names."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from spotformer_core.config import FaceRegions
from spotformer_core.errors import DatasetError, FlowStoreError
from spotformer_core.flow.regions import NUM_REGIONS, REGION_LANDMARKS, region_landmarks

WINDOW = 17
"""Frames of every released window."""
IMPORT_VERSION = 1
"""Raised with every change that alters the numbers of an imported band."""


class RegionColumns(StrEnum):
    """Which columns of a released file are the ten regions, by landmark."""

    WITH_WHOLE_PARTS = "with-whole-parts"
    """Columns 0, 4 and 8 are a whole brow or the mouth; the regions follow each: 20 19 18, 23 24 25, 48 54 51 57."""
    REGIONS_FIRST = "regions-first"
    """Columns 0 to 9 are the regions in that order."""


class FirstEntry(StrEnum):
    """What the first of the 17 entries of a window is."""

    ITSELF = "itself"
    """The flow from the first frame to itself: zero."""
    NEXT = "next"
    """The flow to the frame after the first. The last entry then reaches beyond the window and is dropped."""


class EdgeWindows(StrEnum):
    """What is done with windows that reach beyond an end of the recording."""

    CHECK = "check"
    """They must repeat the first and the last frame, [Deng2024] Sec. 3.1; others are an error."""
    REPLICATE = "replicate"
    """What they hold for frames beyond an end is replaced by what repeating these frames gives."""


_ORDER_IN_FILES = (20, 19, 18, 23, 24, 25, 48, 54, 51, 57)
_COLUMNS_IN_FILES = {
    RegionColumns.WITH_WHOLE_PARTS: (1, 2, 3, 5, 6, 7, 9, 10, 11, 12),
    RegionColumns.REGIONS_FIRST: tuple(range(NUM_REGIONS)),
}


def region_columns(columns: RegionColumns) -> tuple[int, ...]:
    """The column of each of our regions, in our order."""
    place = dict(zip(_ORDER_IN_FILES, _COLUMNS_IN_FILES[columns], strict=True))
    return tuple(place[landmark] for landmark in REGION_LANDMARKS)


def usual_columns(num_columns: int) -> RegionColumns:
    """Where the regions usually are in files of so many columns.

    Raises:
        DatasetError: when that is not known.
    """
    if num_columns > max(_COLUMNS_IN_FILES[RegionColumns.WITH_WHOLE_PARTS]):
        return RegionColumns.WITH_WHOLE_PARTS
    if num_columns == NUM_REGIONS:
        return RegionColumns.REGIONS_FIRST
    raise DatasetError(
        f"released features have 10 columns of regions, or at least 13 with the whole parts among them, got "
        f"{num_columns}. Say where the regions are with --region-columns regions-first or with-whole-parts."
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasedSettings:
    """How released windows are read; two imported bands may be compared only if these are equal."""

    region_columns: RegionColumns
    first_entry: FirstEntry = FirstEntry.ITSELF
    edge_windows: EdgeWindows = EdgeWindows.CHECK

    @property
    def num_steps(self) -> int:
        """S: steps of the band."""
        return WINDOW - 1

    @property
    def num_regions(self) -> int:
        """R: regions of the band."""
        return NUM_REGIONS

    def as_dict(self) -> dict[str, Any]:
        """Every setting and the version of the import, as plain JSON values."""
        named = {name: str(value) for name, value in asdict(self).items()}
        return {"import_version": IMPORT_VERSION, "released_window": WINDOW, **named}

    def digest(self) -> str:
        """Eight hexadecimal digits that differ when any setting differs."""
        return hashlib.blake2b(json.dumps(self.as_dict(), sort_keys=True).encode(), digest_size=4).hexdigest()

    def require_windows(self, windows: Iterable[int]) -> None:
        """Raises FlowStoreError for any size of window but the released one."""
        others = sorted({window for window in windows if window != WINDOW})
        if others:
            raise FlowStoreError(
                f"released features serve windows of {WINDOW} frames only, got {', '.join(map(str, others))}. "
                f"Search a space whose window is {WINDOW}, or extract flow from the videos."
            )

    def require_regions(self, regions: FaceRegions) -> None:
        """Raises FlowStoreError for more regions than are imported."""
        if len(region_landmarks(regions)) > NUM_REGIONS:
            raise FlowStoreError(
                f"of released features the {NUM_REGIONS} published regions are imported, got a space that asks for "
                f"regions {regions.value!r}. Search a space whose regions are {FaceRegions.TEN.value!r}, or extract "
                "flow from the videos."
            )
