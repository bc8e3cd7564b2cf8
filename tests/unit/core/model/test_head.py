import math

import torch

from spotformer_core.datasets.frame_channels import Channel
from spotformer_core.model.head import FrameHead, boundary_logits, frame_probabilities


def test_the_head_gives_five_logits_for_each_of_two_kinds():
    assert FrameHead(16)(torch.randn(7, 16)).shape == (7, 2, 5)


def test_boundary_logits_are_those_of_onset_offset_and_neutral():
    logits = torch.arange(10, dtype=torch.float32).view(1, 2, 5)

    assert torch.equal(boundary_logits(logits), torch.tensor([[[0.0, 2.0, 4.0], [5.0, 7.0, 9.0]]]))


def test_probabilities_of_known_logits():
    logits = torch.zeros(1, 2, 5)
    logits[0, 1] = torch.tensor([math.log(1), math.log(3), math.log(2), math.log(1 / 4), math.log(5)])

    probabilities = frame_probabilities(logits)

    torch.testing.assert_close(probabilities[0, 0], torch.tensor([1 / 3, 1 / 2, 1 / 3, 1 / 2, 1 / 3]))
    torch.testing.assert_close(probabilities[0, 1], torch.tensor([1 / 8, 3 / 4, 2 / 8, 1 / 5, 5 / 8]))


def test_onset_offset_and_neutral_sum_to_one():
    probabilities = frame_probabilities(torch.randn(50, 2, 5) * 20)

    sums = probabilities[..., [Channel.ONSET, Channel.OFFSET, Channel.NEUTRAL]].sum(dim=-1)

    torch.testing.assert_close(sums, torch.ones(50, 2))
    assert probabilities.min() >= 0
    assert probabilities.max() <= 1
