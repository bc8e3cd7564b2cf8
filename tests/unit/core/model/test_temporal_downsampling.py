import pytest
import torch

from spotformer_core.model.temporal_downsampling import TemporalDownsampling, temporal_lengths, temporal_padding

LENGTHS = {
    5: (5, 2, 1),
    7: (7, 3, 2, 1),
    9: (9, 4, 2, 1),
    11: (11, 5, 2, 1),
    13: (13, 6, 2, 1),
    15: (15, 7, 3, 2, 1),
    17: (17, 8, 3, 2, 1),
    19: (19, 9, 4, 2, 1),
    21: (21, 10, 4, 2, 1),
    23: (23, 11, 5, 2, 1),
    25: (25, 12, 5, 2, 1),
}


@pytest.mark.parametrize(("window", "lengths"), LENGTHS.items())
def test_every_window_shrinks_to_one_frame(window, lengths):
    assert temporal_lengths(window) == lengths


def test_paddings_for_17_frames_are_those_of_the_released_code():
    assert [temporal_padding(num_frames) for num_frames in (17, 8, 3, 2)] == [0, 0, 1, 1]


@pytest.mark.parametrize("num_frames", range(2, 26))
def test_the_convolution_leaves_as_many_frames_as_the_rule_says(num_frames):
    downsampling = TemporalDownsampling(4, num_frames=num_frames)

    shorter = downsampling(torch.randn(2, num_frames, 3, 4))

    assert shorter.shape == (2, temporal_lengths(num_frames)[1], 3, 4)


def test_every_frame_after_downsampling_is_the_weighted_sum_of_three_neighbours():
    downsampling = TemporalDownsampling(4, num_frames=8).double().eval()
    nodes = torch.randn(2, 8, 3, 4, dtype=torch.float64)

    shorter = downsampling(nodes)

    kernel = downsampling.convolution.weight[..., 0] / (1 + 1e-5) ** 0.5
    expected = sum(kernel[:, :, tap] @ nodes[1, 4 + tap, 2] for tap in range(3))
    torch.testing.assert_close(shorter[1, 2, 2], expected)


def test_padding_frames_are_zeros():
    downsampling = TemporalDownsampling(4, num_frames=2).double().eval()
    nodes = torch.randn(1, 2, 1, 4, dtype=torch.float64)

    shorter = downsampling(nodes)

    kernel = downsampling.convolution.weight[..., 0] / (1 + 1e-5) ** 0.5
    expected = kernel[:, :, 1] @ nodes[0, 0, 0] + kernel[:, :, 2] @ nodes[0, 1, 0]
    torch.testing.assert_close(shorter[0, 0, 0], expected)


def test_every_window_leaves_a_downsampling_for_each_pooling_of_the_graph():
    assert min(len(temporal_lengths(window)) for window in range(5, 27, 2)) == 3
