"""Any video or folder of images as a recording at the frame rate of a model, and the way back to its own frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spotformer_core.datasets.policies import Policy
from spotformer_core.datasets.policy_choices import AnnotationPolicies
from spotformer_core.datasets.recording import Recording
from spotformer_core.datasets.stored_recording import StoredRecording, list_frames
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.errors import RecordingError
from spotformer_core.spotting.resampling import resampled_positions, resampled_rate

NO_DATASET = "none"
ROW_FIELDS: dict[str, type] = {
    "kind": str,
    "onset": int,
    "apex": int,
    "offset": int,
    "onset_seconds": float,
    "apex_seconds": float,
    "offset_seconds": float,
    "score": float,
}
"""What is written of a proposal."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoRecording:
    """A video, and the recording that it is to a model.

    Attributes:
        recording: at the frame rate of the model; a slower video repeats frames in it.
        stored: for each frame of the recording its position in the video, from 0.
        num_stored_frames: frames of the video.
        frames_per_second: of the video.
        is_rate_assumed: the video does not say its frame rate.
    """

    source: Path
    recording: Recording
    stored: Sequence[int]
    num_stored_frames: int
    frames_per_second: float
    is_rate_assumed: bool

    @property
    def seconds(self) -> float:
        """Duration of the video."""
        return self.num_stored_frames / self.frames_per_second

    def frame_of(self, position: int) -> int:
        """The video's own frame at a position of the recording: counted from 0, or the number in an image's name."""
        return self.recording.frame_numbers[position]

    def seconds_of(self, position: int) -> float:
        """When the frame at a position of the recording is shown, in seconds from the start of the video."""
        return self.stored[position] / self.frames_per_second

    def rows_of(self, proposals: Sequence[Proposal]) -> Iterator[dict[str, Any]]:
        """Yields each proposal as plain values, in the video's own frames (both ends included) and in seconds."""
        for proposal in proposals:
            ends = {"onset": proposal.onset, "apex": proposal.apex, "offset": proposal.offset}
            yield {
                "kind": str(proposal.kind),
                **{name: self.frame_of(position) for name, position in ends.items()},
                **{f"{name}_seconds": round(self.seconds_of(position), 4) for name, position in ends.items()},
                "score": round(proposal.score, 6),
            }


def video_recording(source: Path, *, wanted: float, frames_per_second: float | None = None) -> VideoRecording:
    """The recording that a video file, or a folder of images, is at `wanted` frames per second.

    The frames of a video are counted, which reads the file once; none is decoded.

    Args:
        frames_per_second: of the video; None takes what the file says, and `wanted` for images.

    Raises:
        RecordingError: when there is nothing, no video and no folder of images, or no frame in it.
        InvalidValueError: for a frame rate that is not positive and finite.
    """
    if not source.exists():
        raise RecordingError(
            f"a video must be a file or a folder of images, got {source}, which does not exist. Check the name."
        )
    is_folder = source.is_dir()
    name = source.name if is_folder else source.stem
    frames = list_frames(
        StoredRecording(
            subject=name,
            name=name,
            path=source,
            frames_per_second=frames_per_second or (wanted if is_folder else None),
            frame_step=1,
        ),
        policies=AnnotationPolicies(),
    )
    rate = frames.frames_per_second
    stored = resampled_positions(len(frames.numbers), frames_per_second=rate, wanted=wanted)
    return VideoRecording(
        source=source,
        recording=Recording(
            dataset=NO_DATASET,
            subject=name,
            name=name,
            frame_paths=tuple(frames.paths[position] for position in stored) if frames.paths else (),
            frame_numbers=tuple(frames.numbers[position] for position in stored) if frames.paths else stored,
            frames_per_second=resampled_rate(frames_per_second=rate, wanted=wanted),
            expressions=(),
            video_path=frames.video_path,
        ),
        stored=stored,
        num_stored_frames=len(frames.numbers),
        frames_per_second=rate,
        is_rate_assumed=(is_folder and frames_per_second is None) or frames.repairs[Policy.FRAME_RATE_ASSUMED] > 0,
    )
