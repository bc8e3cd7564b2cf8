import pytest
import torch

from spotformer_core.config import ModelConfig
from spotformer_core.model import softmax_attention
from spotformer_core.model.attention import AttentionLayer, Axis, MultiHeadSelfAttention
from spotformer_core.model.softmax_attention import SoftmaxAttention

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


def attend_by_automatic_differentiation(projected: torch.Tensor, factors: torch.Tensor | None, axis: Axis):
    """The same numbers from PyTorch's own operators, sequence axis last but one."""
    queries, keys, values = projected.transpose(Axis.NODE, axis).permute(3, 0, 1, 4, 2, 5)
    weights = (queries @ keys.mT / projected.shape[-1] ** 0.5).softmax(dim=-1)
    if factors is not None:
        weights = weights * factors.mT
    return (weights @ values).transpose(2, 3).transpose(Axis.NODE, axis)


@pytest.mark.parametrize("axis", Axis)
@pytest.mark.parametrize("drop", [False, True])
def test_attention_and_its_gradient_are_those_of_automatic_differentiation(axis, drop, monkeypatch):
    # Nine windows of 4 * 6 * 3 * 2 * 8 numbers each; two at a time, and one is left over.
    monkeypatch.setattr(softmax_attention, "_CACHED_NUMBERS", 2500)
    projected = torch.randn(9, 4, 6, 3, 2, 8, dtype=torch.float64)
    length, other = projected.shape[axis], projected.shape[Axis.TIME + Axis.NODE - axis]
    factors = torch.randint(3, (9, other, 2, length, length)).double() if drop else None
    ours, theirs = projected.clone().requires_grad_(), projected.clone().requires_grad_()
    weights = torch.randn(9, 4, 6, 2, 8, dtype=torch.float64)

    gathered, expected = (
        SoftmaxAttention.apply(ours, factors, axis),
        attend_by_automatic_differentiation(theirs, factors, axis),
    )
    (gathered * weights).sum().backward()
    (expected * weights).sum().backward()

    torch.testing.assert_close(gathered, expected)
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("axis", Axis)
def test_the_gradient_of_attention_is_that_of_its_differences(axis):
    projected = torch.randn(2, 3, 4, 3, 2, 3, dtype=torch.float64, requires_grad=True)
    length, other = projected.shape[axis], projected.shape[Axis.TIME + Axis.NODE - axis]
    factors = torch.randint(2, (2, other, 2, length, length)).double()

    assert torch.autograd.gradcheck(lambda x: SoftmaxAttention.apply(x, factors, axis), projected)


@pytest.mark.parametrize("axis", Axis)
def test_attention_treats_all_positions_of_its_axis_alike(axis):
    layer = AttentionLayer(CONFIG, axis=axis).double().eval()
    nodes = torch.randn(2, 4, 6, 12, dtype=torch.float64)
    order = torch.randperm(nodes.shape[axis])

    torch.testing.assert_close(layer(nodes.index_select(axis, order)), layer(nodes).index_select(axis, order))


def test_attention_weights_are_dropped_during_training_only():
    config = ModelConfig(window=9, width=12, num_heads=3, head_width=5, dropout=0.5)
    layer = MultiHeadSelfAttention(config, axis=Axis.NODE)
    nodes = torch.randn(2, 4, 6, 12)

    assert not torch.equal(layer(nodes), layer(nodes))
    layer.eval()
    assert torch.equal(layer(nodes), layer(nodes))


def test_scores_too_large_for_an_exponential_still_give_weights():
    projected = torch.randn(1, 2, 3, 3, 1, 4) * 1e4

    gathered = SoftmaxAttention.apply(projected.requires_grad_(), None, Axis.NODE)
    gathered.sum().backward()

    assert gathered.isfinite().all()
    assert projected.grad.isfinite().all()
