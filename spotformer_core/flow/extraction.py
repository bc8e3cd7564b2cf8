"""From frames and landmarks to the flow band of one recording, [Deng2024] Sec. 3.1.

Differs from [Deng2024] Sec. 3.1: head motion is removed by subtracting the flow of the nose tip from the flow of the
regions, where the paper moves the face box by it and computes flow again. For a pure shift both are the same; one
flow instead of two is computed per pair.
"""

from collections import deque
from collections.abc import Callable, Iterator

import numpy as np

from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError
from spotformer_core.flow.face_box import FaceBox, face_boxes
from spotformer_core.flow.farneback import farneback_flow
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.pooling import pool_nose_tip, pool_regions
from spotformer_core.flow.regions import NUM_REGIONS, nose_tip_pixels, region_pixels
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.shapes import Float16, Float32, UInt8

Grey = UInt8[np.ndarray, "height width"]


def _ignore(num_frames_done: int) -> None:
    del num_frames_done


def extract_flow(
    recording: Recording,
    landmarks: Float32[np.ndarray, "frames 68 2"],
    settings: ExtractionSettings,
    *,
    report: Callable[[int], None] = _ignore,
) -> Float16[np.ndarray, "frames steps regions 2"]:
    """The flow band of a recording: motion of each region from every frame to each of the next S, in crop pixels.

    Steps beyond the last frame repeat the flow to the last frame; the flow from the last frame is zero. At most
    S + 1 decoded frames are held at a time. float16 rounds by at most 0.004 px at 8 px, a fifteenth of Farneback's
    own error.

    Args:
        landmarks: x before y, in pixels of the frames.
        report: called with the number of frames done so far.

    Raises:
        LandmarkError: unless there is one row of landmarks per frame.
        RecordingError: for frames that cannot be read.
    """
    if len(landmarks) != recording.num_frames:
        raise LandmarkError(
            f"a recording must have one row of landmarks per frame; {recording.name} has {recording.num_frames} "
            f"frames and {len(landmarks)} rows. Detect the landmarks again for exactly these frames."
        )
    band = np.zeros((recording.num_frames, settings.num_steps, NUM_REGIONS, 2), np.float16)
    boxes = face_boxes(landmarks)
    for frame, faces in enumerate(_faces_ahead(recording, boxes, settings)):
        if len(faces) > 1:
            points = boxes[frame].to_crop(landmarks[frame], settings.face_size)
            motion = _region_motion(faces, points, settings)
            band[frame, : len(motion)] = motion
            band[frame, len(motion) :] = motion[-1]
        report(frame + 1)
    return band


def _faces_ahead(
    recording: Recording, boxes: tuple[FaceBox, ...], settings: ExtractionSettings
) -> Iterator[list[UInt8[np.ndarray, "size size"]]]:
    """For each frame a: the faces of frames a, a + 1, ... a + S (fewer at the end), all cropped by the box of a."""
    ahead: deque[Grey] = deque()
    faces: deque[UInt8[np.ndarray, "size size"]] = deque()
    frames = read_frames(recording)
    cropped_by: FaceBox | None = None
    for box in boxes:
        while len(ahead) < settings.num_steps + 1 and (grey := next(frames, None)) is not None:
            ahead.append(grey)
        if box != cropped_by:
            faces.clear()
            cropped_by = box
        while len(faces) < len(ahead):
            faces.append(box.crop(ahead[len(faces)], settings.face_size))
        yield list(faces)
        ahead.popleft()
        faces.popleft()


def _region_motion(
    faces: list[UInt8[np.ndarray, "size size"]], points: Float32[np.ndarray, "68 2"], settings: ExtractionSettings
) -> Float32[np.ndarray, "pairs regions 2"]:
    """Motion of each region from the first face to each of the others, head motion removed."""
    size, radius = settings.face_size, settings.region_radius
    nose = nose_tip_pixels(points, radius=2 * radius, face_size=size)
    regions = region_pixels(points, radius=radius, face_size=size)
    nose_vectors = np.empty((len(faces) - 1, len(nose), 2), np.float32)
    region_vectors = np.empty((len(faces) - 1, *regions.shape), np.float32)
    for pair, face in enumerate(faces[1:]):
        flow = farneback_flow(faces[0], face, settings)
        nose_vectors[pair] = flow[nose[:, 0], nose[:, 1]]
        region_vectors[pair] = flow[regions[..., 0], regions[..., 1]]
    head_motion = pool_nose_tip(nose_vectors)
    return pool_regions(region_vectors - head_motion[:, None, None, :])
