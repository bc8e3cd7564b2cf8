"""How files of released windows are read."""

import pytest

from spotformer_core.config import FaceRegions
from spotformer_core.errors import DatasetError, FlowStoreError
from spotformer_core.flow.released_settings import (
    EdgeWindows,
    FirstEntry,
    RegionColumns,
    ReleasedSettings,
    region_columns,
    usual_columns,
)

WITH_WHOLE_PARTS = ReleasedSettings(region_columns=RegionColumns.WITH_WHOLE_PARTS)
REGIONS_FIRST = ReleasedSettings(region_columns=RegionColumns.REGIONS_FIRST)


def test_our_regions_are_found_in_either_order():
    assert region_columns(RegionColumns.WITH_WHOLE_PARTS) == (3, 2, 1, 5, 6, 7, 9, 11, 10, 12)
    assert region_columns(RegionColumns.REGIONS_FIRST) == (2, 1, 0, 3, 4, 5, 6, 8, 7, 9)


@pytest.mark.parametrize(
    ("num_columns", "columns"),
    [(10, RegionColumns.REGIONS_FIRST), (13, RegionColumns.WITH_WHOLE_PARTS), (18, RegionColumns.WITH_WHOLE_PARTS)],
)
def test_the_number_of_columns_says_where_the_regions_are(num_columns, columns):
    assert usual_columns(num_columns) is columns


@pytest.mark.parametrize("num_columns", [0, 9, 11, 12])
def test_other_numbers_of_columns_have_to_be_explained(num_columns):
    with pytest.raises(DatasetError, match=rf"got {num_columns}\. Say where the regions are with --region-columns"):
        usual_columns(num_columns)


def test_windows_of_17_frames_are_served_and_no_others():
    WITH_WHOLE_PARTS.require_windows([17, 17])

    with pytest.raises(FlowStoreError, match=r"of 17 frames only, got 9, 13\. Search a space whose window is 17"):
        WITH_WHOLE_PARTS.require_windows([17, 13, 9, 17])


def test_the_ten_regions_are_served_and_no_extra_ones():
    assert WITH_WHOLE_PARTS.num_regions == 10
    WITH_WHOLE_PARTS.require_regions(FaceRegions.TEN)

    with pytest.raises(FlowStoreError, match=r"asks for regions 'with-nose-sides'\. Search a space whose"):
        WITH_WHOLE_PARTS.require_regions(FaceRegions.NOSE_SIDES)


def test_settings_that_differ_have_different_digests():
    settings = [
        WITH_WHOLE_PARTS,
        REGIONS_FIRST,
        ReleasedSettings(region_columns=RegionColumns.REGIONS_FIRST, first_entry=FirstEntry.NEXT),
        ReleasedSettings(region_columns=RegionColumns.REGIONS_FIRST, edge_windows=EdgeWindows.REPLICATE),
    ]

    assert len({one.digest() for one in settings}) == len(settings)
    assert WITH_WHOLE_PARTS.as_dict() == {
        "import_version": 1,
        "released_window": 17,
        "region_columns": "with-whole-parts",
        "first_entry": "itself",
        "edge_windows": "check",
    }
