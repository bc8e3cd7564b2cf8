"""The examples do what they say, on tiny data."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.metrics.counts import Counts
from tests.searches import REPOSITORY
from tests.unit.core.flow.conftest import face

__all__ = ["face"]

EXAMPLES = REPOSITORY / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_tested_here():
    assert sorted(path.stem for path in EXAMPLES.glob("*.py")) == ["flow_band", "one_fold", "score_detections"]


@pytest.mark.parametrize("name", ["flow_band", "one_fold"])
def test_an_example_without_its_arguments_says_how_it_is_called(name):
    done = subprocess.run([sys.executable, EXAMPLES / f"{name}.py"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert f"python examples/{name}.py" in done.stderr


def test_detections_are_scored(capsys):
    total = example("score_detections").main()

    # Both macro-expressions are found; the micro-expression overlaps by 4 of 16 frames only.
    assert total == Counts(2, 1, 1)
    assert "precision 0.667, recall 0.667, F1 0.667" in capsys.readouterr().out


def test_the_flow_band_of_a_video_shows_where_it_moves(face, tmp_path, capsys):
    video = cv2.VideoWriter(
        str(tmp_path / "anna.avi"), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 30.0, face.frame.shape
    )
    for frame in (face.frame, face.frame, face.moved_at(48, 0, -1.2), face.moved_at(48, 0, -1.2)):
        video.write(cv2.cvtColor(frame, cv2.COLOR_GRAY2BGR))
    video.release()
    write_landmarks(tmp_path / "csv" / "anna.csv", np.repeat(face.landmarks[None], 4, axis=0), range(4))
    settings = ExtractionSettings(max_window=9, face_size=96, region_radius=3)

    band = example("flow_band").main(tmp_path / "anna.avi", tmp_path / "csv", settings=settings)

    assert band.shape == (4, 8, 10, 2)
    assert "mouth, left corner   fastest from frame 1 to the next: 1." in capsys.readouterr().out


def test_one_fold_is_trained_and_spots_in_the_held_out_recording(extracted: Path):
    (store,) = (extracted / "flow").iterdir()
    command = [sys.executable, EXAMPLES / "one_fold.py", extracted / "demo", store, "s15"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["epoch 1", "epoch 2", "epoch 3"]
    assert {line.split(":")[0] for line in lines[3:]} <= {"s15_0101"}
    assert len(lines) > 3
