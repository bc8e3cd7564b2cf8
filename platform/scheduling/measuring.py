"""Measuring what folds of a configuration hold of a GPU: a trial of its own kind, once before the first fold.

It is a trial of Tune, not a task beside it: Tune keeps workers, and with them their GPUs, for the next trial, and gives
them up only for another trial.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import torch

from platform.scheduling.fold_trial import FAILURE, OUT_OF_MEMORY, FoldInputs, limit_memory
from platform.scheduling.peak_memory_store import PeakMemory, PeakMemoryStore
from platform.scheduling.resources import FoldResources
from platform.scheduling.shares import folds_per_gpu, share_of_gpu
from platform.study.planning import FoldOrder
from spotformer_core.config import Configuration
from spotformer_core.errors import SpotFormerError
from spotformer_core.training.failures import DeviceMemoryError
from spotformer_core.training.peak_memory import computed_bytes, measured_peak

MEASURED = "measured"
NO_GPU = "no_gpu"

_CAUTION = 2
"""A measurement is given so many times what was computed, since the kernels' own memory is not computed."""

Notice = Callable[[str], None]


def run_measurement(trial: dict[str, Any], inputs: FoldInputs) -> dict[str, Any]:
    """The outcome of a measurement under exactly one key: MEASURED (JSON), NO_GPU, OUT_OF_MEMORY or FAILURE (a reason).

    Args:
        trial: `params` of the configuration, and `num_gpus`, which are reserved for it.
    """
    torch.set_num_threads(1)
    device = inputs.gpu()
    if device.memory is None:
        return {NO_GPU: "the GPUs of the cluster cannot be used by PyTorch where the folds run"}
    configuration = inputs.space.configuration(trial["params"])
    try:
        inputs.storage.fetch_once(inputs.store.folder)
        gpu = device.memory.describe()
        limit_memory(device, configuration, share=trial["num_gpus"])
        bands = [inputs.store.read(recording) for recording in inputs.recordings]
        peak = measured_peak(
            configuration,
            bands,
            place=device.place,
            memory=device.memory,
            gpu_steps=inputs.gpu_steps,
            num_folds=inputs.stack_folds,
        )
    except DeviceMemoryError as error:
        return {OUT_OF_MEMORY: str(error)}
    except SpotFormerError as error:
        return {FAILURE: str(error)}
    finally:
        device.memory.release()
    found = PeakMemory(gpu=gpu.name, total_bytes=gpu.total_bytes, context_bytes=gpu.context_bytes, peak_bytes=peak)
    return {MEASURED: json.dumps(asdict(found))}


class MeasuredShares:
    """The share of a GPU that folds are given: by what those of their configuration were measured to hold.

    Args:
        configuration_of: the configuration of a fold.
        num_frames: that are trained on, for what is computed before anything is measured.
        notice: hears what people should know, once.
    """

    def __init__(
        self,
        store: PeakMemoryStore,
        configuration_of: Callable[[FoldOrder], Configuration],
        *,
        num_frames: int,
        notice: Notice,
    ) -> None:
        self._store = store
        self._configuration_of = configuration_of
        self._num_frames = num_frames
        self._notice = notice
        self._shares: dict[str, float] = {}
        self._needs_whole: set[str] = set()
        self._no_gpu = False

    def __call__(self, order: FoldOrder) -> FoldResources | None:
        """What the fold is given; None until it is measured."""
        if self._no_gpu:
            return FoldResources()
        if order.configuration not in self._shares:
            peak = self._store.read(self._configuration_of(order))
            if peak is None:
                return None
            folds = folds_per_gpu(peak.num_bytes, total_bytes=peak.total_bytes)
            self._shares[order.configuration] = share_of_gpu(folds)
        return FoldResources(num_gpus=self._shares[order.configuration])

    def for_measuring(self, order: FoldOrder) -> FoldResources:
        """What measuring the fold's configuration is given: a whole GPU for the first, later ones by what is computed.

        Only who is alone on a GPU can tell the context from what others hold.
        """
        known = self._store.any_of_this_gpu()
        if known is None or order.configuration in self._needs_whole:
            return FoldResources(num_gpus=1.0)
        of_fold = computed_bytes(self._configuration_of(order), num_frames=self._num_frames)
        computed = of_fold * self._store.stack_folds
        folds = folds_per_gpu(known.context_bytes + _CAUTION * computed, total_bytes=known.total_bytes)
        return FoldResources(num_gpus=share_of_gpu(folds))

    def take(self, order: FoldOrder, given: FoldResources, outcome: dict[str, Any]) -> None:
        """Takes the outcome of a measurement; after one that failed the folds are given whole GPUs in this run.

        Raises:
            OSError: when the disk is full.
        """
        if MEASURED in outcome:
            self._keep(order, given, PeakMemory(**json.loads(outcome[MEASURED])))
        elif NO_GPU in outcome:
            self._no_gpu = True
            self._notice(f"{outcome[NO_GPU]}; they run on CPUs")
        elif OUT_OF_MEMORY in outcome and given.num_gpus < 1:
            self._needs_whole.add(order.configuration)
        else:
            self._shares[order.configuration] = 1.0

    def _keep(self, order: FoldOrder, given: FoldResources, peak: PeakMemory) -> None:
        known = self._store.any_of_this_gpu()
        if given.num_gpus < 1 and known is not None:
            values = asdict(peak) | {"context_bytes": known.context_bytes}
            peak = PeakMemory(**values)
        self._store.write(self._configuration_of(order), peak)
