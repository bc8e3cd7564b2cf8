"""What can be chosen about the demo dataset."""

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from spotformer_core.datasets.recording import ExpressionKind
from spotformer_core.errors import require

DEMO_FRAMES_PER_SECOND = 30
MIN_NEUTRAL_FRAMES = 16
"""Between two expressions of the demo, before its first and after its last."""
MAX_SUBJECTS = 22
"""As many as CAS(ME)^2 has, whose tree and subject names the demo takes."""
MAX_RECORDINGS_PER_SUBJECT = 9
"""As many as CAS(ME)^2 has films to watch."""


class Difficulty(StrEnum):
    """How clearly the expressions show."""

    EASY = "easy"
    HARD = "hard"


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRange:
    """What expressions of one kind are drawn from, all ends included.

    Attributes:
        min_frames, max_frames: duration in frames at 30 per second.
        min_pixels, max_pixels: amplitude, the displacement at the apex in pixels of a 400 x 400 frame.
    """

    min_frames: int
    max_frames: int
    min_pixels: float
    max_pixels: float


EVENT_RANGES = {
    Difficulty.EASY: {
        ExpressionKind.MACRO: EventRange(min_frames=16, max_frames=40, min_pixels=4.0, max_pixels=6.0),
        ExpressionKind.MICRO: EventRange(min_frames=5, max_frames=14, min_pixels=1.2, max_pixels=1.8),
    },
    Difficulty.HARD: {
        ExpressionKind.MACRO: EventRange(min_frames=16, max_frames=60, min_pixels=3.0, max_pixels=6.0),
        ExpressionKind.MICRO: EventRange(min_frames=5, max_frames=14, min_pixels=0.8, max_pixels=1.5),
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoSettings:
    """The demo dataset; equal settings give equal bytes.

    Raises:
        InvalidValueError: for a value that breaks the rule of its field.
    """

    num_subjects: int = 6
    recordings_per_subject: int = 2
    seconds: float = 8.0
    """Length of a recording, at 30 frames per second."""
    macro_per_recording: int = 3
    micro_per_recording: int = 3
    difficulty: Difficulty = Difficulty.EASY
    seed: int = 0

    def __post_init__(self) -> None:
        _require_within("num_subjects", self.num_subjects, MAX_SUBJECTS)
        _require_within("recordings_per_subject", self.recordings_per_subject, MAX_RECORDINGS_PER_SUBJECT)
        for name in ("macro_per_recording", "micro_per_recording", "seed"):
            value = getattr(self, name)
            require(value >= 0, name, "0 or more", value, "Leave it out to take the default.")
        require(isfinite(self.seconds), "seconds", "a finite number", self.seconds, "The default is 8.")
        num_events = self.macro_per_recording + self.micro_per_recording
        require(num_events > 0, "macro_per_recording", "1 or more where micro_per_recording is 0", 0, "Use 3 of each.")
        needed = self._min_frames() / DEMO_FRAMES_PER_SECOND
        require(
            self.num_frames >= self._min_frames(),
            "seconds",
            f"at least {needed:.1f} to hold {num_events} expressions with {MIN_NEUTRAL_FRAMES} neutral frames between",
            self.seconds,
            "Make recordings longer or lower macro_per_recording.",
        )

    @property
    def num_frames(self) -> int:
        """Frames of one recording."""
        return round(self.seconds * DEMO_FRAMES_PER_SECOND)

    def event_range(self, kind: ExpressionKind) -> EventRange:
        """What expressions of `kind` are drawn from."""
        return EVENT_RANGES[self.difficulty][kind]

    def _min_frames(self) -> int:
        macro_frames = self.macro_per_recording * self.event_range(ExpressionKind.MACRO).min_frames
        micro_frames = self.micro_per_recording * self.event_range(ExpressionKind.MICRO).min_frames
        num_gaps = self.macro_per_recording + self.micro_per_recording + 1
        return macro_frames + micro_frames + num_gaps * MIN_NEUTRAL_FRAMES


def _require_within(name: str, value: int, largest: int) -> None:
    require(
        1 <= value <= largest,
        name,
        f"from 1 to {largest}",
        value,
        f"The tree of CAS(ME)^2, which the demo takes, has room for {largest}.",
    )
