"""How far every way of extraction is from motion that is known: that of the landmarks of rendered recordings.

    python -m benchmarks.known_motion

The true motion of a region is that of its landmark relative to the nose tip's, in pixels of the face crop. Rendered
faces: the order of the ways may differ on real ones.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.rendered_recording import rendered_recording
from benchmarks.results_file import write_result
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.estimation.parameters import EstimatorName
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.face_box import face_boxes
from spotformer_core.flow.head_motion import HeadMotion
from spotformer_core.flow.pooling import Pooling
from spotformer_core.flow.regions import NOSE_TIP_LANDMARKS, REGION_LANDMARKS
from spotformer_core.flow.settings import ExtractionSettings

_ROWS = range(20, 60)
_NUM_FRAMES = _ROWS.stop + 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way of extraction."""

    estimator: EstimatorName
    head_motion: HeadMotion
    pooling: Pooling

    @property
    def name(self) -> str:
        """As it stands in the table and the result file."""
        return f"{self.estimator}, {self.head_motion}, {self.pooling}"


def true_motion(landmarks: np.ndarray, settings: ExtractionSettings, rows: range) -> np.ndarray:
    """Motion of each region's landmark relative to the nose tip, (rows, steps, regions, 2), in crop pixels."""
    boxes = face_boxes(landmarks)
    truth = np.empty((len(rows), settings.num_steps, len(REGION_LANDMARKS), 2))
    for index, row in enumerate(rows):
        moved = landmarks[row + 1 : row + 1 + settings.num_steps] - landmarks[row]
        head = moved[:, list(NOSE_TIP_LANDMARKS)].mean(axis=1, keepdims=True)
        truth[index] = (moved[:, list(REGION_LANDMARKS)] - head) * settings.face_size / boxes[row].side
    return truth


def error(recording: Recording, landmarks: np.ndarray, settings: ExtractionSettings) -> float:
    """Mean distance between the band and the true motion, in crop pixels."""
    band = extract_flow(recording, landmarks, settings, _ROWS).astype(np.float64)
    return float(np.linalg.norm(band - true_motion(landmarks, settings, _ROWS), axis=-1).mean())


def main(seeds: int) -> int:
    """Measures every way on one rendered recording per seed; prints and writes mean errors in pixels."""
    cv2.setNumThreads(1)
    ways = [
        Way(estimator=estimator, head_motion=head_motion, pooling=pooling)
        for estimator, head_motion, pooling in product(EstimatorName, HeadMotion, Pooling)
    ]
    errors: dict[str, list[float]] = {way.name: [] for way in ways}
    seconds: dict[str, float] = dict.fromkeys(errors, 0.0)
    signals = []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            recording, landmarks = rendered_recording(Path(folder) / "demo", num_frames=_NUM_FRAMES, seed=seed)
            usual = ExtractionSettings()
            signals.append(float(np.linalg.norm(true_motion(landmarks, usual, _ROWS), axis=-1).mean()))
            for way in ways:
                started = time.perf_counter()
                settings = replace(usual, estimator=way.estimator, head_motion=way.head_motion, pooling=way.pooling)
                errors[way.name].append(error(recording, landmarks, settings))
                seconds[way.name] += time.perf_counter() - started
    figures = {name: float(np.mean(values)) for name, values in errors.items()}
    _print(figures, seconds, signal=float(np.mean(signals)), seeds=seeds)
    print(f"written to {write_result('known-motion', figures, {}, repeats=seeds)}")
    return 0


def _print(figures: dict[str, float], seconds: dict[str, float], *, signal: float, seeds: int) -> None:
    title = f"mean error against known motion; true motion {signal:.3f} px, {seeds} rendered recordings, face 320 px"
    table = Table(title=title, title_justify="left")
    table.add_column("way of extraction")
    table.add_column("error, px", justify="right")
    table.add_column("ms per frame", justify="right")
    for name, value in sorted(figures.items(), key=lambda item: item[1]):
        table.add_row(name, f"{value:.4f}", f"{seconds[name] / seeds / len(_ROWS) * 1e3:.0f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="rendered recordings (default: %(default)s)")
    sys.exit(main(parser.parse_args().seeds))
