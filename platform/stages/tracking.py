"""Where a search is tracked: the one place of a search that knows which tracker it is.

MLflow takes seconds to import, which --help and mistakes should not wait for, so that it is imported when it is needed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform.stages.beginning import is_rendered
from platform.stages.search_options import SearchOptions
from platform.study.records import Record, StudyRecord
from platform.study.workspace import Workspace
from platform.tracking.tracked import TrackedStudy
from spotformer_core.datasets.recording import Dataset

if TYPE_CHECKING:
    from platform.tracking.writer import TrackingWriter


def require_tracking(options: SearchOptions, *, workspace: Workspace) -> None:
    """Nothing when the study can be tracked where --tracking-uri says; the workspace's own file is made when needed.

    Raises:
        StudyError: when nothing usable is there, unless this study was tracked there before.
    """
    if options.tracking_uri:
        from platform.tracking.opening import require_store

        require_store(options.tracking_uri, workspace.study(options.study))


def opened_tracking(
    dataset: Dataset, options: SearchOptions, study: StudyRecord, records: Sequence[Record], *, workspace: Workspace
) -> "tuple[TrackedStudy, TrackingWriter]":
    """Where the study is tracked, and what writes it there while the search runs, once it is entered.

    Args:
        records: of the journal, the study first; the search appends to this very list.

    Raises:
        StudyError: when the study was never tracked there and cannot be now.
    """
    from platform.tracking.artifacts import TrackedInputs
    from platform.tracking.machine import MachineSamples
    from platform.tracking.opening import open_tracking
    from platform.tracking.projection import Projection
    from platform.tracking.writer import TrackingWriter

    folder = workspace.study(options.study)
    inputs = TrackedInputs(
        name=options.study,
        recordings=dataset.recordings,
        space=options.space,
        folder=folder,
        is_rendered=is_rendered(dataset),
    )
    projection = Projection(
        inputs,
        study,
        tracking_uri=options.tracking_uri or workspace.tracking_uri,
        artifacts=None if options.tracking_uri else workspace.tracking_artifacts,
    )
    return open_tracking(projection, folder), TrackingWriter(projection, records, samples=MachineSamples())
