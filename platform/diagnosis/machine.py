"""What this machine can do: compiled code, disk, videos, GPU."""

import shutil
import tempfile
from pathlib import Path

import cv2
import numba
import numpy as np
import torch

from platform.diagnosis.finding import Finding, Level, checked
from platform.storage.scratch import scratch_folder
from spotformer_core.errors import RecordingError, StudyError

LEAST_FREE = 2 * 10**9
"""Bytes: the demo and a small study of it fit."""
_SIZE = (64, 48)
_NUM_FRAMES = 4
_NVIDIA_DEVICE = Path("/dev/nvidiactl")


def compiled_code_finding() -> Finding:
    """Whether numba may keep what it compiles; without that every process compiles for a minute, or fails."""
    repair = "Set NUMBA_CACHE_DIR to a folder that may be written."
    return checked("compiled code", _kept_by_numba, repair=repair)


def _kept_by_numba() -> str:
    compiled = numba.njit(cache=True)(_next)
    compiled(1)
    return f"kept in {compiled.stats.cache_path}"


def _next(number: int) -> int:
    return number + 1


def workspace_finding(folder: Path) -> Finding:
    """Whether the workspace may be written and has room; it is not made."""
    return checked("workspace", lambda: _room_of(folder), repair="Name another folder with --workspace.")


def _room_of(folder: Path) -> str:
    place = next(one for one in (folder, *folder.parents) if one.exists())
    with tempfile.TemporaryFile(dir=place):
        pass
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE:
        raise StudyError(
            f"a workspace must have {LEAST_FREE / 1e9:.0f} GB free, got {free / 1e9:.1f} GB in {folder}. "
            "Free some space, or name another folder with --workspace."
        )
    return f"{folder}, {free / 1e9:.0f} GB free"


def videos_finding() -> Finding:
    """Whether OpenCV writes and reads FFV1, which loses nothing."""
    return checked("videos", _ffv1_loses_nothing, repair="Install opencv-python from PyPI, which brings FFmpeg.")


def _ffv1_loses_nothing() -> str:
    frames = np.random.default_rng(0).integers(0, 256, (_NUM_FRAMES, _SIZE[1], _SIZE[0], 3), np.uint8)
    with scratch_folder("doctor") as folder:
        path = str(folder / "video.avi")
        writer = cv2.VideoWriter(path, cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"FFV1"), 30.0, _SIZE)
        for frame in frames:
            writer.write(frame)
        writer.release()
        reader = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
        read = [frame for _ in frames for was_read, frame in [reader.read()] if was_read]
        reader.release()
    if len(read) != len(frames) or not np.array_equal(read, frames):
        raise RecordingError(
            f"OpenCV must read the {len(frames)} frames that it wrote as FFV1, got {len(read)} or others. "
            "Install opencv-python from PyPI, which brings FFmpeg."
        )
    return f"OpenCV {cv2.__version__} writes and reads FFV1"


def gpu_finding() -> Finding:
    """Whether PyTorch computes on a GPU; a note where there is none."""
    if torch.cuda.is_available():
        return checked("GPU", _computes, repair="Update the driver, or install the build of PyTorch for it.")
    if _NVIDIA_DEVICE.exists():
        return Finding(
            name="GPU",
            level=Level.PROBLEM,
            found=f"a driver of NVIDIA is there, but PyTorch {torch.__version__} finds no GPU.",
            repair="Install the build of PyTorch for its CUDA, or set CUDA_VISIBLE_DEVICES.",
        )
    return Finding(
        name="GPU",
        level=Level.NOTE,
        found="none; folds run on CPUs.",
        repair="Spaces that need a GPU are marked in `python -m platform.search --help`.",
    )


def _computes() -> str:
    ones = torch.ones(64, 64, device="cuda")
    if float((ones @ ones).sum()) != 64.0**3:
        raise StudyError("a GPU must multiply ones right, got another sum. Try another one, or run on CPUs.")
    count = torch.cuda.device_count()
    return f"{count} x {torch.cuda.get_device_name(0)}, used by PyTorch {torch.__version__}"
