"""A stacked network computes for every fold what the network of that fold computes alone."""

from copy import deepcopy

import pytest
import torch

from spotformer_core.config import Architecture, FaceRegions, GraphPooling, ModelConfig
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.model.stacked_folds import stacked_network

SEEDS = (1, 2, 3)


def generators() -> list[torch.Generator]:
    return [torch.Generator().manual_seed(seed) for seed in SEEDS]


def networks_of(config: ModelConfig) -> list[SpotFormer]:
    return [SpotFormer(config).double() for _ in SEEDS]


def small_config(**fields) -> ModelConfig:
    return ModelConfig(**{"window": 9, "width": 12, "num_heads": 2, "head_width": 6, "dropout": 0.3, **fields})


def loss_of(network: SpotFormer, windows: torch.Tensor) -> torch.Tensor:
    output = network(windows)
    return output.logits.square().sum() + output.features.sin().sum()


@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize(
    "fields", [{}, {"regions": FaceRegions.EYELIDS, "window": 5}, {"graph_pooling": GraphPooling.AVERAGE}]
)
def test_loss_gradients_and_statistics_are_those_of_every_fold_alone(architecture, fields):
    config = small_config(architecture=architecture, **fields)
    num_regions = 14 if config.regions is FaceRegions.EYELIDS else 10
    networks = networks_of(config)
    alone = deepcopy(networks)
    stacked = stacked_network(networks, generators())
    windows = torch.randn(3 * 4, config.window, num_regions, 2, dtype=torch.float64)

    loss_of(stacked, windows).backward()

    for fold, (network, reference) in enumerate(zip(networks, alone, strict=True)):
        torch.manual_seed(SEEDS[fold])
        loss_of(reference, windows[4 * fold : 4 * fold + 4]).backward()
        for (name, parameter), expected in zip(network.named_parameters(), reference.parameters(), strict=True):
            torch.testing.assert_close(parameter.grad, expected.grad, rtol=1e-9, atol=1e-11, msg=name)
        for (name, buffer), expected in zip(network.named_buffers(), reference.buffers(), strict=True):
            torch.testing.assert_close(buffer, expected, rtol=1e-12, atol=1e-12, msg=name)


@pytest.mark.parametrize("architecture", Architecture)
def test_in_evaluation_the_stack_says_what_its_folds_say(architecture):
    networks = networks_of(small_config(architecture=architecture))
    stacked = stacked_network(networks, generators())
    windows = torch.randn(3 * 4, 9, 10, 2, dtype=torch.float64)
    stacked(windows)  # Moves the running statistics away from their start.

    together = stacked.eval()(windows).logits
    alone = [network.eval()(part).logits for network, part in zip(networks, windows.split(4), strict=True)]

    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-10, atol=1e-12)


def test_the_networks_of_the_folds_share_all_their_memory_with_the_stack():
    networks = networks_of(small_config())
    before = [deepcopy(network.state_dict()) for network in networks]

    stacked = stacked_network(networks, generators())

    assert stacked.state_dict().keys() == before[0].keys()
    for name, together in stacked.state_dict().items():
        for row, (network, its_state) in enumerate(zip(networks, before, strict=True)):
            assert torch.equal(network.state_dict()[name], its_state[name])
            assert network.state_dict()[name].data_ptr() == together[row].data_ptr()
    for name, parameter in stacked.named_parameters():
        assert networks[2].get_parameter(name).grad.data_ptr() == parameter.grad[2].data_ptr()


def test_a_stack_has_the_boxes_of_its_networks_and_no_others():
    networks = networks_of(small_config())

    stacked = stacked_network(networks, generators())

    names = [name for name, _ in networks[0].named_modules()]
    assert [name for name, _ in stacked.named_modules()] == names
    replaced = {type(layer).__name__ for layer in stacked.modules()} - {
        type(layer).__name__ for layer in networks[0].modules()
    }
    assert replaced == {"StackedLinear", "StackedConvolution", "StackedBatchNorm"}
