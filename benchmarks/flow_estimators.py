"""How fast and how right are the flow estimators? Ours beside OpenCV's, one thread, interleaved, on rendered faces.

    python -m benchmarks.flow_estimators

Times are those of the thread, and what is computed once per face counts as a 24th of a pair. The floor stands beside
them: the operations of the pixels that must be worked on at 32 a cycle, and the bytes that must be read.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.flow_floor import floor_of
from benchmarks.moving_recordings import CALM, SPEEDS, STRONG, MovingRecording, disturbed, rendered, rigid
from benchmarks.results_file import write_result
from spotformer_core.flow.areas import Areas
from spotformer_core.flow.estimation.choice import build_estimator
from spotformer_core.flow.estimation.parameters import EstimatorName, FarnebackParameters
from spotformer_core.flow.estimation.warm_farneback import WarmFarneback
from spotformer_core.flow.regions import NUM_REGIONS, REGION_LANDMARKS

GOALS = {
    "OpenCV / ours": 8.0,
    "OpenCV / warm, calm": 20.0,
    "ours: largest difference, px, at most": 1e-4,
    "warm: largest difference, px, at most": 0.02,
}
OPENCV, OURS, WARM = EstimatorName.OPENCV_FARNEBACK, EstimatorName.FARNEBACK, EstimatorName.FARNEBACK_WARM
NUM_OPENCV_PAIRS = 2
"""Timed per round; the others do all 24."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What the estimators are asked for."""

    name: str
    face_size: int
    region_radius: int
    parameters: FarnebackParameters

    def estimators(self) -> dict[EstimatorName, Any]:
        """All of them."""
        return {name: build_estimator(name, self.parameters, self.face_size) for name in EstimatorName}

    def areas(self, recording: MovingRecording) -> Areas:
        """The regions and the nose tip in the first face."""
        return recording.areas(self.face_size, self.region_radius)


USUAL = Setting(name="face 320", face_size=320, region_radius=6, parameters=FarnebackParameters())
DEMO = Setting(
    name="face 160, as in the demo",
    face_size=160,
    region_radius=3,
    parameters=FarnebackParameters(levels=2, iterations=2),
)


def milliseconds_per_pair(setting: Setting, recording: MovingRecording, repeats: int) -> dict[EstimatorName, float]:
    """Median over interleaved rounds, what is done once per face included."""
    faces, areas = recording.faces(setting.face_size), setting.areas(recording)
    estimators = setting.estimators()
    prepared = {name: [estimator.prepare(face) for face in faces] for name, estimator in estimators.items()}
    seconds: dict[EstimatorName, list[float]] = {name: [] for name in estimators}
    for _ in range(repeats + 1):
        for name, estimator in estimators.items():
            num_pairs = NUM_OPENCV_PAIRS if name in {OPENCV, EstimatorName.OPENCV_DIS} else len(faces) - 1
            first, *later = prepared[name][: num_pairs + 1]
            of_face, of_pairs = _timed(estimator.prepare, faces[0]), _timed(estimator.flow, first, later, areas)
            seconds[name].append(of_pairs / num_pairs + of_face / (len(faces) - 1))
    return {name: 1e3 * median(times[1:]) for name, times in seconds.items()}


def _timed(task: Callable[..., Any], *arguments: Any) -> float:
    start = time.thread_time()
    task(*arguments)
    return time.thread_time() - start


def area_means(motion: np.ndarray, areas: Areas) -> np.ndarray:
    """Pairs, areas, x and y."""
    bounds = zip(areas.starts, areas.starts[1:], strict=False)
    return np.stack([motion[:, begin:end].mean(axis=1) for begin, end in bounds], axis=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The estimators on one recording, in pixels of the face crop.

    Attributes:
        differences: the largest from OpenCV's Farneback in the mean of an area.
        errors: the mean distance of a region's mean from the known motion of its landmark; empty where that is unknown.
        warm_share: of the pairs, done by warm start.
    """

    name: str
    differences: Mapping[EstimatorName, float]
    errors: Mapping[EstimatorName, float]
    warm_share: float


def compare(setting: Setting, recording: MovingRecording) -> Comparison:
    """All estimators on one recording; the warm start is compared with ours, which it stands for."""
    faces, areas = recording.faces(setting.face_size), setting.areas(recording)
    means, warm_share = {}, 0.0
    for name, estimator in setting.estimators().items():
        first, *later = [estimator.prepare(face) for face in faces]
        means[name] = area_means(estimator.flow(first, later, areas), areas)
        if isinstance(estimator, WarmFarneback):
            warm_share = float(np.mean(estimator.guarded_flow(first, later, areas)[1]))
    references = {OURS: OPENCV, WARM: OURS, EstimatorName.OPENCV_DIS: OPENCV}
    errors = {}
    if recording.landmarks is not None:
        places = recording.landmarks[:, list(REGION_LANDMARKS)] * recording.crop_scale(setting.face_size)
        known = places[1:] - places[0]
        errors = {
            name: float(np.hypot(*np.moveaxis(values[:, :NUM_REGIONS] - known, -1, 0)).mean())
            for name, values in means.items()
        }
    return Comparison(
        name=recording.name,
        differences={name: float(np.abs(means[name] - means[other]).max()) for name, other in references.items()},
        errors=errors,
        warm_share=warm_share,
    )


def recordings() -> Iterator[MovingRecording]:
    """Everything that the differences are measured on."""
    for speed in SPEEDS:
        yield rigid(speed)
    for number, first in ((0, 0), (3, 30), (6, 20)):
        yield rendered(number=number, first=first)
    for number in (0, 6):
        yield from disturbed(number)


def show_times(setting: Setting, times: Mapping[str, Mapping[EstimatorName, float]], console: Console) -> None:
    """Milliseconds per pair, the ratio to OpenCV's Farneback, and the floor."""
    table = Table(title=f"{setting.name}: ms per pair (OpenCV's Farneback / this)", title_justify="left")
    table.add_column("")
    for motion in times:
        table.add_column(motion, justify="right")
    for name in EstimatorName:
        table.add_row(name, *(f"{one[name]:7.3f} ({one[OPENCV] / one[name]:5.1f})" for one in times.values()))
    console.print(table)
    floor = floor_of(setting.areas(rigid(CALM)), setting.parameters, setting.face_size)
    console.print(
        f"floor of a pair by the full pyramid: {floor.pixel_iterations:,} of {floor.all_pixel_iterations:,} "
        f"pixel-iterations, {1e3 * floor.arithmetic_seconds:.2f} ms of arithmetic; {floor.bytes_read / 1e6:.1f} MB "
        f"read, {1e3 * floor.memory_seconds:.2f} ms\n",
        highlight=False,
    )


def show_comparisons(setting: Setting, comparisons: list[Comparison], console: Console) -> None:
    """One row per recording."""
    table = Table(title=f"{setting.name}: px in the mean of an area", title_justify="left")
    for column in ("", "ours - OpenCV", "warm - ours", "warm pairs", *(f"error {name}" for name in EstimatorName)):
        table.add_column(column, justify="right" if column else "left")
    for one in comparisons:
        errors = [f"{one.errors[name]:.3f}" if one.errors else "" for name in EstimatorName]
        differences = [f"{one.differences[OURS]:.1e}", f"{one.differences[WARM]:.4f}"]
        table.add_row(one.name, *differences, f"{one.warm_share:.0%}", *errors)
    console.print(table)


def figures_of(
    times: Mapping[Setting, Mapping[str, Mapping[EstimatorName, float]]], comparisons: list[Comparison]
) -> dict[str, float]:
    """Ratios and differences by name; those that have a goal carry its name."""
    usual, demo = times[USUAL], times[DEMO]
    known = [one for one in comparisons if one.errors]
    return {
        "OpenCV / ours": usual["calm"][OPENCV] / usual["calm"][OURS],
        "OpenCV / warm, calm": usual["calm"][OPENCV] / usual["calm"][WARM],
        "OpenCV / warm, strong motion": usual["strong"][OPENCV] / usual["strong"][WARM],
        "OpenCV / warm, rendered recording": usual["rendered"][OPENCV] / usual["rendered"][WARM],
        "OpenCV / ours, demo": demo["calm"][OPENCV] / demo["calm"][OURS],
        "OpenCV / warm, demo": demo["calm"][OPENCV] / demo["calm"][WARM],
        "ours: largest difference, px, at most": max(one.differences[OURS] for one in comparisons),
        "warm: largest difference, px, at most": max(one.differences[WARM] for one in comparisons),
        **{
            f"{name}: mean error against known motion, px": float(np.mean([one.errors[name] for one in known]))
            for name in EstimatorName
        },
    }


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    cv2.setNumThreads(1)
    console = Console(width=180)
    timed = {"calm": rigid(CALM), "strong": rigid(STRONG), "rendered": rendered(number=0, first=0)}
    times = {
        setting: {motion: milliseconds_per_pair(setting, recording, repeats) for motion, recording in timed.items()}
        for setting in (USUAL, DEMO)
    }
    comparisons = []
    for setting in (USUAL, DEMO):
        show_times(setting, times[setting], console)
        of_setting = [compare(setting, recording) for recording in recordings()]
        show_comparisons(setting, of_setting, console)
        comparisons += of_setting
    figures = figures_of(times, comparisons)
    missed = [
        name
        for name, goal in GOALS.items()
        if (figures[name] > goal if name.endswith("at most") else figures[name] < goal)
    ]
    print(f"written to {write_result('flow-estimators', figures, GOALS, repeats=repeats)}")
    print(f"missed: {', '.join(missed)}" if missed else "every goal is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
