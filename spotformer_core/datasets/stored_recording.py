"""One recording as it lies on disk: a folder of images, a video file, or features that somebody else extracted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spotformer_core.datasets.containment import require_inside
from spotformer_core.datasets.frame_files import list_frame_files
from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies, DamagedFrames
from spotformer_core.datasets.video_files import VIDEO_SUFFIXES, measure_video
from spotformer_core.errors import RecordingError

USUAL_FRAMES_PER_SECOND = 30.0
"""What the network is made for, [Deng2024] Sec. 4.1."""
_MOST_FRAMES_PER_SECOND = 100_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRecording:
    """Where a recording lies, under the names that `Recording` will have.

    Attributes:
        path: a folder of images or a video file; None where only features are at hand.
        frames_per_second: as stored; None takes what a video says, otherwise 30.
        frame_step: every how many stored frames one is kept, the first included; None comes nearest to 30 frames per
            second.
        num_frames: as stored; None counts them.
        first_frame_number: what annotations call the first stored frame; None: they use the numbers in file names.
        damaged: numbers of image files to leave out.
    """

    subject: str
    name: str
    path: Path | None
    frames_per_second: float | None
    frame_step: int | None
    num_frames: int | None = None
    first_frame_number: int | None = None
    damaged: frozenset[int] = frozenset()

    @property
    def place(self) -> str:
        """Where it lies, for messages."""
        return "nowhere" if self.path is None else str(self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFrames:
    """All stored frames of a recording.

    Attributes:
        paths: of image files; none for a video.
        numbers: in the names of image files, or positions from 0.
        repairs: what it took to list them.
    """

    paths: tuple[Path, ...]
    numbers: Sequence[int]
    video_path: Path | None
    frames_per_second: float
    frame_step: int
    repairs: Counter[Policy]


def is_video(path: Path) -> bool:
    """Whether the name is that of a video file."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def list_frames(stored: StoredRecording, *, policies: AnnotationPolicies, root: Path | None = None) -> StoredFrames:
    """The frames of `stored`; image files are listed and not opened, the frames of a video are counted.

    Args:
        root: where links may lead to; None for what somebody named by hand, whose links may lead anywhere.

    Raises:
        RecordingError: when the folder or the video cannot be read, or holds no frame; when a link leaves `root`.
    """
    if stored.path is not None and root is not None:
        require_inside(stored.path, root, policies.links)
    repairs: Counter[Policy] = Counter()
    frames_per_second = stored.frames_per_second
    paths: tuple[Path, ...] = ()
    numbers: Sequence[int] = range(stored.num_frames or 0)
    video_path = None
    if stored.path is not None and stored.path.is_dir():
        paths, numbers = _image_files(stored, stored.path, repairs, policies=policies, root=root)
    elif stored.path is not None:
        video_path = stored.path
        numbers, declared = _video_positions(stored, video_path, repairs)
        frames_per_second = frames_per_second or declared
    if not frames_per_second:
        frames_per_second = USUAL_FRAMES_PER_SECOND
        repairs[Policy.FRAME_RATE_ASSUMED] += 1
    return StoredFrames(
        paths=paths,
        numbers=numbers,
        video_path=video_path,
        frames_per_second=frames_per_second,
        frame_step=stored.frame_step or max(1, round(frames_per_second / USUAL_FRAMES_PER_SECOND)),
        repairs=repairs,
    )


def _image_files(
    stored: StoredRecording, folder: Path, repairs: Counter[Policy], *, policies: AnnotationPolicies, root: Path | None
) -> tuple[tuple[Path, ...], tuple[int, ...]]:
    files = list_frame_files(
        folder,
        damaged=stored.damaged,
        empty_is_damaged=policies.damaged_frames is DamagedFrames.LISTED_AND_EMPTY,
    )
    if root is not None:
        for link in files.links:
            require_inside(link, root, policies.links)
    if stored.num_frames is not None and stored.num_frames != len(files.paths):
        raise RecordingError(
            f"a folder must hold as many frames as its table says, got {len(files.paths)} instead of "
            f"{stored.num_frames} in {folder}. Copy the missing ones or correct num_frames."
        )
    repairs[Policy.DAMAGED_FRAME_SKIPPED] += files.num_damaged
    repairs[Policy.NAMES_SORTED_BY_NUMBER] += not files.is_sorted_by_name
    return files.paths, files.numbers


def _video_positions(stored: StoredRecording, path: Path, repairs: Counter[Policy]) -> tuple[range, float]:
    """Positions of all frames, and the frame rate that the video declares, 0 when it declares none or nonsense."""
    length = measure_video(path)
    num_frames = length.num_frames if stored.num_frames is None else stored.num_frames
    repairs[Policy.LENGTH_COUNTED] += num_frames != length.declared_frames
    is_plausible = 0 < length.frames_per_second <= _MOST_FRAMES_PER_SECOND
    return range(num_frames), length.frames_per_second if is_plausible else 0.0
