"""From frames and landmarks to the flow band of one recording, [Deng2024] Sec. 3.1."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.areas import face_areas
from spotformer_core.flow.estimation.choice import build_estimator
from spotformer_core.flow.estimator import FlowEstimator
from spotformer_core.flow.face_box import BoxedFace, boxed_faces
from spotformer_core.flow.face_sequence import FaceSequence
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.head_motion import HeadMotion, realigned_motion, relative_motion
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy
from spotformer_core.flow.video_frames import VideoWalk
from spotformer_core.shapes import Float16, Float32

Motion = Float32[np.ndarray, "pairs regions 2"]


def _ignore(num_frames_done: int) -> None:
    del num_frames_done


def extract_flow(
    recording: Recording,
    landmarks: Float32[np.ndarray, "recording_frames 68 2"],
    settings: ExtractionSettings,
    frames: range | None = None,
    *,
    walk: VideoWalk | None = None,
    report: Callable[[int], None] = _ignore,
) -> Float16[np.ndarray, "frames steps regions 2"]:
    """The flow band of a recording, or the rows of it that belong to `frames`, in crop pixels.

    Row a holds the motion of each region from frame a to each of the next S, head motion removed. Steps beyond the
    last frame repeat the flow to the last frame; the flow from the last frame is zero. float16 rounds by at most
    0.004 px at 8 px, a fifteenth of Farneback's own error. Whatever the length of the recording, S + 1 decoded frames
    and prepared faces are held at a time (the large-window strategy holds those of a window too).

    Args:
        landmarks: of the whole recording, x before y, in pixels of the frames.
        frames: consecutive; all of the recording unless given.
        walk: through the video, for whoever extracts one stretch of it after the other.
        report: called with the number of rows done so far.

    Raises:
        LandmarkError: unless there is one row of landmarks per frame.
        RecordingError: for frames that cannot be read.
    """
    if len(landmarks) != recording.num_frames:
        raise LandmarkError(
            f"a recording must have one row of landmarks per frame; {recording.name} has {recording.num_frames} "
            f"frames and {len(landmarks)} rows. Detect the landmarks again for exactly these frames."
        )
    wanted = range(recording.num_frames) if frames is None else frames
    band = np.zeros((len(wanted), settings.num_steps, settings.num_regions, 2), np.float16)
    faces = islice(boxed_faces(landmarks), _first_face(settings, wanted), wanted.stop)
    for done, motion in enumerate(_rows(recording, faces, settings, wanted, walk)):
        _fill(band[done], motion)
        report(done + 1)
    return band


def stream_flow(
    recording: Recording, landmarks: Iterable[Float32[np.ndarray, "68 2"]], settings: ExtractionSettings
) -> Iterator[Float16[np.ndarray, "steps regions 2"]]:
    """Yields the rows of the flow band of a whole recording, frame by frame, to the last bit those of `extract_flow`.

    Nothing grows with the recording: what was yielded is forgotten, and landmarks are taken as they are needed.

    Args:
        landmarks: of every frame, in order, x before y, in pixels of the frames.

    Raises:
        LandmarkError: when there are fewer landmarks than frames.
        RecordingError: for frames that cannot be read.
    """
    num_frames = recording.num_frames
    num_done = 0
    for motion in _rows(recording, boxed_faces(landmarks), settings, range(num_frames), walk=None):
        row = np.zeros((settings.num_steps, settings.num_regions, 2), np.float16)
        _fill(row, motion)
        num_done += 1
        yield row
    if num_done < num_frames:
        raise LandmarkError(
            f"a recording must have one row of landmarks per frame; {recording.name} has {num_frames} frames and "
            f"{num_done} rows. Detect the landmarks again for exactly these frames."
        )


def _fill(row: Float16[np.ndarray, "steps regions 2"], motion: Motion) -> None:
    """Steps beyond the last frame repeat the flow to the last frame."""
    if len(motion):
        row[: len(motion)] = motion
        row[len(motion) :] = motion[-1]


def compile_ahead(settings: ExtractionSettings) -> None:
    """Compiles what an extraction with these settings runs, so that processes started later find it on disk."""
    size = settings.face_size
    estimator = build_estimator(settings.estimator, settings.farneback, face_size=size)
    # The same face again and again is at rest, which a warm start asks for.
    prepared = [estimator.prepare(np.random.default_rng(0).integers(0, 255, (size, size), np.uint8))] * 3
    middle = np.full((68, 2), size / 2, np.float32)
    areas = face_areas(middle, radius=settings.region_radius, face_size=size, regions=settings.regions)
    relative_motion(estimator, prepared[0], prepared[1:], areas, pooling=settings.pooling)


def _rows(
    recording: Recording,
    faces: Iterable[BoxedFace],
    settings: ExtractionSettings,
    wanted: range,
    walk: VideoWalk | None,
) -> Iterator[Motion]:
    """For each wanted frame its motions, as its strategy has them; fewer than S at the end."""
    estimator = build_estimator(settings.estimator, settings.farneback, face_size=settings.face_size)
    first, last = _first_face(settings, wanted), min(wanted.stop + settings.num_steps, recording.num_frames)
    frames = read_frames(recording, range(first, last), walk=walk)
    sequence = FaceSequence(frames, first=first, face_size=settings.face_size, estimator=estimator)
    if settings.strategy is FlowStrategy.LARGE_WINDOW:
        yield from _large_window_rows(sequence, faces, settings, wanted, num_frames=recording.num_frames)
    else:
        for frame, face in zip(wanted, faces, strict=False):
            yield _motion(sequence, frame, settings.num_steps, face, settings, estimator)


def _large_window_rows(
    sequence: FaceSequence[Any],
    faces: Iterable[BoxedFace],
    settings: ExtractionSettings,
    wanted: range,
    *,
    num_frames: int,
) -> Iterator[Motion]:
    """For each wanted frame a: the motion from the first frame of its large window to each of the S frames after a."""
    estimator = sequence.estimator
    size, steps = settings.large_window, settings.num_steps
    first, reference = _first_face(settings, wanted), 0
    motion: Motion = np.zeros((0, settings.num_regions, 2), np.float32)
    for frame, face in zip(range(first, wanted.stop), faces, strict=False):
        if frame % size == 0:
            reference, last = frame, min(frame + size - 1, wanted.stop - 1)
            reach = min(last + steps, num_frames - 1) - frame
            motion = _motion(sequence, frame, reach, face, settings, estimator)
        if frame >= wanted.start:
            ahead = motion[frame - reference : frame - reference + steps]
            yield ahead if len(ahead) or not len(motion) else motion[-1:]


def _first_face(settings: ExtractionSettings, wanted: range) -> int:
    """The first frame whose landmarks decide the flow from one of the `wanted`."""
    size = settings.large_window
    return wanted.start // size * size if settings.strategy is FlowStrategy.LARGE_WINDOW else wanted.start


def _motion(
    sequence: FaceSequence[Any],
    frame: int,
    reach: int,
    face: BoxedFace,
    settings: ExtractionSettings,
    estimator: FlowEstimator[Any],
) -> Motion:
    """Motion of each region from `frame` to each of the `reach` frames after it, head motion removed."""
    box = face.box
    first, *later = sequence.faces(frame, reach=reach, box=box)
    if not later:
        return np.zeros((0, settings.num_regions, 2), np.float32)
    points = box.to_crop(face.landmarks, settings.face_size)
    areas = face_areas(points, radius=settings.region_radius, face_size=settings.face_size, regions=settings.regions)
    if settings.head_motion is HeadMotion.SUBTRACT:
        return relative_motion(estimator, first, later, areas, pooling=settings.pooling)
    return realigned_motion(
        estimator,
        first,
        later,
        areas,
        pooling=settings.pooling,
        shifted=lambda pair, move: sequence.crop(
            pair + 1, box=replace(box, left=box.left + move[0], top=box.top + move[1])
        ),
        crop_pixels_per_pixel=settings.face_size / box.side,
    )
