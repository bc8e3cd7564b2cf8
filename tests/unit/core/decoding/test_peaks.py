"""Peaks of one smoothed score: every rule on scores that fit on a line, and scipy's peaks on random ones."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st

from spotformer_core.decoding.peaks import PeakDecoding, find_peaks, frames, rank_peaks, window_and_distance
from spotformer_core.errors import InvalidValueError


def peaks_of(*scores: float, window: int = 1, distance: int = 1) -> list[int]:
    return sorted(find_peaks(np.array(scores, np.float64), window=window, distance=distance).middle.tolist())


def test_a_peak_is_higher_than_both_neighbours():
    assert peaks_of(0, 1, 0, 2, 0) == [1, 3]


def test_the_ends_of_a_recording_are_no_peaks():
    assert peaks_of(3, 1, 0, 1, 3) == []


def test_a_plateau_is_one_peak_at_its_middle_of_two_middles_the_earlier():
    assert peaks_of(0, 1, 1, 1, 0, 2, 2, 0) == [2, 5]


def test_a_plateau_that_reaches_an_end_is_none():
    assert peaks_of(0, 1, 1) == []
    assert peaks_of(1, 1, 0) == []
    assert peaks_of(1, 1, 1) == []


def test_a_step_on_the_way_up_is_no_peak():
    assert peaks_of(0, 1, 1, 2, 0) == [3]


@pytest.mark.parametrize("scores", [(), (1.0,), (1.0, 2.0)])
def test_a_recording_without_room_for_a_peak_has_none(scores):
    assert peaks_of(*scores) == []


def test_a_recording_that_is_shorter_than_the_window_has_no_peak():
    assert peaks_of(0, 1, 0, window=4) == []


def test_scores_are_averaged_over_the_window_and_the_peak_stands_in_its_middle():
    # Means of two: 0, 1.5, 2.5, 1, 0. The highest window is positions 2 and 3, its middle 3.
    peaks = find_peaks(np.array([0.0, 0, 3, 2, 0, 0]), window=2, distance=1)

    assert peaks.middle.tolist() == [3]
    assert peaks.level.tolist() == [1.0]


def test_equal_scores_have_equal_means_so_that_nothing_is_a_peak():
    # 0.1 has no exact value in binary: a running sum would drift, and each change would look like a peak.
    assert peaks_of(*[0.1] * 500, window=36) == []


def test_of_two_peaks_that_are_too_close_the_lower_goes():
    assert peaks_of(0, 2, 0, 3, 0, distance=3) == [3]
    assert peaks_of(0, 2, 0, 3, 0, distance=2) == [1, 3]


def test_of_two_equal_peaks_that_are_too_close_the_later_stays():
    assert peaks_of(0, 2, 0, 2, 0, distance=3) == [3]


def test_a_peak_that_went_takes_no_other_away():
    # 4 takes 3 away, which would have taken 2 away.
    assert peaks_of(0, 2, 0, 3, 0, 4, 0, distance=3) == [1, 5]


def test_peaks_come_the_highest_first_with_their_level_between_mean_and_maximum():
    scores = np.array([0.0, 4, 0, 8, 0, 0])  # mean 2, maximum 8

    peaks = find_peaks(scores, window=1, distance=1)

    assert peaks.middle.tolist() == [3, 1]
    assert peaks.level == pytest.approx([1, 2 / 6])


@pytest.mark.parametrize(("threshold", "kept"), [(0.0, 2), (1 / 3, 2), (0.34, 1), (1.0, 1)])
def test_a_peak_counts_when_its_level_reaches_the_threshold(threshold, kept):
    peaks = find_peaks(np.array([0.0, 4, 0, 8, 0, 0]), window=1, distance=1)

    candidates = rank_peaks(peaks, k=1, decoding=PeakDecoding())

    assert np.count_nonzero(candidates.apex_probability > threshold) == kept


def test_with_the_default_values_a_peak_at_i_of_the_smoothed_score_gives_i_to_i_plus_2k():
    k, decoding = 3, PeakDecoding()
    window, distance = window_and_distance(k, decoding)
    scores = np.zeros(40)
    scores[20] = 1.0  # windows 15 to 20 hold it: a plateau with its middle at (15 + 20) // 2 = 17

    candidates = rank_peaks(find_peaks(scores, window=window, distance=distance), k=k, decoding=decoding)

    assert (window, distance) == (6, 3)
    assert (candidates.onset.tolist(), candidates.offset.tolist()) == ([17], [17 + 2 * k])


def test_length_and_shift_are_multiples_of_k_and_intervals_may_leave_the_recording():
    peaks = find_peaks(np.array([0.0, 1, 0]), window=1, distance=1)

    longer = rank_peaks(peaks, k=4, decoding=PeakDecoding(length=3.0))
    later = rank_peaks(peaks, k=4, decoding=PeakDecoding(shift=0.5))

    assert (longer.onset.tolist(), longer.offset.tolist()) == ([1 - 6], [1 + 6])
    assert (later.onset.tolist(), later.offset.tolist()) == ([1 - 4 + 2], [1 + 4 + 2])


def test_multiples_are_rounded_half_up_and_windows_have_a_frame_at_least():
    assert [frames(multiple, 3) for multiple in (0.5, 0.4, -0.5, 1)] == [2, 1, -1, 3]
    assert window_and_distance(3, PeakDecoding(smoothing=0, distance=0)) == (1, 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"macro_threshold": 1.2}, r"macro_threshold must be in \[0, 1\], got 1.2"),
        ({"micro_threshold": float("nan")}, r"micro_threshold must be in \[0, 1\], got nan"),
        ({"smoothing": -1}, r"smoothing must be a number from 0 to 100, got -1"),
        ({"length": float("inf")}, r"length must be a number from 0 to 100, got inf"),
        ({"distance": 101}, r"distance must be a number from 0 to 100, got 101"),
        ({"shift": -101}, r"shift must be a number from -100 to 100, got -101"),
    ],
)
def test_a_value_that_cannot_be_is_refused(values, message):
    with pytest.raises(InvalidValueError, match=message):
        PeakDecoding(**values)


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=80, unique=True),
    st.integers(1, 6),
    st.integers(1, 9),
    st.floats(0, 1),
)
def test_peaks_are_those_of_scipy_above_the_threshold_of_moilanen(scores, window, distance, p):
    values = np.array(scores, np.float64)
    if len(values) < window:
        return
    smoothed = np.array([values[i : i + window].sum() / window for i in range(len(values) - window + 1)])
    threshold = smoothed.mean() + p * (smoothed.max() - smoothed.mean())
    # Where a height is the threshold to the last digit, rounding decides in both.
    if np.isclose(smoothed, threshold, rtol=1e-9, atol=1e-12).any():
        return
    heights = np.sort(smoothed)
    if np.isclose(np.diff(heights), 0, atol=1e-12).any():
        return
    expected, _ = scipy.signal.find_peaks(smoothed, height=threshold, distance=distance)

    peaks = find_peaks(values, window=window, distance=distance)

    candidates = rank_peaks(peaks, k=1, decoding=PeakDecoding(length=0))
    assert sorted(candidates.onset[candidates.apex_probability > p] - window // 2) == expected.tolist()


@given(st.lists(st.integers(0, 3), max_size=40))
def test_plateaus_are_those_of_scipy(scores):
    values = np.array(scores, np.float64)

    assert peaks_of(*scores) == scipy.signal.find_peaks(values)[0].tolist()
