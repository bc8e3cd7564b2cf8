"""The workers of an extraction: stateful maps over units, of which Ray Data keeps one per core.

A worker walks through a video once, however many of its chunks it is given: w workers decode it w times at most.

Memory of a worker: S + 1 decoded frames and prepared faces (of a video S more frames), the flow of one chunk, and what
grows with the recording: its landmarks (544 bytes per frame, ten times that while they are read from a CSV), its list
of files (about 300) and, when its last chunk is in, its band (960 for 24 steps and 10 regions). 12,000 frames therefore
cost about 60 MB more than 1,000, whatever the size of the frames; benchmarks/extraction_scaling.py measures it.
"""

import time
from typing import Any

import cv2
import numpy as np

from platform.extraction.folders import ExtractionFolders
from platform.extraction.planning import state_of
from platform.extraction.units import UNIT, Worked, WorkUnit, as_batch, attempt
from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.errors import LandmarkError, SpotFormerError
from spotformer_core.flow.chunk_store import ChunkStore, RecordingState
from spotformer_core.flow.chunks import chunks_of
from spotformer_core.flow.extraction import extract_flow
from spotformer_core.flow.store import FlowStore
from spotformer_core.flow.video_frames import VideoWalk
from spotformer_core.shapes import Float32


class FlowWorker:
    """Extracts the flow of chunks; whoever finds that no other chunk of the recording is missing finishes it."""

    def __init__(self, store: FlowStore, landmarks: LandmarkSource, folders: ExtractionFolders | None = None) -> None:
        use_one_thread()
        self._folders = folders or ExtractionFolders()
        self._folders.fetch()
        self._store = store
        self._chunks = ChunkStore(store)
        self._landmarks = landmarks
        self._walk = VideoWalk(overlap=store.extraction_settings.num_steps)
        self._latest: tuple[str, RecordingState, Float32[np.ndarray, "frames 68 2"]] | None = None

    def __call__(self, batch: dict[str, Any]) -> dict[str, np.ndarray]:
        """Works on the units of the batch; one row of outcome for each."""
        return as_batch([attempt(unit, self._extract) for unit in batch[UNIT]])

    def _extract(self, unit: WorkUnit) -> Worked:
        state = state_of(unit.recording, self._landmarks)
        try:
            return self._extract_from(unit, state)
        except (SpotFormerError, OSError):
            # A worker of an extraction that was killed may outlive it by seconds and finish the recording meanwhile.
            if self._chunks.is_finished(unit.recording, state):
                return Worked(is_last=True)
            raise

    def _extract_from(self, unit: WorkUnit, state: RecordingState) -> Worked:
        recording, chunk = unit.recording, unit.chunk
        if self._chunks.is_finished(recording, state):
            return Worked(is_last=True)
        seconds = 0.0
        if chunk in self._chunks.missing(recording, state):
            landmarks = self._landmarks_of(recording, state)
            started = time.perf_counter()
            flow = extract_flow(recording, landmarks, self._store.extraction_settings, chunk, walk=self._walk)
            seconds = time.perf_counter() - started
            self._require_same_landmarks(recording, state)
            self._chunks.write(recording, chunk, flow, state)
            self._folders.keep_chunk(recording, chunk, self._chunks)
        return Worked(work_seconds=seconds, is_last=finish_if_complete(recording, self._chunks, state, self._folders))

    def _landmarks_of(self, recording: Recording, state: RecordingState) -> Float32[np.ndarray, "frames 68 2"]:
        # Chunks of one recording mostly come one after the other.
        if self._latest is None or self._latest[:2] != (recording.name, state):
            self._latest = (recording.name, state, self._landmarks.landmarks(recording))
        return self._latest[2]

    def _require_same_landmarks(self, recording: Recording, state: RecordingState) -> None:
        if self._landmarks.fingerprint(recording) != state.landmarks:
            raise LandmarkError(
                f"landmarks must stay as they are while flow is extracted, but those of {recording.name} have changed. "
                "Give the same command again."
            )


class LandmarkWorker:
    """Detects the landmarks of chunks; the source keeps them."""

    def __init__(self, landmarks: LandmarkSource, folders: ExtractionFolders | None = None) -> None:
        use_one_thread()
        self._folders = folders or ExtractionFolders()
        self._folders.fetch()
        self._landmarks = landmarks
        self._walk = VideoWalk()

    def __call__(self, batch: dict[str, Any]) -> dict[str, np.ndarray]:
        """Works on the units of the batch; one row of outcome for each."""
        return as_batch([attempt(unit, self._detect) for unit in batch[UNIT]])

    def _detect(self, unit: WorkUnit) -> Worked:
        started = time.perf_counter()
        self._landmarks.detect_chunk(unit.recording, unit.chunk, self._walk)
        self._folders.keep_landmarks()
        return Worked(work_seconds=time.perf_counter() - started)


def finish_if_complete(
    recording: Recording, chunks: ChunkStore, state: RecordingState, folders: ExtractionFolders
) -> bool:
    """Whether the recording is in the store now; it is put there when all of its chunks are on this disk.

    Raises:
        RecordingError, FlowStoreError, OSError: as `ChunkStore.finish`.
        StorageError: when the storage of the workspace does not take it.
    """
    if len(chunks_of(recording.num_frames)) > 1 and not chunks.missing(recording, state):
        chunks.finish(recording, state)
        folders.keep_recording(recording, chunks)
    return chunks.is_finished(recording, state)


def use_one_thread() -> None:
    """One thread per worker: there is one worker per core, and OpenCV would start a thread per core in each.

    Ray does the same for what listens to OMP_NUM_THREADS, torch included; our numba kernels are sequential.
    """
    cv2.setNumThreads(1)
