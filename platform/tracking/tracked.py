"""Where a study is tracked, remembered beside its journal: a store that was once there may be away for a while."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from platform.study.workspace import tracked_path
from spotformer_core.atomic_files import written_whole


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedStudy:
    """Where a study is tracked; what `--json` reports under `mlflow`."""

    tracking_uri: str
    experiment: str
    experiment_id: str
    run_id: str


def remember(folder: Path, tracked: TrackedStudy) -> None:
    """Notes in the folder of a study where it is tracked.

    Raises:
        OSError: when it cannot be written.
    """
    if remembered(folder, tracked.tracking_uri) == tracked:
        return
    with written_whole(tracked_path(folder)) as temporary:
        temporary.write_text(json.dumps(asdict(tracked), indent=2) + "\n")


def remembered(folder: Path, tracking_uri: str) -> TrackedStudy | None:
    """What was noted of this very address; None when the study was never tracked there."""
    try:
        tracked = TrackedStudy(**json.loads(tracked_path(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return tracked if tracked.tracking_uri == tracking_uri else None
