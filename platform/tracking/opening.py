"""The start of tracking: a wrong address is told before expensive work, a store that is away holds nothing up."""

import logging
from pathlib import Path

from platform.tracking.client import tracking_client
from platform.tracking.projection import Projection
from platform.tracking.tracked import TrackedStudy, remember, remembered
from spotformer_core.errors import StudyError

_log = logging.getLogger(__name__)


def require_store(tracking_uri: str, folder: Path) -> None:
    """Nothing when the study in `folder` can be tracked at `tracking_uri`, now or, since it once was, later.

    Raises:
        StudyError: otherwise.
    """
    if remembered(folder, tracking_uri) is None:
        tracking_client(tracking_uri)


def open_tracking(projection: Projection, folder: Path) -> TrackedStudy:
    """Where the study in `folder` is tracked, as the store says; as was noted when the store does not answer.

    A study that was tracked at this very address goes on without its store, with a warning.

    Raises:
        StudyError: when the study was never tracked there and cannot be now.
    """
    try:
        tracked = projection.connect()
    except StudyError as error:
        known = remembered(folder, projection.tracking_uri)
        if known is None:
            raise
        projection.forget()
        _log.warning("the search goes on without MLflow for now, which was there before: %s", error)
        return known
    remember(folder, tracked)
    return tracked
