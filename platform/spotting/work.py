"""The work of one Ray worker: a video, from its frames to the files of its results."""

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch

from platform.extraction.units import peak_memory_bytes
from platform.figures.spotted_timeline import draw_spotted_timeline
from platform.spotting.annotated_video import write_annotated_video
from platform.spotting.orders import SpotOrder
from platform.spotting.results import MADE_FROM, write_csv, write_json
from spotformer_core.errors import SpotFormerError
from spotformer_core.spotting.spotter import Spotted, Spotter, load_spotter


@dataclass(frozen=True, kw_only=True, slots=True)
class FramesDone:
    """So many more frames are scored."""

    num_frames: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SpotOutcome:
    """What became of one video.

    Attributes:
        video_seconds: its duration.
        work_seconds: from its first frame to its last file.
        problem: why there are no results; empty when there are.
        disk_full: the problem was a full disk, which the other videos would meet too.
    """

    name: str
    video_seconds: float = 0.0
    work_seconds: float = 0.0
    num_proposals: int = 0
    peak_memory_bytes: int = 0
    problem: str = ""
    disk_full: bool = False


def spot_video(order: SpotOrder) -> Iterator[FramesDone | SpotOutcome]:
    """Yields progress now and then and the outcome at last; problems of the video or of the disk are part of it."""
    # One thread: there is one worker per core, and sums of several threads differ in their last bits.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        yield from _spot(order)
    except SpotFormerError as error:
        yield SpotOutcome(name=order.name, problem=str(error))
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        yield SpotOutcome(name=order.name, problem=f"{order.name}: {error}", disk_full=is_full)


def _spot(order: SpotOrder) -> Iterator[FramesDone | SpotOutcome]:
    started = time.perf_counter()
    spotter = load_spotter(order.options.model)
    recording = order.video.recording
    stretches = []
    for scores in spotter.score_stretches(recording, order.options.landmarks.rows(recording)):
        stretches.append(scores)
        yield FramesDone(num_frames=len(scores))
    spotted = spotter.decoded(np.concatenate(stretches))
    _write(order, spotter, spotted)
    yield SpotOutcome(
        name=order.name,
        video_seconds=order.video.seconds,
        work_seconds=time.perf_counter() - started,
        num_proposals=len(spotted.proposals),
        peak_memory_bytes=peak_memory_bytes(),
    )


def _write(order: SpotOrder, spotter: Spotter, spotted: Spotted) -> None:
    files, video = order.files, order.video
    rows = list(video.rows_of(spotted.proposals))
    write_csv(files.csv, rows, video=order.name)
    rendered = " (model of rendered faces)" if spotter.description.origin.get("rendered") else ""
    draw_spotted_timeline(video, spotted, files.timeline, title=f"{order.name}{rendered}")
    if order.options.annotated:
        write_annotated_video(video, spotted.proposals, files.annotated_video)
    write_json(files.json, rows, _facts(order, spotter))


def _facts(order: SpotOrder, spotter: Spotter) -> dict[str, Any]:
    video, description = order.video, spotter.description
    return {
        "video": str(video.source),
        "frames": video.num_stored_frames,
        "frames_per_second": video.frames_per_second,
        "seconds": round(video.seconds, 4),
        "spotted_frames": video.recording.num_frames,
        "spotted_frames_per_second": video.recording.frames_per_second,
        "notes": list(notes_on(order)),
        "model": {"weights": spotter.model.digest, **dict(description.origin)},
        "decoding": {
            "macro_apex_threshold": description.configuration.decoding.macro_apex_threshold,
            "micro_apex_threshold": description.configuration.decoding.micro_apex_threshold,
        },
        MADE_FROM: order.made_from,
    }


def notes_on(order: SpotOrder) -> Iterator[str]:
    """Yields what people should know about how a video was looked at."""
    video, wanted = order.video, order.options.wanted_rate
    if video.is_rate_assumed:
        yield (
            f"the frame rate is not known, {video.frames_per_second:g} per second was assumed; give it with "
            "--frames-per-second"
        )
    if len(set(video.stored)) < len(video.stored):
        yield (
            f"the video has {video.frames_per_second:g} frames per second, fewer than the {wanted:g} of the model: "
            "frames were repeated, and very short expressions may be missed"
        )
