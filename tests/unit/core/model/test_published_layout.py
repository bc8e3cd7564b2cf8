"""The network that training speed is compared with computes what ours computes."""

import pytest
import torch

from benchmarks.published_layout import PublishedLayout
from spotformer_core.config import ModelConfig
from spotformer_core.model.head import BOUNDARY_CHANNELS, Channel
from spotformer_core.model.spotformer import SpotFormer


def copy_weights(ours: SpotFormer, published: PublishedLayout) -> None:
    """Gives `published` the weights of `ours`; its time tokens have one row more, its logits another order."""
    stages = ours.architecture.stages
    spatial = [stages[0][0], stages[1][0]]
    temporal = [stages[0][1], stages[1][1], stages[2][0], stages[3][0]]
    pairs = [
        (published.node, ours.embedding.node),
        (published.node_norm.norm, ours.embedding.normalization.statistics),
        *zip(
            [norm.norm for norm in published.pool_norms],
            [stages[i][2].normalization.statistics for i in (0, 1)],
            strict=True,
        ),
    ]
    for theirs, layer in zip([*published.spatial, *published.temporal], [*spatial, *temporal], strict=True):
        pairs += [
            (theirs.norm_1.norm, layer.attention_norm.statistics),
            (theirs.attention.to_qkv, layer.attention.queries_keys_values),
            (theirs.attention.out[0], layer.attention.merge_heads),
            (theirs.norm_2.norm, layer.feed_forward_norm.statistics),
            (theirs.feed_forward[0], layer.feed_forward.layers[0]),
            (theirs.feed_forward[3], layer.feed_forward.layers[3]),
        ]
    for theirs, stage in zip(published.downsamplings, stages, strict=True):
        pairs.append((theirs.norm.norm, stage[-1].normalization.statistics))
    for theirs, mine in pairs:
        theirs.load_state_dict(mine.state_dict())
    with torch.no_grad():
        for theirs, stage in zip(published.downsamplings, stages, strict=True):
            theirs.convolution.weight.copy_(stage[-1].convolution.weight[..., 0])
        published.time_tokens[0, :17] = ours.embedding.time_tokens
        published.part_tokens.copy_(ours.embedding.part_tokens)
        published.head.weight.copy_(_reordered(ours.head.linear.weight))
        published.head.bias.copy_(_reordered(ours.head.linear.bias))


def _reordered(logits: torch.Tensor) -> torch.Tensor:
    """Micro boundary, macro boundary, micro apex, macro apex, micro expression, macro expression."""
    macro, micro = logits.view(2, 5, *logits.shape[1:])
    boundary = [of_kind[channel] for of_kind in (micro, macro) for channel in BOUNDARY_CHANNELS]
    others = [of_kind[channel] for channel in (Channel.APEX, Channel.EXPRESSION) for of_kind in (micro, macro)]
    return torch.stack([*boundary, *others])


@pytest.mark.parametrize("training", [True, False])
def test_the_published_layout_computes_the_same_with_the_same_weights(training):
    ours = SpotFormer(ModelConfig(width=16, num_heads=2, head_width=64, dropout=0.0)).double().train(training)
    published = PublishedLayout(16, num_heads=2, dropout=0.0).double().train(training)
    copy_weights(ours, published)
    windows = torch.randn(8, 17, 10, 2, dtype=torch.float64)

    output = ours(windows)
    logits, features = published(windows.permute(0, 3, 1, 2))

    torch.testing.assert_close(features, output.features)
    expected = _reordered(output.logits.flatten(start_dim=1).T).T
    torch.testing.assert_close(logits, expected)


def test_the_published_layout_has_the_published_number_of_parameters():
    # ORIGIN: counted on an instance of the released model.
    assert sum(parameter.numel() for parameter in PublishedLayout().parameters()) == 3_168_778
