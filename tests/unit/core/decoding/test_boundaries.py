import numpy as np
import pytest

from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.decoding.boundaries import best_boundaries


def probabilities(num_frames: int, **values: dict[int, float]) -> np.ndarray:
    own = np.zeros((num_frames, len(Channel)))
    for channel, by_frame in values.items():
        for frame, value in by_frame.items():
            own[frame, Channel[channel.upper()]] = value
    return own


def test_a_best_frame_that_leaves_the_range_gives_way_to_the_best_that_is_left():
    own = probabilities(12, onset={0: 0.9, 1: 0.2, 2: 0.5, 3: 0.3})

    onset, _, _, _ = best_boundaries(own, 1, 3, False)

    # Ranges of the frames 1 to 7: 0, 0-1, 0-2, 1-3, 2-4, 3-5, 4-6.
    assert onset[1:8].tolist() == [0, 0, 0, 2, 2, 3, 6]


def test_offsets_mirror_onsets():
    generator = np.random.default_rng(0)
    own = probabilities(50)
    own[:, Channel.ONSET] = generator.random(50)
    own[:, Channel.OFFSET] = own[::-1, Channel.ONSET]

    onset, offset, _, _ = best_boundaries(own, 2, 8, False)

    assert offset.tolist() == (49 - onset[::-1]).tolist()


@pytest.mark.parametrize(("reversed_probability", "allowed"), [(0.5, True), (0.6, True), (0.7, False)])
@pytest.mark.parametrize("frame", [6, 14])
def test_only_a_boundary_that_is_likelier_the_other_one_is_inconsistent(frame, reversed_probability, allowed):
    other = "offset" if frame == 6 else "onset"
    own = probabilities(20, onset={6: 0.6}, offset={14: 0.6})
    own[frame, Channel[other.upper()]] = reversed_probability

    onset, offset, _, consistent = best_boundaries(own, 2, 4, True)

    assert (onset[10], offset[10]) == (6, 14)
    assert consistent[10] == allowed
    assert best_boundaries(own, 2, 4, False)[3].all()
