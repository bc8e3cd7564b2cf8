"""AdamW and the learning rate of every step ([Deng2024] Sec. 4.1)."""

import math

import torch
from torch import Tensor, nn

from spotformer_core.config import LearningRateSchedule, TrainingConfig

_DECAYED_LAYERS = (nn.Linear, nn.Conv2d)


def make_optimizer(network: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW over all parameters, with weight decay on the weights of linear and convolution layers only.

    Biases, batch normalisation and the learned tokens do not decay. On a GPU the step counts and the learning rate are
    tensors there, so that a recorded step reads them anew.
    """
    device = next(network.parameters()).device
    on_gpu = device.type == "cuda"
    decayed = [layer.weight for layer in network.modules() if isinstance(layer, _DECAYED_LAYERS)]
    decayed_ids = {id(parameter) for parameter in decayed}
    others = [parameter for parameter in network.parameters() if id(parameter) not in decayed_ids]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}],
        lr=torch.tensor(config.learning_rate, device=device) if on_gpu else config.learning_rate,
        betas=(config.beta1, config.beta2),
        # One kernel for all parameters: they are many and small.
        fused=True,
        capturable=on_gpu,
    )


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Makes `rate` the learning rate of the next step; where the rate is a tensor, that tensor stays in its place."""
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate


def learning_rate(step: int, *, steps_per_epoch: int, config: TrainingConfig) -> float:
    """The learning rate of a step.

    It rises linearly to `config.learning_rate`, reached in the last of `warmup_steps`; then it stays, falls along half
    a cosine that would be 0 in the step after the last, or is multiplied by `learning_rate_decay` after every epoch.

    Args:
        step: counted from 0.
    """
    if step < config.warmup_steps:
        return config.learning_rate * (step + 1) / config.warmup_steps
    match config.learning_rate_schedule:
        case LearningRateSchedule.CONSTANT:
            return config.learning_rate
        case LearningRateSchedule.COSINE:
            num_steps = config.num_epochs * steps_per_epoch
            progress = (step - config.warmup_steps) / (num_steps - config.warmup_steps)
            return config.learning_rate * (1 + math.cos(math.pi * progress)) / 2
        case LearningRateSchedule.EXPONENTIAL:
            epoch = step // steps_per_epoch
            return float(config.learning_rate * config.learning_rate_decay**epoch) if epoch else config.learning_rate
