"""How much sooner one flow band is there than the windows of [Deng2024] Sec. 3.1, one by one.

    python -m benchmarks.extraction

Everything is measured in one run, in turns, on the same rendered frames and one thread. The literal procedure is timed
on the windows of a few frames in the middle of the recording, ours on all rows of a stretch in which every row has all
of its steps: decoding, cropping, flow and pooling included.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.literal_extraction import literal_window
from benchmarks.looped_pooling import looped_pair
from benchmarks.rendered_recording import rendered_recording
from benchmarks.results_file import write_result
from spotformer_core.flow.areas import face_areas
from spotformer_core.flow.estimation.opencv import OpenCVFarneback
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.face_box import FaceBox
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.pooling import Pooling, pool_nose_tip, pool_regions
from spotformer_core.flow.settings import ExtractionSettings

WINDOWS_OF_TABLE_V = (9, 11, 15, 17, 19, 21, 25)
SINGLE_WINDOW = 17
GOALS = {
    "literal procedure / ours, seven windows": 60.0,
    "literal procedure / ours, window 17": 15.0,
    "MDMO pooling, Python loops / ours": 30.0,
}
_ROWS = range(12, 76)
_NUM_FRAMES = _ROWS.stop + 30


def main(repeats: int) -> int:
    """Measures, prints and writes; 0 when every goal is met."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        recording, landmarks = rendered_recording(Path(folder) / "demo", num_frames=_NUM_FRAMES)
        frames = list(read_frames(recording))
        seven = ExtractionSettings(max_window=max(WINDOWS_OF_TABLE_V))
        one = ExtractionSettings(max_window=SINGLE_WINDOW)
        seconds = _in_turns(
            {
                "literal, seven windows": lambda turn: [
                    _literal(frames, landmarks, _middle(turn, repeats), window, seven) for window in WINDOWS_OF_TABLE_V
                ],
                "literal, window 17": lambda turn: _literal(
                    frames, landmarks, _middle(turn, repeats), SINGLE_WINDOW, one
                ),
                "ours, seven windows": lambda _: extract_flow(recording, landmarks, seven, _ROWS),
                "ours, window 17": lambda _: extract_flow(recording, landmarks, one, _ROWS),
                **_pooling(frames, landmarks, seven),
            },
            repeats,
        )
    per_frame = {
        name: [value / (len(_ROWS) if name.startswith("ours") else 1) for value in values]
        for name, values in seconds.items()
    }
    figures = {
        "literal procedure / ours, seven windows": _ratio(per_frame, "literal, seven windows", "ours, seven windows"),
        "literal procedure / ours, window 17": _ratio(per_frame, "literal, window 17", "ours, window 17"),
        "MDMO pooling, Python loops / ours": _ratio(per_frame, "pooling, loops", "pooling, ours"),
    }
    _print(figures, per_frame)
    print(f"written to {write_result('extraction', figures, GOALS, repeats=repeats)}")
    return 0 if all(figures[name] >= goal for name, goal in GOALS.items()) else 1


def _middle(turn: int, repeats: int) -> int:
    return _ROWS.start + (turn * len(_ROWS)) // (repeats + 1)


def _literal(
    frames: list[np.ndarray], landmarks: np.ndarray, middle: int, window: int, settings: ExtractionSettings
) -> np.ndarray:
    first = max(middle - window // 2, 0)
    return literal_window(frames[first : first + window], landmarks[first], settings)


def _pooling(
    frames: list[np.ndarray], landmarks: np.ndarray, settings: ExtractionSettings
) -> dict[str, Callable[[int], object]]:
    """All pairs of one frame, pooled by loops and by ours."""
    box = FaceBox.around(landmarks[0])
    points = box.to_crop(landmarks[0], settings.face_size)
    areas = face_areas(points, radius=settings.region_radius, face_size=settings.face_size)
    face, *later = [box.crop(frame, settings.face_size) for frame in frames[: settings.num_steps + 1]]
    vectors = OpenCVFarneback(settings.farneback).flow(face, later, areas)

    def ours(_: int) -> np.ndarray:
        head = pool_nose_tip(vectors[:, areas.starts[-2] :], Pooling.MDMO)
        return pool_regions(vectors, areas.starts[:-1], head, Pooling.MDMO)

    def loops(_: int) -> list[list[tuple[float, float]]]:
        return [looped_pair(pair, areas.starts) for pair in vectors]

    np.testing.assert_allclose(ours(0), loops(0), atol=1e-3)
    return {"pooling, loops": loops, "pooling, ours": ours}


def _in_turns(tasks: dict[str, Callable[[int], object]], repeats: int) -> dict[str, list[float]]:
    """Seconds of every task in every turn; a first turn, which compiles, is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(repeats + 1):
        for name, task in tasks.items():
            started = time.perf_counter()
            task(turn)
            if turn > 0:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def _ratio(seconds: dict[str, list[float]], of: str, to: str) -> float:
    """Median over the turns of the ratio within a turn."""
    return statistics.median(one / other for one, other in zip(seconds[of], seconds[to], strict=True))


def _print(figures: dict[str, float], seconds: dict[str, list[float]]) -> None:
    table = Table(title="extraction, one thread, face of 320 pixels, rendered frames", title_justify="left")
    for heading in ("figure", "measured", "goal"):
        table.add_column(heading, justify="left" if heading == "figure" else "right")
    for name, value in figures.items():
        table.add_row(name, f"{value:.1f}", f"{GOALS[name]:.0f}")
    for name, values in seconds.items():
        unit = "ms for all pairs of a frame" if name.startswith("pooling") else "ms per frame"
        table.add_row(name, f"{statistics.median(values) * 1e3:.2f} {unit}", "")
    Console(width=110).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="turns (default: %(default)s)")
    sys.exit(main(parser.parse_args().repeats))
