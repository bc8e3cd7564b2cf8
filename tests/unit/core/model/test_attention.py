import pytest
import torch

from spotformer_core.config import ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis, MultiHeadSelfAttention

CONFIG = ModelConfig(window=9, width=12, num_heads=3, head_width=5, dropout=0.0)


def attend_one_by_one(layer: MultiHeadSelfAttention, sequence: torch.Tensor) -> torch.Tensor:
    """softmax(q k' / sqrt(5)) v of every head and position, written as loops over one sequence (length, 12)."""
    projected = (sequence @ layer.queries_keys_values.weight.T).view(len(sequence), 3, 3, 5)
    rows = []
    for position in range(len(sequence)):
        heads = []
        for head in range(3):
            query = projected[position, 0, head]
            scores = torch.stack([query @ projected[other, 1, head] / 5**0.5 for other in range(len(sequence))])
            shares = scores.exp() / scores.exp().sum()
            heads.append(sum(share * projected[other, 2, head] for other, share in enumerate(shares)))
        rows.append(layer.merge_heads.weight @ torch.cat(heads) + layer.merge_heads.bias)
    return torch.stack(rows)


def test_spatial_attention_equals_its_formula_on_the_nodes_of_one_frame():
    layer = MultiHeadSelfAttention(CONFIG, axis=Axis.NODE).double()
    nodes = torch.randn(2, 4, 6, 12, dtype=torch.float64)

    gathered = layer(nodes)

    torch.testing.assert_close(gathered[1, 2], attend_one_by_one(layer, nodes[1, 2]))


def test_temporal_attention_equals_its_formula_on_the_frames_of_one_node():
    layer = MultiHeadSelfAttention(CONFIG, axis=Axis.TIME).double()
    nodes = torch.randn(2, 4, 6, 12, dtype=torch.float64)

    gathered = layer(nodes)

    torch.testing.assert_close(gathered[1, :, 3], attend_one_by_one(layer, nodes[1, :, 3]))


@pytest.mark.parametrize(("axis", "seen"), [(Axis.NODE, (2, slice(None))), (Axis.TIME, (slice(None), 3))])
def test_a_node_is_seen_only_along_the_axis_of_the_layer(axis, seen):
    layer = AttentionLayer(CONFIG, axis=axis).eval()
    nodes = torch.randn(1, 4, 6, 12)
    changed = nodes.clone()
    changed[0, 2, 3] += 1

    reacts = (layer(nodes) != layer(changed)).any(dim=-1)[0]

    expected = torch.zeros(4, 6, dtype=torch.bool)
    expected[seen] = True
    assert torch.equal(reacts, expected)


def test_an_attention_layer_adds_to_its_input_what_it_finds():
    layer = AttentionLayer(CONFIG, axis=Axis.NODE)
    for last in (layer.attention.merge_heads, layer.feed_forward.layers[3]):
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.zeros_(last.bias)
    nodes = torch.randn(2, 4, 6, 12)

    assert torch.equal(layer(nodes), nodes)


@pytest.mark.parametrize(("mlp_ratio", "hidden_width"), [(1.0, 12), (2.0, 24), (0.5, 6), (0.01, 1)])
def test_the_hidden_width_of_the_feed_forward_block_is_a_multiple_of_the_width(mlp_ratio, hidden_width):
    layer = AttentionLayer(ModelConfig(width=12, mlp_ratio=mlp_ratio), axis=Axis.NODE)

    assert layer.feed_forward.layers[0].out_features == hidden_width
