"""What a flow store lacks; needs no Ray."""

from collections.abc import Sequence

from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.store import FlowStore


def missing_recordings(
    recordings: Sequence[Recording], store: FlowStore, landmarks: LandmarkSource
) -> tuple[Recording, ...]:
    """Recordings whose flow is not in the store, or was made from other frames or landmarks.

    Raises:
        LandmarkError: when a recording has no landmarks.
        RecordingError: when a frame file cannot be looked at.
    """
    return tuple(
        recording for recording in recordings if not store.holds(recording, landmarks=landmarks.fingerprint(recording))
    )
