"""How long a flow store of the size of SAMM-LV takes to open, and how much of it is copied.

python -m benchmarks.store_opening
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.results_file import write_result
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.regions import NUM_REGIONS
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowSource, FlowStore

NUM_RECORDINGS = 147
NUM_FRAMES = 69_024
"""Frames of SAMM-LV of which every 7th is kept."""
GOALS = {"seconds to open a store of the size of SAMM-LV, at most": 0.5, "share copied, at most": 0.0}
_REPEATS = 5


def main() -> int:
    """Measures, prints and writes; 0 when every goal is met."""
    with tempfile.TemporaryDirectory() as folder:
        store = FlowStore.create(Path(folder), ExtractionSettings())
        recordings = [_recording(number) for number in range(NUM_RECORDINGS)]
        for recording in recordings:
            flow = np.ones((recording.num_frames, store.settings.num_steps, NUM_REGIONS, 2), np.float16)
            store.write(recording, flow, FlowSource(listing="made", content="made", landmarks="made"))
        seconds, copied = [], 0
        for _ in range(_REPEATS):
            before = pa.total_allocated_bytes()
            started = time.perf_counter()
            bands = [store.read(recording) for recording in recordings]
            seconds.append(time.perf_counter() - started)
            copied = max(copied, pa.total_allocated_bytes() - before)
            copied += sum(band.flow.nbytes for band in bands if band.flow.flags.owndata)
        size = sum(band.flow.nbytes for band in bands)
    figures = dict(zip(GOALS, (statistics.median(seconds), copied / size), strict=True))
    print(f"{NUM_RECORDINGS} recordings, {NUM_FRAMES} frames, {size / 2**20:.0f} MiB")
    for name, value in figures.items():
        print(f"{name}: {value:.4f} (goal {GOALS[name]:g})")
    print(f"written to {write_result('store-opening', figures, GOALS, repeats=_REPEATS)}")
    return 0 if all(figures[name] <= goal for name, goal in GOALS.items()) else 1


def _recording(number: int) -> Recording:
    frames = NUM_FRAMES // NUM_RECORDINGS + (number < NUM_FRAMES % NUM_RECORDINGS)
    return Recording(
        dataset="made",
        subject=f"{number % 30:03d}",
        name=f"{number % 30:03d}_{number // 30}",
        frame_paths=(),
        frame_numbers=tuple(range(frames)),
        frames_per_second=30.0,
        expressions=(),
    )


if __name__ == "__main__":
    sys.exit(main())
