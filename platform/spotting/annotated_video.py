"""A video with its proposals drawn into it: a bar with the kind while one lasts, brighter at its apex."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from spotformer_core.atomic_files import written_whole
from spotformer_core.datasets.frame_channels import KINDS
from spotformer_core.datasets.recording import ExpressionKind, Recording
from spotformer_core.decoding.proposals import Proposal
from spotformer_core.errors import RecordingError
from spotformer_core.flow.frames import read_frames
from spotformer_core.shapes import UInt8
from spotformer_core.spotting.video_recordings import VideoRecording, video_recording

# Okabe and Ito's blue and vermilion, blue first as OpenCV wants it.
_COLORS = {ExpressionKind.MACRO: (178, 114, 0), ExpressionKind.MICRO: (0, 94, 213)}
_CODEC = "mp4v"
_SMALLEST_BAR = 12


def write_annotated_video(video: VideoRecording, proposals: Sequence[Proposal], path: Path) -> None:
    """Writes every frame of the video at its own frame rate, one frame held at a time.

    Raises:
        RecordingError: when a frame cannot be read, or the video cannot be written.
    """
    rate = video.frames_per_second
    whole = video_recording(video.source, wanted=rate, frames_per_second=rate).recording
    spans = [(one, video.stored[one.onset], video.stored[one.apex], video.stored[one.offset]) for one in proposals]
    with written_whole(path) as temporary:
        # FFmpeg knows the container by the name of its file.
        writing = temporary.with_suffix(f"{temporary.suffix}.mp4")
        try:
            _write_frames(whole, spans, writing, rate)
            writing.replace(temporary)
        finally:
            writing.unlink(missing_ok=True)


Span = tuple[Proposal, int, int, int]
"""A proposal and the positions of its onset, apex and offset in the video."""


def _write_frames(recording: Recording, spans: Sequence[Span], path: Path, rate: float) -> None:
    writer: cv2.VideoWriter | None = None
    for position, frame in enumerate(read_frames(recording, color=True)):
        if writer is None:
            size = (frame.shape[1], frame.shape[0])
            writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*_CODEC), rate, size)
            if not writer.isOpened():
                raise RecordingError(
                    f"an annotated video must be writable as MPEG-4, got {size[0]}x{size[1]} at {rate:g} frames per "
                    f"second for {recording.name}, which OpenCV cannot write. Leave out --annotated-video."
                )
        now = [span for span in spans if span[1] <= position <= span[3]]
        writer.write(_drawn(frame.copy(), now, position))
    if writer is not None:
        writer.release()


def _drawn(
    frame: UInt8[np.ndarray, "height width 3"], spans: Sequence[Span], position: int
) -> UInt8[np.ndarray, "height width 3"]:
    height, width = frame.shape[:2]
    bar = max(_SMALLEST_BAR, height // 16)
    for proposal, _, apex, _ in spans:
        top = height - bar * (len(KINDS) - KINDS.index(proposal.kind))
        thickness = cv2.FILLED if position == apex else max(1, bar // 10)
        cv2.rectangle(frame, (0, top), (width - 1, top + bar - 1), _COLORS[proposal.kind], thickness)
        white = (255, 255, 255)
        text, place, scale = f"{proposal.kind} {proposal.score:.2f}", (4, top + bar - bar // 4), bar / 32
        cv2.putText(frame, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, white, max(1, bar // 20), cv2.LINE_AA)
    return frame
