import pytest
import torch

from spotformer_core.config import ModelConfig
from spotformer_core.model.spotformer import SpotFormer


def small_config(*, window: int = 17, dropout: float = 0.0) -> ModelConfig:
    return ModelConfig(window=window, width=16, num_heads=2, head_width=8, dropout=dropout)


@pytest.mark.parametrize("window", range(9, 27, 2))
def test_every_window_gives_ten_logits_and_one_feature_vector(window):
    network = SpotFormer(small_config(window=window))

    output = network(torch.randn(3, window, 10, 2))

    assert output.logits.shape == (3, 2, 5)
    assert output.features.shape == (3, 16)


@pytest.mark.parametrize(("window", "num_stages"), [(9, 3), (13, 3), (15, 4), (17, 4), (25, 4)])
def test_the_number_of_stages_follows_from_the_window(window, num_stages):
    assert len(SpotFormer(small_config(window=window)).stages) == num_stages


def test_the_published_network_has_as_many_parameters_as_the_released_code():
    # ORIGIN: 3,168,778 parameters of the released model, counted on an instance of it, less the one time token (256)
    # that it never reads.
    network = SpotFormer(ModelConfig())

    assert sum(parameter.numel() for parameter in network.parameters()) == 3_168_778 - 256


def test_logits_are_the_linear_head_of_the_features():
    network = SpotFormer(small_config())

    output = network(torch.randn(4, 17, 10, 2))

    expected = output.features @ network.head.linear.weight.T + network.head.linear.bias
    torch.testing.assert_close(output.logits.flatten(start_dim=1), expected)


def test_in_evaluation_a_window_does_not_depend_on_the_others_of_its_batch():
    network = SpotFormer(small_config())
    network(torch.randn(32, 17, 10, 2))  # Moves the running statistics away from their start.
    network.eval()
    windows = torch.randn(8, 17, 10, 2)

    together = network(windows).logits
    alone = torch.cat([network(window[None]).logits for window in windows])

    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-5)


def test_in_training_a_window_depends_on_the_others_of_its_batch():
    network = SpotFormer(small_config())
    windows = torch.randn(8, 17, 10, 2)

    together, pair = network(windows).logits, network(windows[:2]).logits

    assert (together[:2] - pair).abs().max() > 1e-3


def test_every_weight_matrix_and_token_receives_a_gradient():
    network = SpotFormer(small_config())

    network(torch.randn(6, 17, 10, 2)).logits.square().sum().backward()

    # Biases are left out: what batch normalisation removes again has no gradient.
    weights = {name: weight for name, weight in network.named_parameters() if weight.ndim > 1}
    assert [name for name, weight in weights.items() if weight.grad.abs().max() < 1e-6] == []


def test_the_output_depends_on_every_region_and_every_frame():
    network = SpotFormer(small_config()).eval()
    windows = torch.randn(1, 17, 10, 2, requires_grad=True)

    network(windows).logits.square().sum().backward()

    assert (windows.grad.abs().sum(dim=(0, 3)) > 0).all()


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
