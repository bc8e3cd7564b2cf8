"""What `--dry-run` says of features: which are there, and whether they serve the windows of the space."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from platform.extraction.missing import missing_recordings
from platform.landmarks.source import LandmarkSource
from platform.stages.importing import FoundFeatures
from platform.study.workspace import Workspace
from search_spaces.vocabulary import Space
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.errors import FlowStoreError
from spotformer_core.flow.released_features import is_imported
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore, stored_settings


@dataclass(frozen=True, kw_only=True, slots=True)
class FeaturePlan:
    """What would become of the features of a dataset.

    Attributes:
        num_steps: of their flow bands.
        lines: in sentences.
    """

    num_steps: int
    lines: tuple[str, ...]


def features_to_extract(
    dataset: Dataset, landmarks: LandmarkSource, *, workspace: Workspace, settings: ExtractionSettings
) -> FeaturePlan:
    """What would be extracted, and which stores of the dataset would nearly have served."""
    missing = _without_flow(dataset, landmarks, workspace=workspace, settings=settings)
    lines = (
        _counted("extract", len(missing), dataset),
        *_elsewhere(len(missing), workspace),
        *_conflicts(dataset, workspace, settings),
    )
    return FeaturePlan(num_steps=settings.num_steps, lines=lines)


def features_to_import(found: FoundFeatures, space: Space, *, workspace: Workspace) -> FeaturePlan:
    """What would be imported of released features.

    Raises:
        FlowStoreError: when they lack a window or regions that `space` can ask for.
    """
    found.require_for(space)
    num_missing = len(_not_imported(found))
    lines = (
        _counted("import", num_missing, found.dataset),
        *_elsewhere(num_missing, workspace),
        *found.problems,
        f"no conflict: the features serve windows of {', '.join(map(str, space.windows))} frames",
    )
    return FeaturePlan(num_steps=found.settings.num_steps, lines=lines)


def _counted(verb: str, num_missing: int, dataset: Dataset) -> str:
    total = len(dataset.recordings)
    return f"would {verb} {num_missing} of {total} recordings, {total - num_missing} are there"


def _elsewhere(num_missing: int, workspace: Workspace) -> Iterator[str]:
    if num_missing and workspace.storage_uri:
        yield f"looked for on this disk only; a search begins with fetching what {workspace.storage_uri} keeps"


def _without_flow(
    dataset: Dataset, landmarks: LandmarkSource, *, workspace: Workspace, settings: ExtractionSettings
) -> Sequence[Recording]:
    try:
        store = FlowStore.open(workspace.flow_store(dataset.name, settings), settings)
    except FlowStoreError:
        return dataset.recordings
    return missing_recordings(dataset.recordings, store, landmarks)


def _not_imported(found: FoundFeatures) -> Sequence[Recording]:
    try:
        store = FlowStore.open(found.folder, found.settings)
    except FlowStoreError:
        return found.dataset.recordings
    return [one for one in found.dataset.recordings if not is_imported(one, found.files[one.name], store)]


def _conflicts(dataset: Dataset, workspace: Workspace, settings: ExtractionSettings) -> Iterator[str]:
    """Stores of the dataset that would serve, were their bands not too short for the largest window."""
    wanted = settings.as_dict()
    shorter = []
    for folder in sorted((workspace.folder / "flow").glob(f"{dataset.name}-*")):
        try:
            found = stored_settings(folder)
        except FlowStoreError:
            continue
        same = all(found.get(name) == value for name, value in wanted.items() if name != "max_window")
        if same and int(found["max_window"]) < settings.max_window:
            shorter.append(int(found["max_window"]))
    if shorter:
        yield (
            f"conflict: a window of {settings.max_window} frames is longer than the stored band, which serves windows "
            f"up to {max(shorter)}; flow would be extracted anew, beside it"
        )
    else:
        yield f"no conflict: the band would serve windows up to {settings.max_window} frames"
