"""AdamW and the learning rate of every step ([Deng2024] Sec. 4.1)."""

import math

import torch
from torch import nn

from spotformer_core.config import LearningRateSchedule, TrainingConfig

_DECAYED_LAYERS = (nn.Linear, nn.Conv2d)


def make_optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW over all parameters, with weight decay on the weights of linear and convolution layers only.

    Biases, batch normalisation and the learned tokens do not decay.
    """
    decayed = [layer.weight for layer in network.modules() if isinstance(layer, _DECAYED_LAYERS)]
    decayed_ids = {id(parameter) for parameter in decayed}
    others = [parameter for parameter in network.parameters() if id(parameter) not in decayed_ids]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        # One kernel for all parameters: they are many and small.
        fused=True,
    )


def make_schedule(
    optimizer: torch.optim.Optimizer, config: TrainingConfig, *, num_steps: int
) -> torch.optim.lr_scheduler.LambdaLR:
    """The schedule that sets the rate before each of `num_steps` steps."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_factor(step, num_steps=num_steps, config=config)
    )


def learning_rate_factor(step: int, *, num_steps: int, config: TrainingConfig) -> float:
    """The learning rate of a step as a fraction of `config.learning_rate`.

    It rises linearly to 1, reached in the last of `warmup_steps`, and then stays or falls along half a cosine that
    would be 0 in the step after the last.

    Args:
        step: counted from 0.
    """
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    if config.learning_rate_schedule is LearningRateSchedule.CONSTANT:
        return 1.0
    # LambdaLR asks once more after the last step, when a warm-up of all steps leaves nothing to divide by.
    progress = (step - config.warmup_steps) / max(num_steps - config.warmup_steps, 1)
    return (1 + math.cos(math.pi * progress)) / 2
