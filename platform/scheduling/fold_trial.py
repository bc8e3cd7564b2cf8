"""One Ray Tune trial: a fold of a configuration, from the flow store to counts in hand and frame scores on disk."""

import errno
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from platform.scheduling.fold_progress import FoldProgress
from platform.storage.workspace_storage import SharedDisk, WorkspaceStorage
from platform.study.identity import fold_seed, versions
from platform.study.records import FoldRecord
from platform.study.workspace import scores_path, table_path
from search_spaces.vocabulary import Space
from spotformer_core.choices import GpuSteps
from spotformer_core.config import Configuration
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import Recording
from spotformer_core.decoding.score_files import write_scores
from spotformer_core.errors import StorageError, TrainingError
from spotformer_core.flow.store import FlowStore
from spotformer_core.metrics.protocols import LAST_EPOCH, Setting
from spotformer_core.metrics.setting_tables import setting_table, write_setting_table
from spotformer_core.shapes import Int
from spotformer_core.training.devices import CudaMemory, TrainingDevice
from spotformer_core.training.failures import DeviceMemoryError, memory_failures_named
from spotformer_core.training.fold import FoldResult, evaluate_fold, ignore
from spotformer_core.training.folds import leave_one_subject_out
from spotformer_core.training.scoring import ScoresByRecording

FINISHED = "finished"
FAILURE = "failure"
OUT_OF_MEMORY = "out_of_memory"
DISK_FULL = "disk_full"
NOT_KEPT = "not_kept"
ENDS_SEARCH: dict[str, Callable[[str], Exception]] = {DISK_FULL: partial(OSError, errno.ENOSPC), NOT_KEPT: StorageError}
"""What the other folds would meet too, and the error that a search ends with."""

CPU = TrainingDevice(place="cpu")


def training_device() -> str:
    """The GPU that Ray gave to this worker, else the CPU."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return "cuda:0" if visible and torch.cuda.is_available() else "cpu"


def gpu_of_worker() -> TrainingDevice:
    """The GPU that Ray gave to this worker; the CPU where PyTorch cannot use it."""
    place = training_device()
    return CPU if place == CPU.place else TrainingDevice(place=place, memory=CudaMemory(place))


@dataclass(frozen=True, kw_only=True, slots=True)
class FoldInputs:
    """What every fold of a study needs; sent to the workers once.

    Attributes:
        settings: what is chosen among on stored scores; the last epoch with the configuration's own decoding first.
        decodings: what each candidate changes in a configuration's own decoding.
        thresholds: apex thresholds at which is counted; None for those of the space.
        stack_folds: that the largest stack of a configuration trains side by side.
        storage: of the workspace in which the store and the study's folder lie.
        may_be_stopped: whether a fold reports its progress, so that it can be stopped while it runs.
        gpu: of a worker, called there.
    """

    recordings: tuple[Recording, ...]
    store: FlowStore
    space: Space
    study_folder: Path
    seed: int
    storage: WorkspaceStorage = field(default_factory=SharedDisk)
    settings: tuple[Setting, ...] = (Setting(),)
    decodings: tuple[dict[str, Any], ...] = ({},)
    thresholds: tuple[float, ...] | None = None
    gpu_steps: GpuSteps = GpuSteps.EAGER
    stack_folds: int = 1
    may_be_stopped: bool = False
    gpu: Callable[[], TrainingDevice] = gpu_of_worker


def run_fold(trial: dict[str, Any], inputs: FoldInputs) -> dict[str, Any]:
    """The outcome of one fold under exactly one key.

    FINISHED (a fold record as JSON, because Tune flattens nested results), FAILURE, OUT_OF_MEMORY, DISK_FULL or
    NOT_KEPT (a reason).

    Args:
        trial: `configuration`, `params`, `subject`, and `num_gpus`, which are reserved for it.
    """
    return outcome_on_device(
        lambda device: {FINISHED: json.dumps(_evaluate(trial, inputs, device))}, inputs, num_gpus=trial["num_gpus"]
    )


def outcome_on_device(
    work: Callable[[TrainingDevice], dict[str, Any]], inputs: FoldInputs, *, num_gpus: float
) -> dict[str, Any]:
    """What `work` gives, or under FAILURE, OUT_OF_MEMORY, DISK_FULL or NOT_KEPT why it gives nothing.

    Args:
        work: is given the worker's GPU if `num_gpus` are reserved for it; afterwards it leaves nothing there.
    """
    # One thread whatever the machine has: the sums of two threads differ in their last bits.
    torch.set_num_threads(1)
    device = inputs.gpu() if num_gpus > 0 else CPU
    try:
        inputs.storage.fetch_once(inputs.store.folder)
        return work(device)
    except StorageError as error:
        return {NOT_KEPT: str(error)}
    except DeviceMemoryError as error:
        return {OUT_OF_MEMORY: str(error)}
    except TrainingError as error:
        return {FAILURE: str(error)}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {DISK_FULL: f"{error.strerror}: {error.filename or inputs.study_folder}"}
        raise
    finally:
        if device.memory is not None:
            device.memory.release()


def limit_memory(device: TrainingDevice, configuration: Configuration, *, share: float) -> None:
    """Keeps this process to its share of its GPU, and begins to count what it holds there.

    Raises:
        DeviceMemoryError: when it holds more already.
    """
    if device.memory is None:
        return
    with memory_failures_named(configuration, torch.device(device.place)):
        device.memory.forget_peak()
        device.memory.limit(share)


def _evaluate(trial: dict[str, Any], inputs: FoldInputs, device: TrainingDevice) -> dict[str, Any]:
    configuration = inputs.space.configuration(trial["params"])
    limit_memory(device, configuration, share=trial["num_gpus"])
    bands = [inputs.store.read(recording) for recording in inputs.recordings]
    fold = next(fold for fold in leave_one_subject_out(bands) if fold.held_out == trial["subject"])
    result = evaluate_fold(
        configuration,
        fold,
        seed=fold_seed(inputs.seed, trial["subject"]),
        report=FoldProgress() if inputs.may_be_stopped else ignore,
        device=device.place,
        gpu_steps=inputs.gpu_steps,
        stored_epochs=inputs.space.stored_epochs,
    )
    return written_fold(result, trial, inputs, subject=trial["subject"])


def written_fold(result: FoldResult, trial: dict[str, Any], inputs: FoldInputs, *, subject: str) -> dict[str, Any]:
    """The values of a fold's record, when its frame scores, and its counts under every setting, are kept.

    Raises:
        OSError: when they cannot be written.
        StorageError: when the storage does not take them.
    """
    place = (inputs.study_folder, trial["configuration"], subject)
    by_epoch = _by_stored_epoch(result, inputs.space.stored_epochs)
    for epoch, scores in by_epoch.items():
        write_scores(scores_path(*place, epoch=epoch), scores)
    table = _table(result, inputs, inputs.space.configuration(trial["params"]))
    if len(inputs.settings) > 1:
        write_setting_table(table_path(*place), inputs.settings, table)
    inputs.storage.send(*(scores_path(*place, epoch=epoch) for epoch in by_epoch), table_path(*place))
    return {
        "configuration": trial["configuration"],
        "subject": subject,
        "seed": fold_seed(inputs.seed, subject),
        "counts": {str(kind): table[0, row].tolist() for row, kind in enumerate(KINDS)},
        "final_loss": result.final_loss,
        "seconds": {"training": result.seconds_training, "scoring": result.seconds_scoring},
        "versions": versions(),
    }


def _by_stored_epoch(result: FoldResult, stored: Sequence[int]) -> dict[int, ScoresByRecording]:
    return {LAST_EPOCH: result.scores, **{epoch: result.scores_by_epoch[epoch] for epoch in stored}}


def _table(
    result: FoldResult, inputs: FoldInputs, configuration: Configuration
) -> Int[np.ndarray, "settings kinds thresholds 3"]:
    truths = {recording.name: recording.expressions for recording in inputs.recordings}
    return setting_table(
        {
            epoch: [(scores, truths[name]) for name, scores in by_recording.items()]
            for epoch, by_recording in _by_stored_epoch(result, inputs.space.stored_epochs).items()
        },
        inputs.settings,
        decodings=[configuration.with_parameters(candidate).decoding for candidate in inputs.decodings],
        thresholds=inputs.space.counted_thresholds if inputs.thresholds is None else inputs.thresholds,
    )


def as_fold_record(finished: str) -> FoldRecord:
    """The journal's record of what `run_fold` gave under FINISHED."""
    return FoldRecord(**json.loads(finished))
