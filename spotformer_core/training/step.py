"""One optimiser step as one function of memory that stays where it is, so that a GPU can record and replay it."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration, Precision
from spotformer_core.losses.spotting import fold_losses
from spotformer_core.model.spotformer import SpotFormer, SpotFormerOutput
from spotformer_core.shapes import Float, Int
from spotformer_core.training.batch_memory import BatchMemory
from spotformer_core.training.optimizer import set_learning_rate
from spotformer_core.training.recorded_function import RecordedFunction
from spotformer_core.training.training_set import TrainingSet


class TrainingStep:
    """Gathering, forward pass, loss, backward pass and AdamW of one batch of every fold that is trained here.

    Args:
        network: of one fold, or the stacked network of several (`model.stacked_folds`).
        training_sets: one per fold.
        optimizers: one per fold.
    """

    def __init__(
        self,
        network: SpotFormer,
        training_sets: Sequence[TrainingSet],
        optimizers: Sequence[torch.optim.Optimizer],
        *,
        configuration: Configuration,
        gpu_steps: GpuSteps,
    ) -> None:
        device, batch_size = training_sets[0].windows.device, configuration.training.batch_size
        self._network = network
        # A stacked network comes with gradients, of which those of its folds are views: they must stay where they are.
        self._gradients_stay = all(parameter.grad is not None for parameter in network.parameters())
        self._optimizers = tuple(optimizers)
        self._configuration = configuration
        dtype = network.head.linear.weight.dtype
        self._memory = BatchMemory(training_sets, batch_size, dtype=dtype)
        self._indices = torch.zeros(len(training_sets), batch_size, dtype=torch.int64, device=device)
        self._losses = torch.zeros(len(training_sets), dtype=dtype, device=device)
        is_recorded = device.type == "cuda" and gpu_steps is GpuSteps.CUDA_GRAPH
        self._run: Callable[[], None] = RecordedFunction(self._body) if is_recorded else self._body

    def __call__(self, indices: Int[Tensor, "folds batch"], learning_rates: Sequence[float]) -> Float[Tensor, " folds"]:
        """The loss of every fold before the step. It stays on the device: reading it would wait for the GPU."""
        self._indices.copy_(indices)
        for optimizer, rate in zip(self._optimizers, learning_rates, strict=True):
            set_learning_rate(optimizer, rate)
        self._run()
        return self._losses.clone()

    def _body(self) -> None:
        """The step itself. Reads and writes memory of this object, of the network and of the optimisers only."""
        windows, labels = self._memory.gather(self._indices)
        self._forget_gradients()
        losses = fold_losses(self._output(windows), labels, self._configuration.loss, num_folds=len(self._optimizers))
        losses.sum().backward()  # type: ignore[no-untyped-call]
        for optimizer in self._optimizers:
            optimizer.step()
        self._losses.copy_(losses.detach())

    def _forget_gradients(self) -> None:
        self._network.zero_grad(set_to_none=not self._gradients_stay)

    def _output(self, windows: Tensor) -> SpotFormerOutput:
        if self._configuration.training.precision is Precision.FLOAT32:
            output: SpotFormerOutput = self._network(windows)
            return output
        with torch.autocast(windows.device.type, dtype=torch.bfloat16):
            output = self._network(windows)
        return SpotFormerOutput(logits=output.logits.float(), features=output.features.float())
