import pytest
import torch

from spotformer_core.config import LearningRateSchedule, ModelConfig, TrainingConfig
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.optimizer import learning_rate, make_optimizer


def test_only_weights_of_linear_and_convolution_layers_decay():
    network = SpotFormer(ModelConfig(window=9, width=16))
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    optimizer = make_optimizer(network, TrainingConfig(learning_rate=0.1, weight_decay=0.5))
    for parameter in network.parameters():
        parameter.grad = torch.zeros_like(parameter)

    optimizer.step()

    # Without a gradient AdamW multiplies what decays by 1 - 0.1 * 0.5 and leaves the rest.
    layers = ("node", "queries_keys_values", "merge_heads", "layers.0", "layers.3", "convolution", "linear")
    decays = {name: name.endswith(tuple(f"{layer}.weight" for layer in layers)) for name in before}
    assert sum(decays.values()) == 1 + 5 * 4 + 3 + 1  # embedding, five attention layers, three downsamplings, head
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(parameter.detach(), before[name] * (0.95 if decays[name] else 1.0))


def test_the_optimizer_holds_every_parameter_once_with_the_betas_of_the_configuration():
    network = SpotFormer(ModelConfig(window=9, width=16))

    optimizer = make_optimizer(network, TrainingConfig(beta1=0.6, beta2=0.95))

    held = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    assert sorted(held) == sorted(id(parameter) for parameter in network.parameters())
    assert {group["betas"] for group in optimizer.param_groups} == {(0.6, 0.95)}


@pytest.mark.parametrize(
    ("schedule", "warmup_steps", "factors"),
    [
        (LearningRateSchedule.CONSTANT, 0, [1, 1, 1, 1, 1, 1]),
        (LearningRateSchedule.CONSTANT, 4, [0.25, 0.5, 0.75, 1, 1, 1]),
        (LearningRateSchedule.COSINE, 0, [1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873]),
        (LearningRateSchedule.COSINE, 2, [0.5, 1, 1, 0.8535534, 0.5, 0.1464466]),
        (LearningRateSchedule.COSINE, 12, [1 / 12, 2 / 12, 3 / 12, 4 / 12, 5 / 12, 6 / 12]),
        (LearningRateSchedule.EXPONENTIAL, 0, [1, 1, 0.9, 0.9, 0.81, 0.81]),
        (LearningRateSchedule.EXPONENTIAL, 3, [1 / 3, 2 / 3, 1, 0.9, 0.81, 0.81]),
    ],
)
def test_learning_rates_of_three_epochs_of_two_steps(schedule, warmup_steps, factors):
    config = TrainingConfig(
        learning_rate=0.2,
        learning_rate_schedule=schedule,
        warmup_steps=warmup_steps,
        num_epochs=3,
        learning_rate_decay=0.9,
    )

    rates = [learning_rate(step, steps_per_epoch=2, config=config) for step in range(6)]

    assert rates == pytest.approx([0.2 * factor for factor in factors], rel=1e-6)


def test_a_constant_rate_is_the_configured_one_to_the_last_bit():
    config = TrainingConfig(learning_rate=2e-4, learning_rate_schedule=LearningRateSchedule.CONSTANT)

    assert {learning_rate(step, steps_per_epoch=3, config=config) for step in range(9)} == {2e-4}
