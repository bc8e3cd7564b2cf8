"""Several folds of one configuration trained side by side, as one stacked network: for a GPU.

One step of the stack is one step of every fold. Folds have training sets of different sizes, hence epochs of different
lengths, schedules of their own and different ends: each keeps its own count, draws its own batches, is checked, scored
and finished when its own epochs are over, and is only carried along by the others after that.

What a fold computes is what it computes alone, up to rounding: the products of all folds are summed in another order
than those of one, and training makes more of that: up to half a percentage point of probability after a short one
(docs/packing.md). On the CPU its initialisation, its batches and what its dropout drops are the same to the last bit.
On a GPU dropout draws from one generator for all folds, so that there it is that of another seed.

Never run on a GPU so far: none was at hand. On a CPU stacking only spares the overhead of small operations, which
`benchmarks/stacked_folds.py` compares.
"""

import math
import time
from collections.abc import Collection, Sequence

import torch

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.errors import TrainingError, require
from spotformer_core.flow.band import FlowBand
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.model.stacked_folds import stacked_network
from spotformer_core.training.failures import memory_failures_named
from spotformer_core.training.fold import FoldResult, Report, ignore, require_epochs
from spotformer_core.training.folds import Fold
from spotformer_core.training.seeding import seeded
from spotformer_core.training.stack_member import Member
from spotformer_core.training.step import TrainingStep
from spotformer_core.training.trainer import Trainer
from spotformer_core.training.training_set import load_training_set


def evaluate_folds(
    configuration: Configuration,
    folds: Sequence[Fold],
    *,
    seeds: Sequence[int],
    report: Report = ignore,
    device: str = "cpu",
    gpu_steps: GpuSteps = GpuSteps.EAGER,
    stored_epochs: Collection[int] = (),
) -> tuple[FoldResult | TrainingError, ...]:
    """What `evaluate_fold` says of each of `folds`, trained side by side; a fold that fails leaves the others alone.

    Args:
        seeds: one per fold.
        report: called whenever every fold has finished one more epoch, those that failed apart, with the number of that
            epoch, counted from 1, and the mean over the folds of their latest mean losses.
        device: a PyTorch device, "cpu" or for instance "cuda:0".
        gpu_steps: how a GPU runs the steps.
        stored_epochs: after which epochs, beside the last, the held-out recordings of each fold are scored.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        InvalidValueError: when there is no fold, not one seed per fold, a negative seed, or an epoch beyond the last.
        DeviceMemoryError: when a batch of all folds does not fit the memory of the device.
        TrainingError: when a fold has nothing to train on.
    """
    start = time.perf_counter()
    num_epochs = configuration.training.num_epochs
    require(len(folds) >= 1, "folds", "one or more", len(folds), "Give the folds to train.")
    require(len(seeds) == len(folds), "seeds", f"one per fold ({len(folds)})", len(seeds), "Give each fold a seed.")
    require_epochs(stored_epochs, num_epochs=num_epochs)
    place = torch.device(device)
    with memory_failures_named(configuration, place):
        trained_on = [fold.training for fold in folds]
        trainers, step = stacked_training(configuration, trained_on, seeds=seeds, device=place, gpu_steps=gpu_steps)
        epochs = frozenset({*stored_epochs, num_epochs})
        members = [
            Member(fold=fold, seed=seed, trainer=trainer, num_epochs=num_epochs, stored_epochs=epochs)
            for fold, seed, trainer in zip(folds, seeds, trainers, strict=True)
        ]
        with seeded(seeds[0], device=place):
            _train(step, members, report)
    seconds = time.perf_counter() - start - sum(member.seconds_scoring for member in members)
    return tuple(member.outcome(seconds_training=seconds / len(members)) for member in members)


def stacked_training(
    configuration: Configuration,
    trained_on: Sequence[Sequence[FlowBand]],
    *,
    seeds: Sequence[int],
    device: torch.device,
    gpu_steps: GpuSteps,
) -> tuple[tuple[Trainer, ...], TrainingStep]:
    """A trainer for each of the folds that are trained on these recordings, and the step of all of them.

    Raises:
        FlowStoreError: when a flow band has too few steps for the window, or too few regions.
        TrainingError: when a fold has nothing to train on.
    """
    streams: list[torch.Generator] = []
    trainers: list[Trainer] = []
    for bands, seed in zip(trained_on, seeds, strict=True):
        with seeded(seed, device=device) as generator:
            network = SpotFormer(configuration.model).to(device)
            # Where dropout would go on drawing if this fold were trained alone.
            streams.append(torch.default_generator.clone_state())
        training_set = load_training_set(bands, configuration, device=device)
        trainers.append(
            Trainer(
                network,
                training_set,
                configuration=configuration,
                generator=generator,
                dropout_generator=streams[-1],
            )
        )
    stacked = stacked_network([trainer.network for trainer in trainers], streams)
    step = TrainingStep(
        stacked.train(),
        [trainer.training_set for trainer in trainers],
        [trainer.optimizer for trainer in trainers],
        configuration=configuration,
        gpu_steps=gpu_steps,
    )
    return tuple(trainers), step


def _train(step: TrainingStep, members: Sequence[Member], report: Report) -> None:
    num_reported = 0
    while not all(member.is_finished for member in members):
        _step_of_all(step, members)
        well = [member.trainer for member in members if member.failure is None]
        num_done = min((trainer.epoch for trainer in well), default=0)
        if num_done > num_reported:
            num_reported = num_done
            report(num_done, math.fsum(trainer.mean_loss for trainer in well) / len(well))


def _step_of_all(step: TrainingStep, members: Sequence[Member]) -> None:
    indices = torch.stack([member.next_batch() for member in members])
    losses = step(indices, [member.next_learning_rate() for member in members])
    for member, loss in zip(members, losses, strict=True):
        member.take(loss)
