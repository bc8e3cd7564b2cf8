"""What `--dry-run` says of memory: computed from shapes, and as it was measured on GPUs before."""

from collections.abc import Iterator

from platform.stages.search_options import SearchOptions
from platform.study.identity import dataset_digest
from platform.study.stacks import stacks
from platform.study.workspace import Workspace
from search_spaces.vocabulary import Choice, Space
from spotformer_core.config import Configuration
from spotformer_core.datasets.recording import Dataset

_MEGABYTE, _GIGABYTE = 1e6, 1e9
_BYTES_OF_STORED_FLOW, _BYTES_OF_A_WEIGHT = 2, 4
_COPIES_OF_A_WEIGHT = 4
"""The weight, its gradient and the two moments of the optimiser."""


def memory_lines(dataset: Dataset, options: SearchOptions, workspace: Workspace, *, num_steps: int) -> Iterator[str]:
    """What a fold of the largest network needs on flow bands of `num_steps`, and how many share a GPU."""
    configuration = largest(options.space)
    yield _computed(dataset, configuration, num_steps=num_steps)
    yield from _on_gpus(dataset, options, configuration, workspace)


def largest(space: Space) -> Configuration:
    """The configuration with the largest of every number that varies, and the first of every other choice."""
    values = {}
    for name, dimension in space.dimensions.items():
        ends = dimension.ends()
        ranked = all(isinstance(end, int | float) for end in ends) or not isinstance(dimension, Choice)
        values[name] = max(ends) if ranked else ends[0]
    return space.configuration(values)


def _computed(dataset: Dataset, configuration: Configuration, *, num_steps: int) -> str:
    """The band of all recordings in float16, and what every weight and a batch need."""
    # Imported here because torch takes seconds to import, which --help and mistakes should not wait for.
    from spotformer_core.model.facial_graph import facial_graph
    from spotformer_core.model.spotformer import SpotFormer
    from spotformer_core.training.peak_memory import computed_batch_bytes

    model = configuration.model
    num_weights = sum(weight.numel() for weight in SpotFormer(model).parameters())
    num_regions = facial_graph(model.regions).num_regions
    num_frames = sum(recording.num_frames for recording in dataset.recordings)
    band = num_frames * num_steps * num_regions * 2 * _BYTES_OF_STORED_FLOW / _MEGABYTE
    weights = num_weights * _COPIES_OF_A_WEIGHT * _BYTES_OF_A_WEIGHT / _MEGABYTE
    batch = computed_batch_bytes(configuration) / _MEGABYTE
    return (
        f"memory per fold, computed: {band:.1f} MB for flow ({num_frames} frames x {num_steps} steps x "
        f"{num_regions} regions x 2, float16), {weights:.1f} MB for the largest network ({num_weights:,} weights, "
        f"gradients and two moments, float32) and up to {batch:.1f} MB that a batch of "
        f"{configuration.training.batch_size} windows keeps for its gradients"
    )


def _on_gpus(
    dataset: Dataset, options: SearchOptions, configuration: Configuration, workspace: Workspace
) -> Iterator[str]:
    from platform.scheduling.peak_memory_store import measured_anywhere
    from platform.scheduling.shares import folds_per_gpu, share_of_gpu

    if options.gpus_per_fold is not None:
        yield f"GPUs per fold, as given: {options.gpus_per_fold:g}"
        return
    num_folds = max(map(len, stacks(dataset.subjects, racing=str(options.racing), size=options.stack_folds)))
    what = "a fold" if num_folds == 1 else f"a stack of {num_folds} folds"
    found = tuple(
        measured_anywhere(
            workspace.peak_memory,
            configuration,
            dataset_digest=dataset_digest(dataset.recordings),
            gpu_steps=options.gpu_steps,
            stack_folds=num_folds,
        )
    )
    for peak in found:
        folds = folds_per_gpu(peak.num_bytes, total_bytes=peak.total_bytes)
        yield (
            f"GPU, measured: {what} of the largest network holds {peak.num_bytes / _GIGABYTE:.2f} of "
            f"{peak.total_bytes / _GIGABYTE:.1f} GB of {peak.gpu}, so that {folds} share one, "
            f"{share_of_gpu(folds):.4g} each"
        )
    if not found:
        yield "GPU: where the cluster has some, what a configuration holds is measured before its first fold"
