"""Features of a dataset, ready to be searched: extracted from its recordings, or imported as they were released."""

import time
from dataclasses import dataclass, field

from platform.landmarks.source import LandmarkSource
from platform.stages.extracting import extract_missing, problems
from platform.stages.importing import ReleasedOptions, find_released, import_released
from platform.stages.reading import DatasetOptions, read, require_readable
from platform.stages.rendering import ensure_demo
from platform.study.workspace import Workspace
from search_spaces.vocabulary import Space
from spotformer_core.datasets.recording import Dataset
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedFeatures:
    """A dataset and its features.

    Attributes:
        problems: why recordings have no features; empty when all have.
        seconds: wall clock of each stage.
    """

    dataset: Dataset
    store: FlowStore
    problems: tuple[str, ...]
    seconds: dict[str, float] = field(default_factory=dict)


def render_and_read(options: DatasetOptions, *, workspace: Workspace, num_workers: int) -> tuple[Dataset, float]:
    """The dataset, and the seconds that its rendering took: the demo is rendered when it is missing.

    Raises:
        DatasetError: when the dataset cannot be read.
        RecordingError: when one of its recordings cannot be read.
    """
    started = time.monotonic()
    ensure_demo(options, workspace=workspace, num_workers=num_workers)
    seconds = time.monotonic() - started
    dataset = read(options)
    require_readable(dataset)
    return dataset, seconds


def extracted_features(
    dataset: Dataset,
    landmarks: LandmarkSource,
    *,
    workspace: Workspace,
    settings: ExtractionSettings,
    address: str,
    num_workers: int,
) -> PreparedFeatures:
    """The dataset with the flow of its recordings; what is missing is extracted.

    Raises:
        FlowStoreError: when the store was made with other settings.
        OSError: when the disk is full; what is finished is kept.
    """
    started = time.monotonic()
    store, outcomes = extract_missing(
        dataset, landmarks, workspace=workspace, settings=settings, address=address, num_workers=num_workers
    )
    return PreparedFeatures(
        dataset=dataset,
        store=store,
        problems=tuple(problems(outcomes)),
        seconds={"extraction": time.monotonic() - started},
    )


def imported_features(options: ReleasedOptions, *, space: Space, workspace: Workspace) -> PreparedFeatures:
    """The dataset with the features that were released for it; what is missing in the store is imported.

    Raises:
        DatasetError: when the features or their annotation table cannot be used.
        FlowStoreError: when they lack a window or regions that `space` can ask for.
    """
    started = time.monotonic()
    found = find_released(options, workspace=workspace)
    found.require_for(space)
    imported = import_released(found, workspace=workspace)
    return PreparedFeatures(
        dataset=found.dataset,
        store=imported.store,
        problems=imported.problems,
        seconds={"import": time.monotonic() - started},
    )
