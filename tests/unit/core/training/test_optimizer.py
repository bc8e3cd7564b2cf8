import pytest
import torch

from spotformer_core.config import LearningRateSchedule, ModelConfig, TrainingConfig
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.optimizer import learning_rate_factor, make_optimizer, make_schedule


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
    ],
)
def test_learning_rates_of_six_steps(schedule, warmup_steps, factors):
    config = TrainingConfig(learning_rate=0.2, learning_rate_schedule=schedule, warmup_steps=warmup_steps)
    optimizer = make_optimizer(SpotFormer(ModelConfig(window=9, width=16)), config)
    scheduler = make_schedule(optimizer, config, num_steps=6)

    rates = []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()

    assert rates == pytest.approx([0.2 * factor for factor in factors], rel=1e-6)


def test_a_warm_up_of_all_steps_has_a_rate_after_the_last():
    config = TrainingConfig(learning_rate_schedule=LearningRateSchedule.COSINE, warmup_steps=6)

    assert learning_rate_factor(6, num_steps=6, config=config) == 1
