"""Which units an extraction consists of; needs no Ray."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from platform.extraction.ledger import ExtractedRecording
from platform.extraction.units import WorkUnit
from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import RecordingError, SpotFormerError
from spotformer_core.flow.chunk_store import ChunkStore, RecordingState
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.frames import listing_digest


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkPlan:
    """What is to be done.

    Attributes:
        units: longest recordings first, so that none of them is left for the end.
        refused: recordings whose frames or landmarks cannot even be looked at.
    """

    units: tuple[WorkUnit, ...]
    refused: tuple[ExtractedRecording, ...]

    @property
    def num_frames(self) -> int:
        """Frames of all units."""
        return sum(len(unit.chunk) for unit in self.units)

    def without(self, names: Collection[str]) -> "WorkPlan":
        """The same without the recordings of these names."""
        return WorkPlan(
            units=tuple(unit for unit in self.units if unit.recording.name not in names),
            refused=tuple(recording for recording in self.refused if recording.name not in names),
        )


def state_of(recording: Recording, landmarks: LandmarkSource) -> RecordingState:
    """What the flow of a recording would be made from now.

    Raises:
        RecordingError: when a file of it cannot be looked at.
        LandmarkError: when it has no landmarks.
    """
    return RecordingState(listing=listing_digest(recording), landmarks=landmarks.fingerprint(recording))


def plan_detection(recordings: Sequence[Recording], landmarks: LandmarkSource) -> WorkPlan:
    """The chunks in which faces have yet to be looked for."""
    return _plan(recordings, landmarks.chunks_to_detect)


def plan_extraction(recordings: Sequence[Recording], chunks: ChunkStore, landmarks: LandmarkSource) -> WorkPlan:
    """The chunks whose flow is not there yet; at least one of each recording, for somebody must finish it."""

    def chunks_to_do(recording: Recording) -> tuple[range, ...]:
        if not recording.num_frames:
            raise RecordingError(
                f"a recording must have frames, got none for {recording.name}. Copy it again, or leave it out with "
                "--recordings."
            )
        missing = chunks.missing(recording, state_of(recording, landmarks))
        return missing or chunks_of(recording.num_frames)[-1:]

    return _plan(recordings, chunks_to_do)


def _plan(recordings: Sequence[Recording], chunks_to_do: Callable[[Recording], Sequence[range]]) -> WorkPlan:
    units: list[WorkUnit] = []
    refused: list[ExtractedRecording] = []
    for recording in sorted(recordings, key=lambda recording: (-recording.num_frames, recording.name)):
        try:
            units.extend(WorkUnit(recording=recording, chunk=chunk) for chunk in chunks_to_do(recording))
        except (SpotFormerError, OSError) as error:
            refused.append(ExtractedRecording(name=recording.name, num_frames=recording.num_frames, problem=str(error)))
    return WorkPlan(units=tuple(units), refused=tuple(refused))
