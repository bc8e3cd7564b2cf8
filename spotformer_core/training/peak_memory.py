"""How much memory of a device the folds of a configuration need: measured by a short training, or computed."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor

from spotformer_core.choices import GpuSteps
from spotformer_core.config import LOSS_WEIGHTS, Configuration
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.facial_graph import facial_graph
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.training.devices import GpuMemory
from spotformer_core.training.failures import memory_failures_named
from spotformer_core.training.fold import new_trainer
from spotformer_core.training.fold_stack import stacked_training
from spotformer_core.training.scoring import score_recordings
from spotformer_core.training.seeding import seeded
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.trainer import Trainer

NUM_STEPS = 6
"""Steps of a measurement: a recorded step runs a few times before it is recorded, and once more when it is replayed."""

WITHOUT_EFFECT = frozenset(
    {
        "focal_gamma",
        "focal_alpha_apex",
        "focal_alpha_boundary",
        "focal_alpha_expression",
        "label_smoothing",
        "contrastive_tau",
        "contrastive_base_tau",
        "learning_rate",
        "beta1",
        "beta2",
        "weight_decay",
        "num_epochs",
        "warmup_steps",
        "learning_rate_schedule",
        "learning_rate_decay",
        "class_balance",
    }
)
"""Fields that change numbers and no shapes; decoding has no part in training."""

SWITCHES = frozenset({"dropout", "contrastive_lambda", *LOSS_WEIGHTS})
"""Fields of which only 0 needs other memory than the rest."""

_BYTES_OF_A_WEIGHT, _BYTES_OF_STORED_FLOW = 4, 2
_COPIES_OF_A_WEIGHT = 4
"""The weight, its gradient and the two moments of the optimiser."""


def memory_facts(configuration: Configuration) -> dict[str, Any]:
    """What of a configuration decides how much memory its folds need, as plain JSON values.

    A field that nobody has thought about counts: then there is one measurement too many, never a wrong one.
    """
    groups = (configuration.model, configuration.loss, configuration.training)
    values = {name: value for group in groups for name, value in asdict(group).items() if name not in WITHOUT_EFFECT}
    return {name: value > 0 if name in SWITCHES else value for name, value in values.items()}


def measured_peak(
    configuration: Configuration,
    bands: Sequence[FlowBand],
    *,
    place: str,
    memory: GpuMemory,
    gpu_steps: GpuSteps = GpuSteps.EAGER,
    num_folds: int = 1,
) -> int:
    """Bytes that a fold holds at most, without the context: those of a few steps and of scoring a recording.

    All of `bands` are trained on, which is a little more than any fold does. Random numbers are drawn as in a fold of
    seed 0, and put back.

    Args:
        num_folds: that are stacked; what all of them hold together is measured then.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        DeviceMemoryError: when it does not fit.
        TrainingError: when there is nothing to train on.
    """
    device = torch.device(place)
    memory.forget_peak()
    with seeded(0, device=device) as generator, memory_failures_named(configuration, device):
        if num_folds > 1:
            trainers, step = stacked_training(
                configuration, [bands] * num_folds, seeds=range(num_folds), device=device, gpu_steps=gpu_steps
            )
        else:
            trainers, step = _alone(configuration, bands, generator, device, gpu_steps)
        batches = torch.stack([trainer.draw_epoch() for trainer in trainers], dim=1)
        for number in range(NUM_STEPS):
            step(batches[number % len(batches)], [trainer.next_learning_rate() for trainer in trainers])
        score_recordings(trainers[0].network, [max(bands, key=lambda band: len(band.flow))])
    return memory.peak_bytes()


def _alone(
    configuration: Configuration,
    bands: Sequence[FlowBand],
    generator: torch.Generator,
    device: torch.device,
    gpu_steps: GpuSteps,
) -> tuple[tuple[Trainer, ...], TrainingStep]:
    """What `stacked_training` gives, of one fold alone."""
    trainer = new_trainer(configuration, bands, generator, device, gpu_steps)
    step = TrainingStep(
        trainer.network.train(),
        [trainer.training_set],
        [trainer.optimizer],
        configuration=configuration,
        gpu_steps=gpu_steps,
    )
    return (trainer,), step


def computed_bytes(configuration: Configuration, *, num_frames: int) -> int:
    """Bytes that a fold on `num_frames` frames holds at least: windows, weights, and what a batch keeps for gradients.

    Computed from shapes alone: nothing of that size is allocated. The windows of the recordings are float16, all else
    counts as float32.
    """
    model = configuration.model
    with torch.device("meta"):
        num_weights = sum(weight.numel() for weight in SpotFormer(model).parameters())
    windows = num_frames * model.window * facial_graph(model.regions).num_regions * 2 * _BYTES_OF_STORED_FLOW
    return windows + num_weights * _COPIES_OF_A_WEIGHT * _BYTES_OF_A_WEIGHT + computed_batch_bytes(configuration)


def computed_batch_bytes(configuration: Configuration) -> int:
    """Bytes of what the forward pass of a batch keeps for the backward pass, weights apart, in float32.

    Attention counts as if its weights were kept, which the faster kernels avoid.
    """
    model = configuration.model
    with torch.device("meta"):
        network = SpotFormer(model)
        batch = torch.empty(configuration.training.batch_size, model.window, facial_graph(model.regions).num_regions, 2)
    weights = {weight.untyped_storage()._cdata for weight in network.parameters()}  # noqa: SLF001  meta has no address
    kept: dict[int, Tensor] = {}

    def note(tensor: Tensor) -> Tensor:
        identity = tensor.untyped_storage()._cdata  # noqa: SLF001
        if identity not in weights:
            # The tensor itself is kept, so that no other one gets its identity.
            kept[identity] = tensor
        return tensor

    network.train()
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        network(batch)
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
