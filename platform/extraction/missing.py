"""What a flow store lacks; needs no Ray."""

from collections.abc import Sequence

from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import DatasetError
from spotformer_core.flow.store import FlowStore


def missing_recordings(
    recordings: Sequence[Recording], store: FlowStore, landmarks: LandmarkSource
) -> tuple[Recording, ...]:
    """Recordings whose flow is not in the store, or was made from other frames or landmarks.

    A recording whose frames or landmarks cannot be looked at is missing too: the extraction says what is wrong with it.
    """
    return tuple(recording for recording in recordings if not _is_held(recording, store, landmarks))


def _is_held(recording: Recording, store: FlowStore, landmarks: LandmarkSource) -> bool:
    try:
        return store.holds(recording, landmarks=landmarks.fingerprint(recording))
    except DatasetError:
        return False
