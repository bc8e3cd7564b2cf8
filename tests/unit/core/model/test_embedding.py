import torch

from spotformer_core.config import FaceRegions, ModelConfig
from spotformer_core.model.embedding import GraphEmbedding


def test_the_embedding_of_a_still_face_is_the_sum_of_its_time_and_part_tokens():
    embedding = GraphEmbedding(ModelConfig(window=9, width=16, dropout=0.0)).eval()
    torch.nn.init.zeros_(embedding.node.bias)

    nodes = embedding(torch.zeros(2, 9, 10, 2))

    # A new batch normalisation divides by sqrt(1 + 1e-5), and nothing was moved: only the tokens are left.
    for region, part in enumerate([0, 0, 0, 1, 1, 1, 2, 2, 2, 2]):
        expected = embedding.time_tokens + embedding.part_tokens[part]
        torch.testing.assert_close(nodes[1, :, region], expected)


def test_horizontal_and_vertical_flow_enter_through_one_linear_layer_shared_by_all_nodes():
    embedding = GraphEmbedding(ModelConfig(window=9, width=16, dropout=0.0)).double().eval()
    flow = torch.zeros(1, 9, 10, 2, dtype=torch.float64)
    flow[0, 4, 7] = torch.tensor([3.0, -2.0])

    difference = embedding(flow) - embedding(torch.zeros_like(flow))

    moved = (3 * embedding.node.weight[:, 0] - 2 * embedding.node.weight[:, 1]) / (1 + 1e-5) ** 0.5
    torch.testing.assert_close(difference[0, 4, 7], moved)
    difference[0, 4, 7] = 0
    assert difference.abs().max() == 0


def test_extra_regions_have_tokens_of_their_own_parts():
    embedding = GraphEmbedding(ModelConfig(window=5, width=8, regions=FaceRegions.EYELIDS, dropout=0.0)).eval()
    torch.nn.init.zeros_(embedding.node.bias)

    nodes = embedding(torch.zeros(1, 5, 14, 2))

    torch.testing.assert_close(nodes[0, 0, 10:] - embedding.time_tokens[0], embedding.part_tokens[[3, 3, 4, 5]])
