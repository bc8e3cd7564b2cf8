"""What every dataset is read into: recordings of subjects, with the expressions that happen in them."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from spotformer_core.datasets.findings import NO_REVIEW, TableReview
from spotformer_core.errors import InvalidValueError
from spotformer_core.file_names import require_file_name


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

    Its frames are image files, or stand in one video file; features that somebody else extracted have neither.

    Attributes:
        dataset: name of the dataset, for instance "samm-lv".
        subject: name of the subject; the unit that leave-one-subject-out holds out.
        name: unique in the dataset and written as in its release: "006_1", "s15_0101", "spNO.1_a".
        frame_paths: one image file per frame, or none.
        frame_numbers: the release's own number of each frame, to map results back; in a video file the position
            of the frame, from 0.
        frames_per_second: after subsampling.
        expressions: in the order of the annotation table. An annotated end may lie beyond the last frame: such
            an expression still counts as a truth.
        video_path: the video file that holds the frames, or None.

    Raises:
        InvalidValueError: when there is not one path for each frame number, or both kinds of files are given; when its
            name or its subject cannot be that of a file, since files are named after them.
    """

    dataset: str
    subject: str
    name: str
    frame_paths: tuple[Path, ...]
    frame_numbers: tuple[int, ...]
    frames_per_second: float
    expressions: tuple[Expression, ...]
    video_path: Path | None = None

    def __post_init__(self) -> None:
        require_file_name(self.name, "a recording")
        require_file_name(self.subject, "a subject")
        expected = len(self.frame_paths) if self.frame_paths else len(self.frame_numbers)
        if len(self.frame_numbers) != expected or (self.frame_paths and self.video_path):
            raise InvalidValueError(
                f"a recording must have one number for each of its image files, or no image files but a video, got "
                f"{len(self.frame_paths)} files, {len(self.frame_numbers)} numbers and the video {self.video_path} for "
                f"{self.name}. Give every frame its number."
            )

    @property
    def num_frames(self) -> int:
        """Number of frames after subsampling."""
        return len(self.frame_numbers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dataset:
    """Recordings in the order of their names, and what had to be repaired while reading them.

    Attributes:
        repairs: name of a policy to the number of rows, frames or recordings that it was applied to; policies that
            met nothing are absent.
        missing: names of recordings that are annotated but not on disk.
        unreadable: name of a recording that is on disk but cannot be read, to the reason.
        review: what is striking about the annotation table as a whole.
    """

    name: str
    root: Path
    recordings: tuple[Recording, ...]
    repairs: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unreadable: dict[str, str] = field(default_factory=dict)
    review: TableReview = NO_REVIEW

    @property
    def subjects(self) -> tuple[str, ...]:
        """Names of the subjects, sorted."""
        return tuple(sorted({recording.subject for recording in self.recordings}))
