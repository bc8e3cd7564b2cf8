"""Released windows of 17 frames become a band that gives back exactly these windows, or an error that says why not."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.errors import DatasetError
from spotformer_core.flow.released_settings import EdgeWindows, FirstEntry, RegionColumns, ReleasedSettings
from spotformer_core.flow.released_windows import band_of_windows
from spotformer_core.flow.windows import sw_mro

WITH_WHOLE_PARTS = ReleasedSettings(region_columns=RegionColumns.WITH_WHOLE_PARTS)
REGIONS_FIRST = ReleasedSettings(region_columns=RegionColumns.REGIONS_FIRST)
LANDMARKS_OF_COLUMNS = (None, 20, 19, 18, None, 23, 24, 25, None, 48, 54, 51, 57, 62, 31, 35, "lid", "lid")
OUR_LANDMARKS = (18, 19, 20, 23, 24, 25, 48, 51, 54, 57)


def pair_flow(first: int, later: int) -> np.ndarray:
    """Flow of the 18 columns between two frames: unlike that of any other pair or column, zero for a frame itself."""
    columns = np.arange(18)
    values = np.stack([(later - first) * (1 + columns / 8), (later - first) * np.sin(first + columns)], axis=1)
    return values.astype(np.float32)


def released(num_frames: int, *, offset: int = 0) -> np.ndarray:
    """Every window written out: the first frame, and the frames from `offset` after it, repeated beyond the ends."""
    windows = np.empty((num_frames, 17, 18, 2), np.float32)
    for frame in range(num_frames):
        first = np.clip(frame - 8, 0, num_frames - 1)
        for entry in range(17):
            later = np.clip(frame - 8 + entry + offset, 0, num_frames - 1)
            windows[frame, entry] = pair_flow(first, later)
    return windows


def columns_of(landmarks) -> list[int]:
    return [LANDMARKS_OF_COLUMNS.index(landmark) for landmark in landmarks]


@given(st.integers(1, 40))
def test_the_band_gives_back_the_released_windows_in_our_order_of_regions(num_frames):
    windows = released(num_frames)

    band = band_of_windows(windows, WITH_WHOLE_PARTS, name="a_1")

    assert band.shape == (num_frames, 16, 10, 2)
    ours = windows[:, :, columns_of(OUR_LANDMARKS)].astype(np.float16)
    np.testing.assert_array_equal(sw_mro(band, 17), ours)


def test_rows_from_which_no_window_begins_are_nan_and_no_others():
    assert np.isnan(band_of_windows(released(30), WITH_WHOLE_PARTS, name="a_1")).any(axis=(1, 2, 3)).tolist() == (
        [False] * 22 + [True] * 8
    )
    assert np.isnan(band_of_windows(released(3), WITH_WHOLE_PARTS, name="a_1")).all(axis=(1, 2, 3)).tolist() == (
        [False, True, True]
    )


def test_what_a_smaller_window_lacks_is_nan():
    band = band_of_windows(released(30), WITH_WHOLE_PARTS, name="a_1")

    assert np.isnan(sw_mro(band, 9)).any()


def test_files_of_ten_columns_hold_the_same_regions_without_the_whole_parts():
    windows = released(20)
    regions = columns_of((20, 19, 18, 23, 24, 25, 48, 54, 51, 57))

    band = band_of_windows(windows[:, :, regions], REGIONS_FIRST, name="a_1")

    np.testing.assert_array_equal(band, band_of_windows(windows, WITH_WHOLE_PARTS, name="a_1"))


@pytest.mark.parametrize(("settings", "too_few", "needed"), [(REGIONS_FIRST, 9, 10), (WITH_WHOLE_PARTS, 12, 13)])
def test_too_few_columns_are_an_error_that_names_the_recording(settings, too_few, needed):
    with pytest.raises(DatasetError, match=rf"at least {needed} columns, got {too_few} in the features of a_1"):
        band_of_windows(released(20)[:, :, :too_few], settings, name="a_1")


def test_files_whose_first_entry_is_the_next_frame_lose_the_last_one():
    settings = ReleasedSettings(region_columns=RegionColumns.WITH_WHOLE_PARTS, first_entry=FirstEntry.NEXT)

    band = band_of_windows(released(30, offset=1), settings, name="a_1")

    np.testing.assert_array_equal(band, band_of_windows(released(30), WITH_WHOLE_PARTS, name="a_1"))


def test_the_first_entry_must_be_what_is_said_of_it():
    following = ReleasedSettings(region_columns=RegionColumns.WITH_WHOLE_PARTS, first_entry=FirstEntry.NEXT)

    with pytest.raises(DatasetError, match=r"zero, got up to 2\.\d\d px in the features of a_1\. .*--first-entry next"):
        band_of_windows(released(30, offset=1), WITH_WHOLE_PARTS, name="a_1")
    with pytest.raises(DatasetError, match=r"got zero in all windows of a_1\. Take --first-entry itself"):
        band_of_windows(released(30), following, name="a_1")


def with_zeros_before(windows: np.ndarray) -> np.ndarray:
    """Windows of zeros where a window begins before the recording."""
    windows[:8] = 0
    return windows


def with_zeros_after(windows: np.ndarray) -> np.ndarray:
    """Zeros for every frame beyond the last one."""
    num_frames = len(windows)
    for frame in range(num_frames - 8, num_frames):
        windows[frame, num_frames - (frame - 8) :] = 0
    return windows


@pytest.mark.parametrize(("pad", "frame", "entry"), [(with_zeros_before, 0, 9), (with_zeros_after, 22, 16)])
def test_windows_at_the_ends_that_do_not_repeat_frames_are_an_error_that_names_the_place(
    pad: Callable[[np.ndarray], np.ndarray], frame, entry
):
    with pytest.raises(
        DatasetError, match=rf"px in entry {entry} of the window of frame {frame} of a_1\. .*--edge-windows replicate"
    ):
        band_of_windows(pad(released(30)), WITH_WHOLE_PARTS, name="a_1")


@pytest.mark.parametrize("pad", [with_zeros_before, with_zeros_after])
def test_such_windows_are_made_anew_when_that_is_asked_for(pad):
    settings = ReleasedSettings(region_columns=RegionColumns.WITH_WHOLE_PARTS, edge_windows=EdgeWindows.REPLICATE)

    band = band_of_windows(pad(released(30)), settings, name="a_1")

    np.testing.assert_array_equal(band, band_of_windows(released(30), WITH_WHOLE_PARTS, name="a_1"))


def test_values_that_differ_by_less_than_rounding_are_the_same():
    windows = released(30)
    windows[3] += np.float32(0.004)

    band = band_of_windows(windows, WITH_WHOLE_PARTS, name="a_1")

    np.testing.assert_array_equal(band, band_of_windows(released(30), WITH_WHOLE_PARTS, name="a_1"))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1001.0, 1e30])
def test_values_that_are_no_flow_are_an_error_that_names_the_place(value):
    windows = released(30)
    windows[20, 5, 9, 1] = value

    with pytest.raises(DatasetError, match=r"got (nan|inf|-1001|1e\+30) in entry 5 of the window of frame 20 of a_1"):
        band_of_windows(windows, WITH_WHOLE_PARTS, name="a_1")


def test_columns_that_are_not_used_may_hold_anything():
    windows = released(30)
    windows[:, :, [0, 4, 8, 13, 17]] = np.nan

    assert not np.isnan(band_of_windows(windows, WITH_WHOLE_PARTS, name="a_1")[:22]).any()
