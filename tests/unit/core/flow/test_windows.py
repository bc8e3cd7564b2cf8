import numpy as np
import pytest

from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.windows import sw_mro


def band_of(num_frames: int, num_steps: int) -> np.ndarray:
    """A made-up band of one region: flow from a to b is (100 b + a, 0), so that every value names its pair."""
    start = np.arange(num_frames)[:, None]
    end = np.minimum(start + np.arange(1, num_steps + 1), num_frames - 1)
    horizontal = np.where(end > start, 100 * end + start, 0)
    return np.stack([horizontal, 0 * horizontal], axis=-1)[:, :, None, :].astype(np.float16)


def test_a_window_inside_the_recording_is_one_row_of_the_band_after_a_zero():
    features = sw_mro(band_of(12, 8), 9)

    # The window of frame 6 begins with frame 2.
    assert features[6, :, 0, 0].tolist() == [0, 302, 402, 502, 602, 702, 802, 902, 1002]


def test_a_window_that_begins_before_the_recording_is_zero_while_the_first_frame_repeats():
    features = sw_mro(band_of(12, 8), 9)

    assert features[0, :, 0, 0].tolist() == [0, 0, 0, 0, 0, 100, 200, 300, 400]
    assert features[3, :, 0, 0].tolist() == [0, 0, 100, 200, 300, 400, 500, 600, 700]


def test_a_window_that_reaches_beyond_the_recording_repeats_the_flow_to_the_last_frame():
    features = sw_mro(band_of(12, 8), 9)

    assert features[11, :, 0, 0].tolist() == [0, 807, 907, 1007, 1107, 1107, 1107, 1107, 1107]


def test_a_smaller_window_needs_only_the_first_steps_of_the_band():
    np.testing.assert_array_equal(sw_mro(band_of(30, 24), 9), sw_mro(band_of(30, 8), 9))


def test_a_single_frame_has_a_window_of_zeros():
    features = sw_mro(band_of(1, 8), 9)

    assert features.shape == (1, 9, 1, 2)
    assert not features.any()


def test_features_keep_the_type_of_the_band_and_leave_it_alone():
    band = band_of(12, 8)
    before = band.copy()

    features = sw_mro(band, 9)

    assert features.dtype == np.float16
    assert not np.shares_memory(features, band)
    np.testing.assert_array_equal(band, before)


@pytest.mark.parametrize(("window", "steps_needed", "steps"), [(11, 10, 8), (25, 24, 23)])
def test_a_band_with_too_few_steps_is_refused_with_what_to_extract(window, steps_needed, steps):
    message = (
        f"a window of {window} frames needs a flow band of {steps_needed} steps, got {steps}. .*--max-window {window}"
    )

    with pytest.raises(FlowStoreError, match=message):
        sw_mro(band_of(30, steps), window)
