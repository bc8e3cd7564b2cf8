"""The memory of a worker that spots in a long video: a generated one of small frames, in a process of its own.

    python -m benchmarks.spot_memory FOLDER NAME     what the process does; `peak_memory` starts it

Faces and windows are as small as they may be, so that an hour takes minutes; what grows with the recording does not
depend on their size.
"""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import torch

from platform.landmarks.streams import FileStream
from platform.spotting.orders import SpotOptions, spot_order
from platform.spotting.work import SpotOutcome, spot_video
from spotformer_core.config import Configuration
from spotformer_core.flow.landmark_files import write_landmarks
from spotformer_core.flow.lost_faces import DEFAULT_POLICY
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.model.spotformer import SpotFormer
from spotformer_core.spotting.model_files import ModelDescription, read_model, write_model
from spotformer_core.spotting.video_recordings import video_recording

RATE = 30.0
MINUTE, HOUR = int(60 * RATE), int(3600 * RATE)
_SIZE = 96
_SETTINGS = ExtractionSettings(
    max_window=5, face_size=64, region_radius=1, farneback_levels=1, farneback_iterations=1, farneback_window=5
)
_CONFIGURATION = Configuration.from_parameters(
    {
        "window": 5,
        "width": 8,
        "num_heads": 1,
        "head_width": 8,
        "macro_apex_threshold": 0.9,
        "micro_apex_threshold": 0.9,
    }
)


def peak_memory(folder: Path, *, num_frames: int) -> int:
    """The largest resident memory, in bytes, of a process that spots in a generated video of so many frames."""
    name = f"generated_{num_frames}"
    _write_video(folder / f"{name}.mp4", num_frames)
    corners = np.linspace(_SIZE / 6, 5 * _SIZE / 6, 68)
    landmarks = np.broadcast_to(np.stack([corners, corners], axis=1), (num_frames, 68, 2))
    write_landmarks(folder / "generated" / f"{name}.csv", landmarks, range(num_frames))
    command = [sys.executable, "-m", "benchmarks.spot_memory", str(folder), name]
    (folder / "out").mkdir(exist_ok=True)
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout.splitlines()[-1])["peak_memory_bytes"])


def _write_video(path: Path, num_frames: int) -> None:
    texture = np.random.default_rng(0).integers(0, 255, (_SIZE, _SIZE, 3), np.uint8)
    texture = cv2.GaussianBlur(texture, (0, 0), 2)
    shown = [np.roll(texture, (step % 3, step % 4), axis=(0, 1)) for step in range(12)]
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), RATE, (_SIZE, _SIZE))
    for position in range(num_frames):
        writer.write(shown[position % len(shown)])
    writer.release()


def _spot(folder: Path, name: str) -> SpotOutcome:
    model = folder / "small-model"
    torch.manual_seed(0)
    description = ModelDescription(
        configuration=_CONFIGURATION, extraction=_SETTINGS.as_dict(), frames_per_second=RATE, origin={}
    )
    write_model(model, SpotFormer(_CONFIGURATION.model), description)
    options = SpotOptions(
        model=model,
        model_digest=read_model(model).digest,
        wanted_rate=RATE,
        landmarks=FileStream(folder / "generated", DEFAULT_POLICY),
        out=folder / "out",
        frames_per_second=0.0,
        annotated=False,
    )
    *_, outcome = spot_video(spot_order(video_recording(folder / f"{name}.mp4", wanted=RATE), options))
    if not isinstance(outcome, SpotOutcome) or outcome.problem:
        raise SystemExit(f"error: the video must be spotted to be measured, got: {outcome}")
    return outcome


def _own_peak() -> int:
    """Bytes since this program was started; getrusage would also count what its parent held when it started it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])
    raise SystemExit("error: the peak memory must stand in /proc/self/status, got no VmHWM. Measure on Linux.")


if __name__ == "__main__":
    ended = _spot(Path(sys.argv[1]), sys.argv[2])
    print(json.dumps({"peak_memory_bytes": _own_peak(), "seconds": ended.work_seconds}))
