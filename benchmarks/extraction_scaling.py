"""How extraction on Ray scales: two workers against one, what share of their time is work, memory for long recordings.

    make bench-extraction-scaling

Counted from the start of the first chunk to the end of the last one, by the workers' clocks, so without the start of
Ray and of its pool (a few seconds, printed beside). Work is decoding, cropping, flow and pooling; what is left is
looking at files, reading landmarks, writing and flushing the flow, and waiting for the next chunk.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results_file import write_result
from platform.compute.connection import connected
from platform.extraction.planning import plan_extraction
from platform.extraction.run import extract_flow_bands
from platform.extraction.units import UnitOutcome
from platform.landmarks.source import LandmarkFiles
from platform.rendering.dataset import DemoSettings, demo_plan, prepare_root, render_recording, write_annotations
from spotformer_core.datasets.reader import read_dataset
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.chunk_store import ChunkStore
from spotformer_core.flow.chunks import CHUNK_FRAMES
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore

THROUGHPUT = "throughput with 2 workers / 1 worker"
SHARE = "share of the wall time of 2 workers spent in decoding, flow and pooling"
MEMORY = "peak memory of a worker, 12,000 frames / 1,024 frames, at most"
GOALS = {THROUGHPUT: 1.8, SHARE: 0.85, MEMORY: 1.5}
NUM_RECORDINGS = 6
LONG_FRAMES = 12_000
CHEAP = ExtractionSettings(face_size=64, region_radius=1, farneback_levels=1, farneback_iterations=1)
"""For the memory: all 24 steps, on faces so small that 12,000 frames take a minute."""
_RENDERED = DemoSettings(num_subjects=3, recordings_per_subject=2, seconds=8.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One extraction on Ray.

    Attributes:
        seconds: from the start of the first chunk to the end of the last one.
        seconds_in_all: with the start and the end of Ray.
        share: of `seconds` times workers that was work on frames.
        peak_bytes: of the worker that needed most.
    """

    frames: int
    seconds: float
    seconds_in_all: float
    share: float
    peak_bytes: int


class Rendered:
    """Rendered recordings, and longer ones that show the same files to and fro."""

    def __init__(self, folder: Path) -> None:
        root = folder / "demo"
        plans = demo_plan(_RENDERED)
        prepare_root(root, _RENDERED)
        for plan in plans:
            render_recording(plan, root, _RENDERED)
        write_annotations(plans, root)
        self._rendered = read_dataset("demo", root).recordings
        self._points = LandmarkFiles(root / "landmarks")
        self.landmarks = LandmarkFiles(folder / "landmarks")
        self.landmarks.folder.mkdir()

    def recordings(self, lengths: Sequence[int]) -> list[Recording]:
        """One recording of each of these numbers of frames."""
        return [
            self._extended(self._rendered[number % len(self._rendered)], length, name=f"r{number}_{length}")
            for number, length in enumerate(lengths)
        ]

    def _extended(self, rendered: Recording, length: int, *, name: str) -> Recording:
        forth = range(rendered.num_frames)
        order = [*forth, *reversed(forth[1:-1])]
        shown = [order[frame % len(order)] for frame in range(length)]
        write_landmarks(self.landmarks.folder / f"{name}.csv", self._points.landmarks(rendered)[shown], range(length))
        return replace(
            rendered,
            name=name,
            frame_paths=tuple(rendered.frame_paths[frame] for frame in shown),
            frame_numbers=tuple(range(length)),
            expressions=(),
        )


def extraction(
    recordings: Sequence[Recording], landmarks: LandmarkFiles, settings: ExtractionSettings, workers: int
) -> Run:
    """Extracts `recordings` into a new store on a Ray of that many CPUs."""
    units: list[UnitOutcome] = []
    began = time.perf_counter()
    with TemporaryDirectory(prefix="extraction-scaling-") as folder, connected("", num_workers=workers):
        store = FlowStore.create(Path(folder), settings)
        plan = plan_extraction(recordings, ChunkStore(store), landmarks)
        outcomes = extract_flow_bands(
            plan, store, landmarks, num_workers=workers, on_unit=units.append, on_recording=lambda _: None
        )
    problems = [outcome.problem for outcome in outcomes if outcome.problem]
    if problems:
        raise SystemExit(f"error: the extraction must succeed to be measured, got: {problems[0]}")
    seconds = max(unit.ended for unit in units) - min(unit.started for unit in units)
    return Run(
        frames=sum(unit.num_frames for unit in units),
        seconds=seconds,
        seconds_in_all=time.perf_counter() - began,
        share=sum(unit.work_seconds for unit in units) / (seconds * workers),
        peak_bytes=max(unit.peak_memory_bytes for unit in units),
    )


def measured(name: str, workers: int, run: Run) -> Run:
    """The same run, said in one line."""
    print(
        f"{name}, workers {workers}: {run.frames} frames in {run.seconds:.1f} s ({run.seconds_in_all:.1f} s with Ray's "
        f"start), {run.frames / run.seconds:.1f} frames/s, share of work {run.share:.3f}, "
        f"peak {run.peak_bytes / 1e6:.0f} MB",
        flush=True,
    )
    return run


def main() -> int:
    """0 when every goal is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=240, help="of each of the six recordings (default: %(default)s)")
    parser.add_argument("--face-size", type=int, default=320, help="of their crops (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=2, help="of the pair of runs (default: %(default)s)")
    options = parser.parse_args()
    ratios, shares = [], []
    with TemporaryDirectory(prefix="extraction-scaling-") as folder:
        rendered = Rendered(Path(folder))
        recordings = rendered.recordings([options.frames] * NUM_RECORDINGS)
        settings = ExtractionSettings(face_size=options.face_size, region_radius=round(options.face_size * 6 / 320))
        for _ in range(options.repeats):
            one, two = (
                measured("scaling", workers, extraction(recordings, rendered.landmarks, settings, workers))
                for workers in (1, 2)
            )
            ratios.append(one.seconds / two.seconds)
            shares.append(two.share)
        short, long = (
            measured("memory", 1, extraction(rendered.recordings([length]), rendered.landmarks, CHEAP, 1))
            for length in (CHUNK_FRAMES, LONG_FRAMES)
        )
    figures = {
        THROUGHPUT: statistics.median(ratios),
        SHARE: statistics.median(shares),
        MEMORY: long.peak_bytes / short.peak_bytes,
        "peak memory of a worker with 12,000 frames, MB": long.peak_bytes / 1e6,
    }
    print(f"written to {write_result('extraction-scaling', figures, GOALS, repeats=options.repeats)}")
    met = (
        figures[THROUGHPUT] >= GOALS[THROUGHPUT] and figures[SHARE] >= GOALS[SHARE] and figures[MEMORY] <= GOALS[MEMORY]
    )
    print("every goal is met" if met else "a goal is missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
