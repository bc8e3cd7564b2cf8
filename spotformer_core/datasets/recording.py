"""What every dataset is read into: recordings of subjects, with the expressions that happen in them."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from spotformer_core.errors import InvalidValueError


class ExpressionKind(StrEnum):
    """The two kinds of expression that the field distinguishes; below and above 0.5 s."""

    MACRO = "macro"
    MICRO = "micro"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Expression:
    """One annotated expression. Frames are 0-based positions in its recording, both ends included.

    Raises:
        InvalidValueError: unless 0 <= onset <= apex <= offset.
    """

    onset: int
    apex: int
    offset: int
    kind: ExpressionKind

    def __post_init__(self) -> None:
        if not 0 <= self.onset <= self.apex <= self.offset:
            raise InvalidValueError(
                f"an expression must have 0 <= onset <= apex <= offset, got onset {self.onset}, apex {self.apex}, "
                f"offset {self.offset}. Correct the row in the annotation table."
            )

    @property
    def num_frames(self) -> int:
        """Duration in frames; at least 1."""
        return self.offset - self.onset + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """One video of one subject, as the network sees it: after subsampling to about 30 frames per second.

    Attributes:
        dataset: name of the dataset, for instance "samm-lv".
        subject: name of the subject; the unit that leave-one-subject-out holds out.
        name: unique in the dataset and written as in its release: "006_1", "s15_0101", "spNO.1_a".
        frame_paths: one image file per frame.
        frame_numbers: the release's own number of each frame, to map results back.
        frames_per_second: of `frame_paths`, so after subsampling.
        expressions: in the order of the annotation table. An annotated end may lie beyond the last frame: such
            an expression still counts as a truth.
    """

    dataset: str
    subject: str
    name: str
    frame_paths: tuple[Path, ...]
    frame_numbers: tuple[int, ...]
    frames_per_second: float
    expressions: tuple[Expression, ...]

    @property
    def num_frames(self) -> int:
        """Number of frames after subsampling."""
        return len(self.frame_paths)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """Recordings in the order of their names, and what had to be repaired while reading them.

    Attributes:
        repairs: name of a policy to the number of rows it was applied to; policies that met no row are absent.
    """

    name: str
    root: Path
    recordings: tuple[Recording, ...]
    repairs: dict[str, int] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the subjects, sorted."""
        return tuple(sorted({recording.subject for recording in self.recordings}))
