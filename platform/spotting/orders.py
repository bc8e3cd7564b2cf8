"""What is to be spotted: one order per video, and whether its results are there already."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from platform.landmarks.streams import LandmarkStream
from platform.spotting.results import ResultFiles, read_made_from
from spotformer_core.datasets.frame_files import holds_images
from spotformer_core.datasets.stored_recording import is_video
from spotformer_core.errors import InvalidValueError, RecordingError
from spotformer_core.flow.frames import listing_digest
from spotformer_core.spotting.video_recordings import VideoRecording


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotOptions:
    """What all orders of a command share.

    Attributes:
        model: folder of the model; `model_digest` tells its weights apart.
        frames_per_second: of the videos; 0 takes what each says.
        annotated: whether a video with the proposals drawn into it is written.
    """

    model: Path
    model_digest: str
    wanted_rate: float
    landmarks: LandmarkStream
    out: Path
    frames_per_second: float
    annotated: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotOrder:
    """One video to be spotted; travels to a worker.

    Attributes:
        made_from: what the results depend on.
    """

    video: VideoRecording
    options: SpotOptions
    made_from: dict[str, str]

    @property
    def name(self) -> str:
        """Of the video, and of the files that are written."""
        return self.video.recording.name

    @property
    def files(self) -> ResultFiles:
        """Where results go."""
        return ResultFiles(folder=self.options.out, name=self.name)

    @property
    def is_done(self) -> bool:
        """Whether results of exactly this are there."""
        wanted = self.files.wanted(annotated=self.options.annotated)
        return all(path.exists() for path in wanted) and read_made_from(self.files.json) == self.made_from


def spot_order(video: VideoRecording, options: SpotOptions) -> SpotOrder:
    """The order to spot in a video.

    Raises:
        RecordingError: when a file of it cannot be looked at.
        LandmarkError: when it has no landmarks.
    """
    made_from = {
        "model": options.model_digest,
        "landmarks": options.landmarks.fingerprint(video.recording),
        "frames": listing_digest(video.recording),
        "frames_per_second": repr(video.frames_per_second),
    }
    return SpotOrder(video=video, options=options, made_from=made_from)


def named_videos(arguments: Iterable[Path]) -> tuple[Path, ...]:
    """Every video that the command line names: files, folders of images, and the videos in other folders.

    A name that does not exist is kept, so that it is reported beside the results of the others.

    Raises:
        InvalidValueError: when two have the same name, whose results would be written to the same files.
        RecordingError: for a folder that holds neither images nor videos.
    """
    videos = tuple(video for argument in arguments for video in _videos_of(argument.expanduser().resolve()))
    _require_different([video.name if video.is_dir() else video.stem for video in videos])
    return videos


def _videos_of(path: Path) -> Sequence[Path]:
    if not path.is_dir() or holds_images(path):
        return (path,)
    inside = sorted(
        one
        for one in path.iterdir()
        if not one.name.startswith(".") and (holds_images(one) if one.is_dir() else is_video(one))
    )
    if not inside:
        raise RecordingError(
            f"a folder must hold images, videos or folders of images, got none in {path}. Name the videos themselves."
        )
    return inside


def _require_different(names: Sequence[str]) -> None:
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise InvalidValueError(
            f"videos must have different names, since results are named after them, got {', '.join(repeated)} more "
            "than once. Rename them, or spot them with another --out."
        )
