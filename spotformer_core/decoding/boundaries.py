"""The best onset before and the best offset after every frame of a recording, [Deng2024] Sec. 3.4.

Both rise with the apex: of two frames the later one never has the earlier onset or offset.
"""

from typing import no_type_check

import numba
import numpy as np

from spotformer_core.datasets.frame_channels import Channel

# Names of an enum are not constants to numba, module globals are.
_ONSET, _APEX, _OFFSET = int(Channel.ONSET), int(Channel.APEX), int(Channel.OFFSET)


@numba.njit(cache=True, nogil=True)
@no_type_check
def best_boundaries(
    own: np.ndarray,
    nearest: int,
    farthest: int,
    consistent: bool,  # noqa: FBT001 - numba knows no keyword-only arguments
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Onset, offset, score and whether it may be an apex, of every frame.

    The onset is the frame of highest onset probability `nearest` to `farthest` frames before, the offset that of
    highest offset probability as far after, both cut at the ends of the recording; of equal ones the nearest.

    Args:
        own: the probabilities of one kind, float64 of shape (frames, channels).
        consistent: an apex must not have an onset that is likelier an offset, or the other way round.
    """
    last = len(own) - 1
    onset = _best_before(own[:, _ONSET], nearest, farthest)
    offset = last - _best_before(own[::-1, _OFFSET], nearest, farthest)[::-1]
    score, allowed = np.empty(len(own), np.float64), np.ones(len(own), np.bool_)
    for frame in range(len(own)):
        before, after = onset[frame], offset[frame]
        score[frame] = own[before, _ONSET] * own[frame, _APEX] * own[after, _OFFSET]
        if consistent:
            starts = own[before, _ONSET] >= own[before, _OFFSET]
            allowed[frame] = starts and own[after, _OFFSET] >= own[after, _ONSET]
    return onset, offset, score, allowed


@numba.njit(cache=True, nogil=True)
@no_type_check
def _best_before(probability: np.ndarray, nearest: int, farthest: int) -> np.ndarray:
    """For every frame l: the frame of highest probability in [l - farthest, l - nearest], cut at 0."""
    best = np.zeros(len(probability), np.int64)
    highest = 0
    for frame in range(nearest, len(probability)):
        newest, oldest = frame - nearest, max(frame - farthest, 0)
        if probability[newest] >= probability[highest]:
            highest = newest
        elif highest < oldest:
            # The best one has left the range; only then is the range searched again.
            highest = newest
            for earlier in range(newest - 1, oldest - 1, -1):
                if probability[earlier] > probability[highest]:
                    highest = earlier
        best[frame] = highest
    return best
