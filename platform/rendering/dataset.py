"""Renders datasets to disk, one recording at a time.

    plans = demo_plan(settings)
    prepare_root(root, settings)
    for plan in plans:                      # in any order, in any number of processes
        render_recording(plan, root, settings)
    write_annotations(plans, root)

For a real annotation table `layout_plan`, `LayoutSettings` and `copy_annotations` take the places of `demo_plan`,
`DemoSettings` and `write_annotations`.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from platform.rendering.cas_me_2_table import cas_me_2_table
from platform.rendering.demo_plans import demo_plan
from platform.rendering.frames import RenderedFrame, render_frames
from platform.rendering.layout_plans import layout_plan
from platform.rendering.plan import PlannedEvent, RecordingPlan
from platform.rendering.rendered_root import LayoutSettings, RenderSettings, prepare_root, read_settings
from platform.rendering.settings import DemoSettings, Difficulty
from platform.rendering.trees import TREES, Layout, frame_file_name, landmarks_path, recording_folder
from spotformer_core.atomic_files import write_whole
from spotformer_core.datasets import cas_me_2
from spotformer_core.shapes import UInt8

__all__ = [
    "DemoSettings",
    "Difficulty",
    "Layout",
    "LayoutSettings",
    "PlannedEvent",
    "RecordingPlan",
    "RenderSettings",
    "copy_annotations",
    "demo_plan",
    "is_rendered",
    "layout_plan",
    "prepare_root",
    "read_settings",
    "render_recording",
    "write_annotations",
]

JPEG_QUALITY = 95
"""At 95 compression changes the flow of a face by a third of what the noise of the sensor changes; at 80 by as much."""
_UNFINISHED_FOLDER = ".rendering"
"""Below the root: on the same file system as the finished recordings, and where no reader looks for any."""
_LANDMARK_COLUMNS = ",".join(f"{axis}_{index}" for axis in "xy" for index in range(68))
LANDMARKS_HEADER = f"frame,success,{_LANDMARK_COLUMNS}"
"""As OpenFace writes them: all x, then all y, in pixels."""
_LANDMARKS_ROW = "%d,1," + ",".join(["%.3f"] * 136) + "\n"
_SKIN_TINT = (0.80, 0.97, 1.14)
"""Factors on blue, green and red for a warm tint; weighted as grey is made of colours they give about 1."""


def is_rendered(plan: RecordingPlan, root: Path) -> bool:
    """Whether the recording is complete on disk, frames and landmarks."""
    return recording_folder(root, layout=plan.layout, recording=plan.name).is_dir()


def render_recording(plan: RecordingPlan, root: Path, settings: RenderSettings) -> None:
    """Puts the frames and the landmarks of one recording on disk, unless they are there.

    A recording appears in one step when it is complete, so that after a kill it is either done or rendered anew. Each
    recording is for one process at a time; different recordings may be rendered at the same time.

    Raises:
        InvalidValueError: when `root` was rendered with other settings.
    """
    prepare_root(root, settings)
    if is_rendered(plan, root):
        return
    unfinished = root / _UNFINISHED_FOLDER / plan.name
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    unfinished_landmarks = unfinished.parent / f"{plan.name}.csv"
    with _one_opencv_thread():
        _write_recording(plan, folder=unfinished, landmarks=unfinished_landmarks)
    finished = recording_folder(root, layout=plan.layout, recording=plan.name)
    finished_landmarks = landmarks_path(root, recording=plan.name)
    for path in (finished, finished_landmarks):
        path.parent.mkdir(parents=True, exist_ok=True)
    # The folder of frames comes last: it is what says that a recording is complete.
    unfinished_landmarks.replace(finished_landmarks)
    unfinished.rename(finished)


def write_annotations(plans: Sequence[RecordingPlan], root: Path) -> Path:
    """Writes the annotation table of the demo, in the form of CAS(ME)^2; returns its path."""
    path = root / cas_me_2.ANNOTATION_FILE
    write_whole(path, cas_me_2_table(plans))
    return path


def copy_annotations(annotation_path: Path, root: Path, *, layout: Layout) -> Path:
    """Copies a real annotation file, byte for byte and under its own name, to where its dataset has it."""
    path = root / TREES[layout].annotation_folder / annotation_path.name
    write_whole(path, annotation_path.read_bytes())
    return path


def _write_recording(plan: RecordingPlan, *, folder: Path, landmarks: Path) -> None:
    in_colour = TREES[plan.layout].in_colour
    with landmarks.open("w", encoding="ascii") as table:
        table.write(LANDMARKS_HEADER + "\n")
        for number, frame in enumerate(render_frames(plan), start=plan.first_frame_number):
            image = _tinted(frame.image) if in_colour else frame.image
            _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            (folder / frame_file_name(plan.layout, recording=plan.name, number=number)).write_bytes(jpeg.tobytes())
            table.write(_landmarks_row(frame, number=number))


def _landmarks_row(frame: RenderedFrame, *, number: int) -> str:
    return _LANDMARKS_ROW % (number, *frame.landmarks.T.ravel())


def _tinted(image: UInt8[np.ndarray, "400 400"]) -> UInt8[np.ndarray, "400 400 3"]:
    """The grey image in the colours of skin, blue first as OpenCV has it."""
    levels = np.arange(256)[:, None] * np.array(_SKIN_TINT)
    table = np.clip(levels + 0.5, 0, 255).astype(np.uint8)[None]
    return cv2.LUT(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), table).astype(np.uint8, copy=False)


@contextmanager
def _one_opencv_thread() -> Iterator[None]:
    """Keeps OpenCV to one thread.

    As many recordings are rendered at a time as there are cores; more threads would only compete for these.
    """
    num_threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(num_threads)
