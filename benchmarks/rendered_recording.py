"""A rendered recording for benchmarks: frames on disk and landmarks, as the demo dataset has them."""

from pathlib import Path

import numpy as np

from platform.rendering.dataset import DemoSettings, demo_plan, prepare_root, render_recording, write_annotations
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.landmark_files import read_landmarks

_FRAMES_PER_SECOND = 30


def rendered_recording(root: Path, *, num_frames: int, seed: int = 0) -> tuple[Recording, np.ndarray]:
    """One recording of the demo, `num_frames` long, and its landmarks (frames, 68, 2) in pixels."""
    settings = DemoSettings(
        num_subjects=2,
        recordings_per_subject=1,
        seconds=num_frames / _FRAMES_PER_SECOND,
        macro_per_recording=1,
        micro_per_recording=1,
        seed=seed,
    )
    prepare_root(root, settings)
    plans = demo_plan(settings)
    for plan in plans:
        render_recording(plan, root, settings)
    write_annotations(plans, root)
    recording = read_dataset("demo", root).recordings[0]
    return recording, read_landmarks(root / "landmarks", recording)
