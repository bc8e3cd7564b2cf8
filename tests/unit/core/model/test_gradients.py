"""The gradient of every block, for its input and for all of its parameters, is that of its differences."""

import pytest
import torch
from torch import nn

from spotformer_core.config import Architecture, FaceRegions, GraphPooling, ModelConfig
from spotformer_core.model.attention import AttentionLayer, Axis, MultiHeadSelfAttention
from spotformer_core.model.embedding import GraphEmbedding
from spotformer_core.model.feed_forward import FeedForward
from spotformer_core.model.flgp import graph_poolings
from spotformer_core.model.graph_scales import GraphScales
from spotformer_core.model.head import FrameHead
from spotformer_core.model.normalization import NodeBatchNorm
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.model.temporal_downsampling import TemporalDownsampling

CONFIG = ModelConfig(window=5, width=4, num_heads=2, head_width=2, dropout=0.0)
NODES = (2, 5, 10, 4)

BLOCKS = {
    "embedding": (GraphEmbedding(CONFIG), (2, 5, 10, 2)),
    "embedding of extra regions": (
        GraphEmbedding(ModelConfig(window=5, width=4, regions=FaceRegions.EYELIDS, dropout=0.0)),
        (2, 5, 14, 2),
    ),
    "normalization": (NodeBatchNorm(4), NODES),
    "spatial attention": (MultiHeadSelfAttention(CONFIG, axis=Axis.NODE), NODES),
    "temporal attention": (MultiHeadSelfAttention(CONFIG, axis=Axis.TIME), NODES),
    "feed forward": (FeedForward(CONFIG), NODES),
    "attention layer": (AttentionLayer(CONFIG, axis=Axis.TIME), NODES),
    "flgp": (graph_poolings(CONFIG)[0], NODES),
    "average": (graph_poolings(ModelConfig(width=4, graph_pooling=GraphPooling.AVERAGE))[1], NODES),
    "downsampling": (TemporalDownsampling(4, num_frames=5), NODES),
    "graph scales": (GraphScales(CONFIG), NODES),
    "head": (FrameHead(4), (3, 4)),
}


def check(block: nn.Module, shape: tuple[int, ...]) -> bool:
    """Gradcheck in double precision, in one random direction, for the input and for every parameter at once."""
    block = block.double().train()
    # Statistics that move with every call would make the block another function every time.
    for layer in block.modules():
        if isinstance(layer, nn.BatchNorm1d):
            layer.momentum = 0.0
    names, parameters = zip(*block.named_parameters(), strict=True)

    def call(values: torch.Tensor, *of_parameters: torch.Tensor):
        output = torch.func.functional_call(block, dict(zip(names, of_parameters, strict=True)), values)
        return (output.logits, output.features) if isinstance(block, SpotFormer) else output

    values = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    return torch.autograd.gradcheck(call, (values, *parameters), fast_mode=True)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_gradient_of_every_block_is_that_of_its_differences(name):
    assert check(*BLOCKS[name])


@pytest.mark.parametrize("architecture", Architecture)
def test_the_gradient_of_every_parameter_of_every_architecture_is_that_of_its_differences(architecture):
    config = ModelConfig(
        architecture=architecture, window=5, width=4, num_heads=2, head_width=2, mlp_ratio=2.0, dropout=0.0
    )

    assert check(SpotFormer(config), (2, 5, 10, 2))
