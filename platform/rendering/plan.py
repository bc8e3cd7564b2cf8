"""What is to be rendered: one plan per recording, known before the first pixel."""

from dataclasses import dataclass

from platform.rendering.actions import Action
from platform.rendering.trees import Layout
from spotformer_core.datasets.recording import ExpressionKind


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedEvent:
    """One expression. Frames are 0-based positions in its recording, both ends included; an end may lie beyond it.

    Attributes:
        amplitude_pixels: displacement at the apex, in pixels of a 400 x 400 frame.
        companion: an action of the other area of the face that goes along with half the amplitude.
    """

    kind: ExpressionKind
    onset: int
    apex: int
    offset: int
    action: Action
    amplitude_pixels: float
    companion: Action | None = None

    @property
    def num_frames(self) -> int:
        """Duration in frames; at least 1."""
        return self.offset - self.onset + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingPlan:
    """Everything about one recording; the unit of parallel rendering, complete in itself.

    Attributes:
        name: as in the release: "006_1", "s15_0101", "spNO.1_a".
        first_frame_number: the release's number of the frame at position 0.
        face_seed: with `subject`, fixes the face.
        seed: fixes head motion, blinks, restlessness, flicker and noise.
    """

    layout: Layout
    subject: str
    name: str
    frames_per_second: float
    first_frame_number: int
    num_frames: int
    events: tuple[PlannedEvent, ...]
    face_seed: int
    seed: int
