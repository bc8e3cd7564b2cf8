import pytest
import torch

from spotformer_core.config import FaceRegions, GraphPooling, ModelConfig
from spotformer_core.model.flgp import GraphMean, GroupMaximum, NormalizedPooling, graph_poolings, graph_reductions


def maximum_of_parts(width: int) -> NormalizedPooling:
    return NormalizedPooling(width, GroupMaximum((3, 3, 4))).eval()


def test_pooling_keeps_the_largest_value_of_every_channel_and_part():
    nodes = torch.tensor(
        [[1, -1], [2, -2], [0, -3], [5, 9], [5, 8], [4, 7], [-4, 0], [-3, 0], [-2, 0.5], [-1, 0]], dtype=torch.float32
    ).view(1, 1, 10, 2)

    pooled = maximum_of_parts(2)(nodes)

    expected = torch.tensor([[2, -1], [5, 9], [-1, 0.5]]) / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(pooled, expected.view(1, 1, 3, 2))


def test_pooling_does_not_change_when_members_of_a_part_swap_places():
    pooling = maximum_of_parts(16)
    nodes = torch.randn(2, 5, 10, 16)

    relabelled = nodes[:, :, [2, 0, 1, 3, 5, 4, 9, 7, 6, 8]]

    assert torch.equal(pooling(relabelled), pooling(nodes))


def test_the_gradient_of_pooling_moves_with_members_that_swap_places():
    order = [2, 0, 1, 3, 5, 4, 9, 7, 6, 8]
    nodes, weights = torch.randn(2, 5, 10, 4), torch.randn(2, 5, 3, 4)
    relabelled = nodes[:, :, order].requires_grad_()
    nodes.requires_grad_()

    for some in (nodes, relabelled):
        (GroupMaximum((3, 3, 4))(some) * weights).sum().backward()

    assert torch.equal(relabelled.grad, nodes.grad[:, :, order])


def test_pooling_changes_when_nodes_of_two_parts_swap_places():
    pooling = maximum_of_parts(16)
    nodes = torch.randn(2, 5, 10, 16)

    swapped = nodes[:, :, [3, 1, 2, 0, 4, 5, 6, 7, 8, 9]]

    assert not torch.equal(pooling(swapped), pooling(nodes))


def test_the_gradient_of_the_maximum_is_that_of_its_differences():
    nodes = torch.randn(2, 3, 10, 2, dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(GroupMaximum((3, 3, 4)), nodes)


def test_equal_members_share_the_gradient_equally():
    nodes = torch.tensor([1.0, 1.0, 0.0, 2.0]).view(1, 1, 4, 1).requires_grad_()

    (GroupMaximum((3, 1))(nodes) * torch.tensor([[6.0], [5.0]])).sum().backward()

    assert nodes.grad.flatten().tolist() == [3.0, 3.0, 0.0, 5.0]


def test_the_gradient_of_many_ties_is_that_of_automatic_differentiation():
    nodes = torch.randint(3, (2, 4, 10, 3), dtype=torch.float64)
    ours, theirs = nodes.clone().requires_grad_(), nodes.clone().requires_grad_()
    weights = torch.randn(2, 4, 3, 3, dtype=torch.float64)

    (GroupMaximum((3, 3, 4))(ours) * weights).sum().backward()
    parts = [members.amax(dim=2) for members in theirs.split((3, 3, 4), dim=2)]
    (torch.stack(parts, dim=2) * weights).sum().backward()

    torch.testing.assert_close(ours.grad, theirs.grad)


def test_the_mean_is_that_over_all_nodes():
    nodes = torch.randn(2, 5, 10, 4)

    torch.testing.assert_close(GraphMean()(nodes)[1, 3, 0], sum(nodes[1, 3]) / 10)


@pytest.mark.parametrize(
    ("pooling", "regions", "sizes"),
    [
        (GraphPooling.FLGP, FaceRegions.TEN, (10, 3, 1)),
        (GraphPooling.FLGP, FaceRegions.NOSE_SIDES, (12, 4, 1)),
        (GraphPooling.FLGP, FaceRegions.EYELIDS, (14, 6, 1)),
        (GraphPooling.AVERAGE, FaceRegions.TEN, (10, 10, 1)),
        (GraphPooling.AVERAGE, FaceRegions.EYELIDS, (14, 14, 1)),
    ],
)
def test_two_poolings_bring_the_graph_to_one_node(pooling, regions, sizes):
    config = ModelConfig(graph_pooling=pooling, regions=regions, width=4)
    nodes = torch.randn(2, 5, sizes[0], 4)

    first, second = graph_reductions(config)
    scales = [nodes, first(nodes), second(first(nodes))]

    assert tuple(scale.shape[2] for scale in scales) == sizes


def test_flgp_and_the_average_have_the_same_parameters():
    shapes = [
        [
            parameter.shape
            for pooling in graph_poolings(ModelConfig(graph_pooling=name))
            for parameter in pooling.parameters()
        ]
        for name in GraphPooling
    ]

    assert shapes[0] == shapes[1]
    assert len(shapes[0]) == 4
