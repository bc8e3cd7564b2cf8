"""Frames in which no face was found, in a stream: what `lost_faces.completed` does, without holding the recording."""

from collections.abc import Iterable, Iterator

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.lost_faces import LostFacePolicy, LostFaces
from spotformer_core.shapes import Float32


def completed_stream(
    rows: Iterable[Float32[np.ndarray, "68 2"]], recording: Recording, policy: LostFacePolicy
) -> Iterator[Float32[np.ndarray, "68 2"]]:
    """Yields `rows`, and where they are NaN what `policy` puts there; holds as many frames back as one gap is long.

    Raises:
        LandmarkError: when no frame shows a face; when one was lost and the policy is FAIL; when faces were lost for
            longer than the policy bridges.
    """
    last: Float32[np.ndarray, "68 2"] | None = None
    gap = 0
    for frame, points in enumerate(rows):
        if np.isnan(points).any():
            gap += 1
            _require_bridged(gap, frame, recording, policy)
            continue
        yield from _bridge(last, points, gap, policy.lost_faces)
        gap, last = 0, points
        yield points
    if last is None:
        raise LandmarkError(
            f"a recording must show a face, got none in all {gap} frames of {recording.name}. "
            "Check its frames, or give its landmarks as a file."
        )
    for _ in range(gap):
        yield last


def _require_bridged(gap: int, frame: int, recording: Recording, policy: LostFacePolicy) -> None:
    first = recording.frame_numbers[frame - gap + 1]
    if policy.lost_faces is LostFaces.FAIL:
        raise LandmarkError(
            f"every frame must show a face under --lost-faces fail, got none in frame {first} of {recording.name}. "
            "Give the landmarks of this frame in a file, or take --lost-faces interpolate."
        )
    if gap / recording.frames_per_second > policy.longest_gap_seconds:
        raise LandmarkError(
            f"a face may be lost for at most {policy.longest_gap_seconds:g} s, got more in {recording.name}, from "
            f"frame {first} on. Give the landmarks of these frames in a file, cut the video there, or bridge more with "
            "--longest-lost-face."
        )


def _bridge(
    before: Float32[np.ndarray, "68 2"] | None, after: Float32[np.ndarray, "68 2"], gap: int, lost_faces: LostFaces
) -> Iterator[Float32[np.ndarray, "68 2"]]:
    """Landmarks for `gap` frames between two with a face; `before` is None at the start of the recording."""
    for step in range(1, gap + 1):
        if before is None:
            yield after
        elif lost_faces is LostFaces.HOLD:
            yield before
        else:
            share = np.float32(step / (gap + 1))
            yield np.asarray((1 - share) * before + share * after, np.float32)
