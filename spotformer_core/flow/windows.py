"""The features of windows of any size, cut from one flow band ([Deng2024] Sec. 3.1).

Flow and alignment depend on the pair (a, a + s) only. A band that holds them for s = 1..S therefore holds the
SW-MRO features of every window up to w = S + 1: those of frame i are the flow from frame a = i - w // 2 to the w
frames a, a + 1, ... a + w - 1.

         steps 1   2   3  ...  S
    frame a  [ a->a+1  a->a+2  a->a+3  ...  a->a+S ]      one row of the band; beyond the last frame it repeats

The first column alone is the flow between adjacent frames, which Table III compares SW-MRO with.
"""

import numpy as np

from spotformer_core.errors import FlowStoreError
from spotformer_core.shapes import Float16


def sw_mro(
    band: Float16[np.ndarray, "frames steps regions 2"], window: int
) -> Float16[np.ndarray, "frames window regions 2"]:
    """The SW-MRO features O of Sec. 3.1, one window per frame, in pixels of the face crop.

    The replicated padding of the paper is an index rule here: before the start the first frame repeats, so a window
    that begins there holds zeros while it does and then the flow from frame 0; beyond the end the band's rows already
    repeat the flow to the last frame.

    Args:
        window: w, odd.

    Raises:
        FlowStoreError: when the band holds fewer than w - 1 steps.
    """
    _require_steps(band, window)
    frames, _, regions, _ = band.shape
    half = window // 2
    features = np.zeros((frames, window, regions, 2), np.float16)
    if frames > half:
        features[half:, 1:] = band[: frames - half, : window - 1]
    for frame in range(min(half, frames)):
        repeats = half - frame  # The clip shows frame 0 in this many extra places before frame 0 itself.
        features[frame, repeats + 1 :] = band[0, : window - 1 - repeats]
    return features


def adjacent_flow(
    band: Float16[np.ndarray, "frames steps regions 2"], window: int
) -> Float16[np.ndarray, "frames window regions 2"]:
    """For each of the w frames around a frame: the flow from the frame before it, in pixels of the face crop.

    The ablation of Table III of [Deng2024]. Position 0 of a window is zero, as in SW-MRO; so is everything beyond
    either end of the recording, where the same frame repeats.

    Args:
        window: w, odd.

    Raises:
        FlowStoreError: when the band holds no step at all.
    """
    _require_steps(band[:, :1], 2)
    frames, _, regions, _ = band.shape
    half = window // 2
    padded = np.zeros((frames + 2 * half, regions, 2), np.float16)
    padded[half + 1 : half + frames] = band[: frames - 1, 0]
    features = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0).transpose(0, 3, 1, 2).copy()
    features[:, 0] = 0
    return np.asarray(features, np.float16)


def _require_steps(band: Float16[np.ndarray, "frames steps regions 2"], window: int) -> None:
    if window > band.shape[1] + 1:
        raise FlowStoreError(
            f"a window of {window} frames needs a flow band of {window - 1} steps, got {band.shape[1]}. "
            f"Extract again with --max-window {window}."
        )
