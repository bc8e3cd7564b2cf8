"""How fast videos are spotted: x real time on one core at 30 frames per second, the parts of it, and an hour's memory.

    make bench-spot          make bench-spot ARGS=--hour

One rendered recording as an MPEG-4 video, with landmarks from a file. The parts are measured apart on the same frames;
flow is what `stream_flow` takes beyond decoding them. Networks have weights as they were drawn: what they cost does not
depend on what they have learned. The memory is that of `benchmarks/spot_memory.py`.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch

from benchmarks.rendered_recording import rendered_recording
from benchmarks.results_file import write_result
from benchmarks.spot_memory import HOUR, MINUTE, peak_memory
from search_spaces.demo import DEMO
from spotformer_core.config import Configuration
from spotformer_core.decoding.proposals import decode
from spotformer_core.flow.extraction import compile_ahead, stream_flow
from spotformer_core.flow.frames import read_frames
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.landmark_stream import stream_landmarks
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.recipes import published
from spotformer_core.spotting.model_files import ModelDescription, StoredModel
from spotformer_core.spotting.score_stream import score_stream
from spotformer_core.spotting.spotter import Spotter, needed_settings
from spotformer_core.spotting.video_recordings import VideoRecording, video_recording

RATE = 30.0
NUM_FRAMES = 120
MEMORY = "peak memory, an hour of video / a minute of video, at most"
GOALS = {"demo: x real time on one core, at least": 1.0, MEMORY: 1.2}
NETWORKS = {
    "demo": (DEMO.configuration(DEMO.starting_points[0]), ExtractionSettings(face_size=160, region_radius=3)),
    "published": (published("any"), ExtractionSettings()),
}
PARTS = ("decode frames", "landmarks from a file", "flow", "network", "decode scores")


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """Seconds of processor time, one for each repeat."""

    whole: list[float] = field(default_factory=list)
    parts: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in PARTS})


def main(options: argparse.Namespace) -> int:
    """Measures, prints and writes; 0 when every goal is met."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="bench-spot-") as name:
        folder = Path(name)
        video = _video(folder)
        seconds = video.recording.num_frames / RATE
        for network, (configuration, settings) in NETWORKS.items():
            times = _measured(_spotter(configuration, settings), video, folder, repeats=options.repeats)
            whole = statistics.median(times.whole)
            parts = {part: statistics.median(values) for part, values in times.parts.items()}
            figures[f"{network}: x real time on one core, at least"] = seconds / whole
            figures |= {f"{network}: {part}, x real time": seconds / max(spent, 1e-9) for part, spent in parts.items()}
            _print(network, whole, parts, seconds)
        if options.hour:
            minute, hour = (peak_memory(folder, num_frames=frames) for frames in (MINUTE, HOUR))
            figures[MEMORY] = hour / minute
            print(f"\npeak memory of a worker: a minute {minute / 2**20:.0f} MiB, an hour {hour / 2**20:.0f} MiB")
    goals = {goal: value for goal, value in GOALS.items() if goal in figures}
    print(f"written to {write_result('spot', figures, goals, repeats=options.repeats)}")
    met = {
        goal: figures[goal] <= value if "at most" in goal else figures[goal] >= value for goal, value in goals.items()
    }
    for goal, is_met in met.items():
        print(f"{'met' if is_met else 'MISSED'}: {goal} {goals[goal]:g}, got {figures[goal]:.2f}")
    return 0 if all(met.values()) else 1


def _video(folder: Path) -> VideoRecording:
    recording, landmarks = rendered_recording(folder / "demo", num_frames=NUM_FRAMES)
    path = folder / "anna.mp4"
    writer: cv2.VideoWriter | None = None
    for frame in read_frames(recording, color=True):
        size = (frame.shape[1], frame.shape[0])
        writer = writer or cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), RATE, size)
        writer.write(frame)
    if writer is not None:
        writer.release()
    write_landmarks(folder / "csv" / "anna.csv", landmarks, range(len(landmarks)))
    return video_recording(path, wanted=RATE)


def _spotter(configuration: Configuration, settings: ExtractionSettings) -> Spotter:
    torch.manual_seed(0)
    description = ModelDescription(
        configuration=configuration, extraction=settings.as_dict(), frames_per_second=RATE, origin={}
    )
    compile_ahead(settings)
    return Spotter(
        StoredModel(network=SpotFormer(configuration.model).eval(), description=description, digest="untrained")
    )


def _measured(spotter: Spotter, video: VideoRecording, folder: Path, *, repeats: int) -> Times:
    recording, description = video.recording, spotter.description
    settings = needed_settings(description.extraction_settings(), description.configuration.model)
    landmarks = list(stream_landmarks(folder / "csv", recording))
    network = spotter.model.network
    rows = list(stream_flow(recording, landmarks, settings))
    scores = np.concatenate(list(score_stream(network, rows)))
    decode(scores, description.configuration.decoding)
    times = Times()
    for _ in range(repeats):
        times.whole.append(_seconds(lambda: spotter.spot(recording, stream_landmarks(folder / "csv", recording))))
        frames = _seconds(lambda: [None for _ in read_frames(recording)])
        spent = {
            "decode frames": frames,
            "landmarks from a file": _seconds(lambda: list(stream_landmarks(folder / "csv", recording))),
            "flow": _seconds(lambda: list(stream_flow(recording, landmarks, settings))) - frames,
            "network": _seconds(lambda: list(score_stream(network, rows))),
            "decode scores": _seconds(lambda: decode(scores, description.configuration.decoding)),
        }
        for part, value in spent.items():
            times.parts[part].append(value)
    return times


def _seconds(work: Callable[[], object]) -> float:
    """Seconds of processor time: everything runs in one thread, and what else the machine does is not counted."""
    started = time.process_time()
    work()
    return time.process_time() - started


def _print(network: str, whole: float, parts: dict[str, float], seconds: float) -> None:
    print(f"\n{network}: {seconds / whole:.2f} x real time on one core ({seconds:.0f} s at {RATE:g} frames per second)")
    for part, spent in parts.items():
        print(f"  {part:22} {1000 * spent / (seconds * RATE):8.3f} ms per frame {100 * spent / whole:6.1f} %")
    print(f"  {'all parts':22} {1000 * sum(parts.values()) / (seconds * RATE):8.3f} ms per frame")
    print(f"  {'measured together':22} {1000 * whole / (seconds * RATE):8.3f} ms per frame")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--hour", action="store_true", help="measure the memory of an hour of video too: minutes")
    sys.exit(main(parser.parse_args()))
