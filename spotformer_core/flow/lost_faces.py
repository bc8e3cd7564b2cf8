"""Frames in which no face was found: what takes the place of their landmarks.

frame         0   1   2   3   4   5   6
found         -   a   b   -   -   e   -
hold          a   a   b   b   b   e   e
interpolate   a   a   b   *   *   e   e       two points on the straight line from b to e
fail          LandmarkError
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError, require
from spotformer_core.shapes import Bool, Float32, Int


class LostFaces(StrEnum):
    """What takes the place of landmarks that were not found."""

    HOLD = "hold"
    """Those of the last frame with a face; before the first one, those of the first."""
    INTERPOLATE = "interpolate"
    """Points on straight lines between the frames with a face before and after; at both ends as HOLD."""
    FAIL = "fail"
    """Nothing: the recording is an error."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LostFacePolicy:
    """How frames without a face are treated.

    Interpolation is the default: the flow from a frame is measured where its landmarks lie, and held ones jump back to
    the face at the end of every gap.

    Attributes:
        longest_gap_seconds: a face that is lost for longer is an error whatever takes its place, since nobody knows
            where it was. One second is twice the longest micro-expression.
    """

    lost_faces: LostFaces = LostFaces.INTERPOLATE
    longest_gap_seconds: float = 1.0

    def __post_init__(self) -> None:
        require(
            0 < self.longest_gap_seconds < float("inf"),
            "--longest-lost-face",
            "a number of seconds greater than 0",
            self.longest_gap_seconds,
            "The default of 1 bridges blinks of the detector; take --lost-faces fail to bridge none.",
        )

    def __str__(self) -> str:
        """Text that differs whenever the landmarks could differ."""
        if self.lost_faces is LostFaces.FAIL:
            return str(self.lost_faces)
        return f"{self.lost_faces} up to {self.longest_gap_seconds:g} s"


DEFAULT_POLICY = LostFacePolicy()


def lost_frames(raw: Float32[np.ndarray, "frames 68 2"]) -> Bool[np.ndarray, " frames"]:
    """Whether the face of each frame was lost: its landmarks are NaN."""
    return np.asarray(np.isnan(raw).any(axis=(1, 2)))


def completed(
    raw: Float32[np.ndarray, "frames 68 2"], recording: Recording, policy: LostFacePolicy
) -> Float32[np.ndarray, "frames 68 2"]:
    """Landmarks of every frame of `recording`: `raw`, and where its rows are NaN what `policy` puts there.

    Raises:
        LandmarkError: when no frame shows a face; when one was lost and the policy is FAIL; when faces were lost for
            longer than the policy bridges.
    """
    lost = lost_frames(raw)
    if not lost.any():
        return raw
    if lost.all():
        raise LandmarkError(
            f"a recording must show a face, got none in all {len(raw)} frames of {recording.name}. "
            "Check its frames, give its landmarks as a file, or leave it out with --recordings."
        )
    if policy.lost_faces is LostFaces.FAIL:
        raise LandmarkError(
            f"every frame must show a face under --lost-faces fail, got none in {lost.sum()} of {len(raw)} frames of "
            f"{recording.name}, first in frame {recording.frame_numbers[int(lost.argmax())]}. "
            "Give the landmarks of these frames in a file, or take --lost-faces interpolate."
        )
    _require_short_gaps(lost, recording, policy)
    before, after = _neighbours(lost)
    if policy.lost_faces is LostFaces.HOLD:
        return np.asarray(raw[before])
    return _between(raw, before, after)


def _require_short_gaps(lost: Bool[np.ndarray, " frames"], recording: Recording, policy: LostFacePolicy) -> None:
    edges = np.flatnonzero(np.diff(lost, prepend=False, append=False))
    firsts, lengths = edges[::2], edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    seconds = float(lengths[longest]) / recording.frames_per_second
    if seconds > policy.longest_gap_seconds:
        first = recording.frame_numbers[firsts[longest]]
        last = recording.frame_numbers[firsts[longest] + lengths[longest] - 1]
        raise LandmarkError(
            f"a face may be lost for at most {policy.longest_gap_seconds:g} s, got {seconds:.2f} s in "
            f"{recording.name}, from frame {first} to frame {last}. Give the landmarks of these frames in a file, "
            "leave the recording out with --recordings, or bridge more with --longest-lost-face."
        )


def _neighbours(lost: Bool[np.ndarray, " frames"]) -> tuple[Int[np.ndarray, " frames"], Int[np.ndarray, " frames"]]:
    """The nearest frames with a face at or before and at or after each; both the same where one side has none."""
    positions = np.arange(len(lost))
    before = np.maximum.accumulate(np.where(lost, -1, positions))
    after = np.minimum.accumulate(np.where(lost, len(lost), positions)[::-1])[::-1]
    return np.where(before < 0, after, before), np.where(after == len(lost), before, after)


def _between(
    raw: Float32[np.ndarray, "frames 68 2"], before: Int[np.ndarray, " frames"], after: Int[np.ndarray, " frames"]
) -> Float32[np.ndarray, "frames 68 2"]:
    share = (np.arange(len(raw)) - before) / np.maximum(after - before, 1)
    share = np.where(after > before, share, 0.0).astype(np.float32)[:, None, None]
    return np.asarray((1 - share) * raw[before] + share * raw[after], np.float32)
