import torch

from spotformer_core.model.flgp import FacialLocalGraphPooling


def test_pooling_keeps_the_largest_value_of_every_channel_and_part():
    pooling = FacialLocalGraphPooling(2, group_sizes=(3, 3, 4)).eval()
    nodes = torch.tensor(
        [[1, -1], [2, -2], [0, -3], [5, 9], [5, 8], [4, 7], [-4, 0], [-3, 0], [-2, 0.5], [-1, 0]], dtype=torch.float32
    ).view(1, 1, 10, 2)

    pooled = pooling(nodes)

    expected = torch.tensor([[2, -1], [5, 9], [-1, 0.5]]) / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(pooled, expected.view(1, 1, 3, 2))


def test_pooling_does_not_change_when_members_of_a_part_swap_places():
    pooling = FacialLocalGraphPooling(16, group_sizes=(3, 3, 4)).eval()
    nodes = torch.randn(2, 5, 10, 16)

    relabelled = nodes[:, :, [2, 0, 1, 3, 5, 4, 9, 7, 6, 8]]

    assert torch.equal(pooling(relabelled), pooling(nodes))


def test_pooling_changes_when_nodes_of_two_parts_swap_places():
    pooling = FacialLocalGraphPooling(16, group_sizes=(3, 3, 4)).eval()
    nodes = torch.randn(2, 5, 10, 16)

    swapped = nodes[:, :, [3, 1, 2, 0, 4, 5, 6, 7, 8, 9]]

    assert not torch.equal(pooling(swapped), pooling(nodes))
