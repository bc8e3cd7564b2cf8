"""The features cut from a flow band against a literal transcription of [Deng2024] Sec. 3.1."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from spotformer_core.flow.windows import sw_mro

_REGIONS = 2


def literal_features(positions: np.ndarray, window: int) -> np.ndarray:
    """Pads the video, cuts one clip per frame and takes the flow from the clip's first frame to each of its frames.

    The "flow" between two frames is the difference of the positions of the regions in them.
    """
    half = window // 2
    padded = [positions[0]] * half + list(positions) + [positions[-1]] * half
    clips = [padded[first : first + window] for first in range(len(positions))]
    return np.array([[frame - clip[0] for frame in clip] for clip in clips])


def band_of(positions: np.ndarray, num_steps: int) -> np.ndarray:
    last = len(positions) - 1
    rows = [[positions[min(a + s, last)] - positions[a] for s in range(1, num_steps + 1)] for a in range(last + 1)]
    return np.array(rows, np.float16)


@given(
    window=st.sampled_from(range(9, 26, 2)),
    num_frames=st.integers(1, 60),
    spare_steps=st.integers(0, 4),
    seed=st.integers(0, 2**32 - 1),
)
@example(window=25, num_frames=1, spare_steps=0, seed=0)
@example(window=25, num_frames=12, spare_steps=0, seed=0)
@example(window=25, num_frames=13, spare_steps=0, seed=0)
@example(window=25, num_frames=24, spare_steps=0, seed=0)
@example(window=25, num_frames=25, spare_steps=0, seed=0)
@example(window=25, num_frames=26, spare_steps=0, seed=0)
@settings(deadline=None, max_examples=150)
def test_windows_of_any_size_equal_the_padded_clips_of_the_paper(window, num_frames, spare_steps, seed):
    # Whole numbers below 1024 and their differences are exact in float16.
    positions = np.random.default_rng(seed).integers(0, 1024, size=(num_frames, _REGIONS, 2))

    features = sw_mro(band_of(positions, window - 1 + spare_steps), window)

    np.testing.assert_array_equal(features, literal_features(positions, window))


@given(half=st.integers(4, 12), num_frames=st.integers(1, 60))
@settings(deadline=None, max_examples=50)
def test_the_original_first_and_last_frames_stand_in_the_middle_of_their_windows(half, num_frames):
    positions = np.arange(num_frames)[:, None, None] * np.ones((1, _REGIONS, 2))

    features = sw_mro(band_of(positions, 2 * half), 2 * half + 1)

    # The middle place shows the judged frame i: its flow from the first frame of the clip, max(i - half, 0).
    np.testing.assert_array_equal(features[0, half], np.zeros((_REGIONS, 2)))
    np.testing.assert_array_equal(features[-1, half], np.full((_REGIONS, 2), min(half, num_frames - 1)))
