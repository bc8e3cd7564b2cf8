"""The worker of the extraction: turns one recording at a time into a file of the flow store."""

import errno
import time
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import SpotFormerError
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.frames import content_digest, listing_digest
from spotformer_core.flow.store import FlowSource, FlowStore


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractedRecording:
    """What became of one recording.

    Attributes:
        problem: why there is no flow of it; empty when there is.
        disk_full: the problem was a full disk, which the other recordings would meet too.
    """

    name: str
    num_frames: int
    seconds: float
    problem: str = ""
    disk_full: bool = False


class RecordingExtractor:
    """A stateful map over recordings; Ray Data keeps one per worker."""

    def __init__(self, store: FlowStore, landmarks: LandmarkSource) -> None:
        # One thread per worker: Ray runs one worker per core, and OpenCV would start one thread per core in each.
        cv2.setNumThreads(1)
        self._store = store
        self._landmarks = landmarks

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Extracts the recordings in `batch["recording"]`; one row of outcome for each."""
        outcomes = [self._extract(recording) for recording in batch["recording"]]
        return {
            "name": np.array([outcome.name for outcome in outcomes], object),
            "num_frames": np.array([outcome.num_frames for outcome in outcomes]),
            "seconds": np.array([outcome.seconds for outcome in outcomes]),
            "problem": np.array([outcome.problem for outcome in outcomes], object),
            "disk_full": np.array([outcome.disk_full for outcome in outcomes]),
        }

    def _extract(self, recording: Recording) -> ExtractedRecording:
        started = time.perf_counter()
        problem, disk_full = "", False
        try:
            self._write(recording)
        except SpotFormerError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{recording.name}: {error}"
            disk_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        seconds = time.perf_counter() - started
        return ExtractedRecording(
            name=recording.name,
            num_frames=recording.num_frames,
            seconds=seconds,
            problem=problem,
            disk_full=disk_full,
        )

    def _write(self, recording: Recording) -> None:
        landmarks = self._landmarks.landmarks(recording)
        flow = extract_flow(recording, landmarks, self._store.settings)
        source = FlowSource(
            listing=listing_digest(recording),
            content=content_digest(recording),
            landmarks=self._landmarks.fingerprint(recording),
        )
        self._store.write(recording, flow, source)
