import pytest
import torch

from spotformer_core.config import Architecture, FaceRegions, GraphPooling, ModelConfig
from spotformer_core.model.spotformer import SpotFormer

WINDOWS = range(5, 27, 2)


def small_config(**fields) -> ModelConfig:
    return ModelConfig(**{"width": 16, "num_heads": 2, "head_width": 8, "dropout": 0.0, **fields})


def num_parameters(config: ModelConfig) -> int:
    return sum(parameter.numel() for parameter in SpotFormer(config).parameters())


@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize("window", WINDOWS)
def test_every_window_gives_ten_logits_and_one_feature_vector(window, architecture):
    network = SpotFormer(small_config(window=window, architecture=architecture))

    output = network(torch.randn(3, window, 10, 2))

    assert output.logits.shape == (3, 2, 5)
    assert output.features.shape == (3, 16)


@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize(("regions", "num_regions"), list(zip(FaceRegions, (10, 12, 14), strict=True)))
@pytest.mark.parametrize("graph_pooling", GraphPooling)
def test_every_architecture_takes_extra_regions_and_either_pooling(architecture, regions, num_regions, graph_pooling):
    config = small_config(window=9, architecture=architecture, regions=regions, graph_pooling=graph_pooling)

    assert SpotFormer(config)(torch.randn(2, 9, num_regions, 2)).logits.shape == (2, 2, 5)


def test_the_published_network_has_as_many_parameters_as_the_released_code():
    # ORIGIN: 3,168,778 parameters of the released model, counted on an instance of it, less the one time token (256)
    # that it never reads.
    assert num_parameters(ModelConfig()) == 3_168_778 - 256


@pytest.mark.parametrize("window", [5, 9, 17, 25])
@pytest.mark.parametrize("graph_pooling", GraphPooling)
def test_all_architectures_but_paral_st_have_the_same_number_of_parameters(window, graph_pooling):
    counts = {
        architecture: num_parameters(
            small_config(window=window, architecture=architecture, graph_pooling=graph_pooling)
        )
        for architecture in Architecture
    }

    of_paral_st = counts.pop(Architecture.PARAL_ST)
    assert len(set(counts.values())) == 1
    assert of_paral_st > max(counts.values())


@pytest.mark.parametrize("window", [5, 17])
def test_the_ablations_have_the_same_number_of_parameters_as_the_network(window):
    assert len({num_parameters(small_config(window=window, graph_pooling=pooling)) for pooling in GraphPooling}) == 1


def test_architectures_with_the_same_weights_compute_different_things():
    windows = torch.randn(4, 17, 10, 2)
    logits = []
    for architecture in Architecture:
        torch.manual_seed(0)
        logits.append(SpotFormer(small_config(architecture=architecture)).eval()(windows).logits)

    for first in range(len(logits)):
        for second in range(first):
            assert (logits[first] - logits[second]).abs().max() > 1e-3


def test_logits_are_the_linear_head_of_the_features():
    network = SpotFormer(small_config())

    output = network(torch.randn(4, 17, 10, 2))

    expected = output.features @ network.head.linear.weight.T + network.head.linear.bias
    torch.testing.assert_close(output.logits.flatten(start_dim=1), expected)


@pytest.mark.parametrize("architecture", Architecture)
def test_in_evaluation_a_window_does_not_depend_on_the_others_of_its_batch(architecture):
    network = SpotFormer(small_config(architecture=architecture)).double()
    # Moves the running statistics away from their start.
    network(torch.randn(32, 17, 10, 2, dtype=torch.float64))
    network.eval()
    windows = torch.randn(8, 17, 10, 2, dtype=torch.float64)

    together = network(windows).logits
    alone = torch.cat([network(window[None]).logits for window in windows])

    torch.testing.assert_close(alone, together)


@pytest.mark.parametrize("architecture", Architecture)
def test_a_batch_of_one_can_be_trained_on(architecture):
    network = SpotFormer(small_config(architecture=architecture))

    output = network(torch.randn(1, 17, 10, 2))
    output.logits.square().sum().backward()

    assert output.logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_in_training_a_window_depends_on_the_others_of_its_batch():
    network = SpotFormer(small_config())
    windows = torch.randn(8, 17, 10, 2)

    together, pair = network(windows).logits, network(windows[:2]).logits

    assert (together[:2] - pair).abs().max() > 1e-3


@pytest.mark.parametrize("architecture", Architecture)
def test_every_weight_matrix_and_token_receives_a_gradient(architecture):
    network = SpotFormer(small_config(architecture=architecture)).double()

    network(torch.randn(6, 17, 10, 2, dtype=torch.float64)).logits.square().sum().backward()

    # Biases are left out: what batch normalisation removes again has no gradient. One that is zero but for rounding is
    # below 6 windows x 17 frames x 10 nodes x 2.2e-16.
    weights = {name: weight for name, weight in network.named_parameters() if weight.ndim > 1}
    idle = [name for name, weight in weights.items() if weight.grad is None or weight.grad.abs().max() < 1e-9]
    assert idle == []


@pytest.mark.parametrize("architecture", Architecture)
def test_the_output_depends_on_every_region_and_every_frame(architecture):
    network = SpotFormer(small_config(architecture=architecture)).eval()
    windows = torch.randn(1, 17, 10, 2, requires_grad=True)

    network(windows).logits.square().sum().backward()

    assert (windows.grad.abs().sum(dim=(0, 3)) > 0).all()


@pytest.mark.parametrize("architecture", Architecture)
@pytest.mark.parametrize("graph_pooling", GraphPooling)
def test_the_output_does_not_change_when_members_of_a_part_swap_places(architecture, graph_pooling):
    network = SpotFormer(small_config(architecture=architecture, graph_pooling=graph_pooling)).double().eval()
    windows = torch.randn(3, 17, 10, 2, dtype=torch.float64)

    relabelled = windows[:, :, [2, 0, 1, 3, 5, 4, 9, 7, 6, 8]]
    across_parts = windows[:, :, [3, 1, 2, 0, 4, 5, 6, 7, 8, 9]]

    torch.testing.assert_close(network(relabelled).logits, network(windows).logits)
    assert (network(across_parts).logits - network(windows).logits).abs().max() > 1e-4


@pytest.mark.parametrize("architecture", Architecture)
def test_the_gradient_of_the_whole_network_is_that_of_its_differences(architecture):
    network = SpotFormer(small_config(window=5, width=4, head_width=2, architecture=architecture)).double()
    windows = torch.randn(2, 5, 10, 2, dtype=torch.float64, requires_grad=True)

    assert torch.autograd.gradcheck(lambda x: network(x).logits, windows, fast_mode=True)
    weights = next(weight for name, weight in network.named_parameters() if name.endswith("queries_keys_values.weight"))
    assert torch.autograd.gradcheck(lambda _: network(windows.detach()).logits, weights, fast_mode=True)


def test_without_dropout_a_training_pass_draws_no_random_numbers():
    network = SpotFormer(small_config())
    before = torch.get_rng_state()

    network(torch.randn(2, 17, 10, 2, generator=torch.Generator().manual_seed(0)))

    assert torch.equal(torch.get_rng_state(), before)


def test_dropout_changes_training_and_not_evaluation():
    network = SpotFormer(small_config(dropout=0.5))
    windows = torch.randn(4, 17, 10, 2)

    assert not torch.equal(network(windows).logits, network(windows).logits)
    network.eval()
    assert torch.equal(network(windows).logits, network(windows).logits)
