"""Recordings of several chunks that cost little, and their extraction in a child process as a command would run it.

python -m tests.long_recordings FOLDER [--workers N] [--address HOST:PORT]
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from platform.console.command import DONE, UNDONE, run_command
from platform.landmarks.source import LandmarkFiles
from platform.stages.extracting import extract_missing, problems
from platform.study.workspace import Workspace
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.flow.chunks import CHUNK_FRAMES
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

LENGTHS = {"a_1": CHUNK_FRAMES + 60, "b_1": 80}
"""Frames by name of the recording: two chunks and one."""
SETTINGS = ExtractionSettings(
    max_window=9,
    face_size=64,
    region_radius=1,
    estimator=EstimatorName.OPENCV_FARNEBACK,
    farneback_levels=1,
    farneback_iterations=1,
)
_NUM_FILES = 50
_LENGTHS_FILE = "lengths.json"
POISON = "poison"
HOLD = "hold"
HELD = "held"


def write_recordings(folder: Path, lengths: Mapping[str, int] = LENGTHS) -> None:
    """Writes recordings of these lengths: files of frames, which are shown to and fro, and landmarks that fit."""
    noise = np.random.default_rng(0).uniform(0, 255, (96, 96)).astype(np.uint8)
    texture = cv2.GaussianBlur(noise, (9, 9), 2)
    points = np.stack([16 + np.arange(68) % 9 * 8, 16 + np.arange(68) // 8 * 8], axis=1).astype(np.float32)
    (folder / "landmarks").mkdir(parents=True)
    (folder / _LENGTHS_FILE).write_text(json.dumps(lengths))
    for name, length in lengths.items():
        (folder / name).mkdir()
        (folder / name / POISON).touch()
        for number in range(_NUM_FILES):
            cv2.imwrite(str(folder / name / f"{number:03d}.png"), np.roll(texture, number // 3, axis=1))
        write_landmarks(folder / "landmarks" / f"{name}.csv", np.stack([points] * length), range(length))


def dataset_in(folder: Path) -> Dataset:
    """The dataset that `write_recordings` wrote there."""
    there_and_back = [*range(_NUM_FILES), *range(_NUM_FILES - 2, 0, -1)]
    recordings = tuple(
        Recording(
            dataset="long",
            subject=name[0],
            name=name,
            frame_paths=tuple(
                folder / name / f"{there_and_back[frame % len(there_and_back)]:03d}.png" for frame in range(length)
            ),
            frame_numbers=tuple(range(length)),
            frames_per_second=30.0,
            expressions=(),
        )
        for name, length in json.loads((folder / _LENGTHS_FILE).read_text()).items()
    )
    return Dataset(name="long", root=folder, recordings=recordings)


class StagedLandmarks(LandmarkFiles):
    """Landmarks in files.

    A recording with something in its file `poison` kills the process that reads its own; one with a file `hold` keeps
    the process waiting, whose number is then in the file `held`, until that is gone.
    """

    def landmarks(self, recording: Recording) -> np.ndarray:
        frames = self.folder.parent / recording.name
        poison = frames / POISON
        if poison.exists() and poison.stat().st_size:
            os.kill(os.getpid(), signal.SIGKILL)
        while (frames / HOLD).exists():
            (frames / HELD).write_text(str(os.getpid()))
            time.sleep(0.05)
        return super().landmarks(recording)


def landmarks_in(folder: Path) -> StagedLandmarks:
    """The landmarks that `write_recordings` wrote there."""
    return StagedLandmarks(folder / "landmarks")


def store_in(folder: Path) -> FlowStore:
    """Where the command of this module extracts to."""
    return FlowStore(folder=Workspace(folder).flow_store("long", SETTINGS), settings=SETTINGS)


def main(options: argparse.Namespace) -> int:
    """Extracts what is missing of the recordings in `options.folder`."""
    _, outcomes = extract_missing(
        dataset_in(options.folder),
        landmarks_in(options.folder),
        workspace=Workspace(options.folder),
        settings=SETTINGS,
        address=options.address,
        num_workers=options.workers,
    )
    for problem in problems(outcomes):
        print(problem)
    return UNDONE if problems(outcomes) else DONE


if __name__ == "__main__":
    command = argparse.ArgumentParser()
    command.add_argument("folder", type=Path)
    command.add_argument("--workers", type=int, default=2)
    command.add_argument("--address", default="")
    sys.exit(run_command(main, command, sys.argv[1:]))
