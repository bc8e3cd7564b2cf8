"""How the folds of one run are packed onto the nodes and GPUs of the connected cluster."""

import sys
from dataclasses import dataclass
from pathlib import Path

from platform.scheduling.fold_trial import FoldInputs
from platform.scheduling.measuring import MeasuredShares
from platform.scheduling.nodes import accelerator, has_gpus, most_cpus
from platform.scheduling.peak_memory_store import PeakMemoryStore
from platform.scheduling.resources import FoldResources, Reservations
from platform.study.planning import FoldOrder
from platform.study.state import StudyState
from spotformer_core.config import Configuration


@dataclass(frozen=True, kw_only=True, slots=True)
class Packing:
    """What folds are given.

    Attributes:
        measured: where that follows from what they were measured to hold; None where it does not.
    """

    reservations: Reservations
    measured: MeasuredShares | None = None


def fixed_packing(num_gpus: float) -> Packing:
    """Every fold is given this much of a GPU, unless it runs out of memory with it."""
    given = FoldResources(num_gpus=num_gpus)
    return Packing(reservations=Reservations(lambda _order: given, node_cpus=most_cpus))


NO_GPU_YET = (
    "no node of the cluster has a GPU now, so that folds run on CPUs; if it starts GPU nodes on demand, stop this "
    "search and name what a fold asks for, for instance --gpus-per-fold 0.25"
)


def packing(
    gpus_per_fold: float | None, state: StudyState, inputs: FoldInputs, *, peak_memory: Path, on_cluster: bool = False
) -> Packing:
    """The packing of a search.

    Args:
        gpus_per_fold: None to measure it where the cluster has GPUs.
        peak_memory: folder of the measurements.
        on_cluster: whether more nodes may join than are seen now: Ray's autoscaler tells nobody what it could start.

    Raises:
        InvalidValueError: when it is to be measured and the cluster has several kinds of GPU.
    """
    if gpus_per_fold is not None or not has_gpus():
        if gpus_per_fold is None and on_cluster:
            _say(NO_GPU_YET)
        return fixed_packing(gpus_per_fold or 0.0)

    def configuration_of(order: FoldOrder) -> Configuration:
        return inputs.space.configuration(state.configurations[order.configuration].params)

    measured = MeasuredShares(
        PeakMemoryStore(
            folder=peak_memory,
            dataset_digest=state.study.dataset_digest,
            accelerator=accelerator(),
            gpu_steps=inputs.gpu_steps,
            stack_folds=inputs.stack_folds,
        ),
        configuration_of,
        num_frames=sum(recording.num_frames for recording in inputs.recordings),
        notice=_say,
    )
    return Packing(reservations=Reservations(measured, node_cpus=most_cpus), measured=measured)


def _say(notice: str) -> None:
    print(f"notice: {notice}", file=sys.stderr, flush=True)


def gpus_for_one(gpus_per_fold: float | None) -> float:
    """GPUs for a training that runs alone, the winner's: as for a fold, or a whole one where that is measured."""
    if gpus_per_fold is not None:
        return gpus_per_fold
    return 1.0 if has_gpus() else 0.0
