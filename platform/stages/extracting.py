"""Brings a flow store up to date with a dataset."""

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from platform.console.progress import StageProgress, Work
from platform.extraction.folders import ExtractionFolders
from platform.extraction.ledger import ExtractedRecording
from platform.extraction.missing import missing_recordings
from platform.extraction.planning import WorkPlan, plan_detection, plan_extraction
from platform.extraction.store_lock import locked_store
from platform.landmarks.source import LandmarkSource
from platform.study.workspace import Workspace
from spotformer_core.datasets.recording import Dataset, Recording
from spotformer_core.flow.chunk_store import ChunkStore
from spotformer_core.flow.extraction import compile_ahead
from spotformer_core.flow.settings import ExtractionSettings
from spotformer_core.flow.store import FlowStore


def extract_missing(
    dataset: Dataset,
    landmarks: LandmarkSource,
    *,
    workspace: Workspace,
    settings: ExtractionSettings,
    address: str,
    num_workers: int,
) -> tuple[FlowStore, tuple[ExtractedRecording, ...]]:
    """The flow store of the dataset, and what became of every recording that was not in it yet.

    Waits while another extraction is writing to the store. Ray is started only when something is missing.

    Raises:
        FlowStoreError: when the store was made with other settings or, where something is missing, begun by other
            versions.
        OSError: when the disk is full; finished recordings and chunks are kept.
    """
    folder, storage = workspace.flow_store(dataset.name, settings), workspace.storage
    storage.fetch(folder)
    store = FlowStore.create(folder, settings)
    if not missing_recordings(dataset.recordings, store, landmarks):
        storage.send_folder(folder)
        return store, ()
    with (
        locked_store(folder, on_wait=lambda: _say_waiting(folder)) as is_held,
        storage.written_alone(folder, on_wait=lambda: _say_waiting(folder)),
    ):
        # Looked at again: whoever held the store may have extracted everything meanwhile.
        missing = missing_recordings(dataset.recordings, store, landmarks)
        if is_held:
            names = {recording.name for recording in missing}
            ChunkStore(store).remove_leftovers(
                recording for recording in dataset.recordings if recording.name not in names
            )
        if not missing:
            return store, ()
        store.require_extendable()
        storage.send_folder(folder)
        folders = _folders(dataset, store, workspace)
        folders.fetch()
        extraction = _Extraction(store, landmarks, folders, address=address, num_workers=num_workers)
        outcomes = extraction.of(missing, num_done_before=len(dataset.recordings) - len(missing))
        storage.fetch(folder)
    if any(outcome.disk_full for outcome in outcomes):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(store.folder))
    return store, outcomes


def problems(outcomes: Sequence[ExtractedRecording]) -> list[str]:
    """Why recordings have no flow; empty when all have."""
    return [outcome.problem for outcome in outcomes if outcome.problem]


class _Extraction:
    """Both passes of one extraction, with their progress."""

    def __init__(
        self,
        store: FlowStore,
        landmarks: LandmarkSource,
        folders: ExtractionFolders,
        *,
        address: str,
        num_workers: int,
    ) -> None:
        self._store = store
        self._folders = folders
        self._landmarks = landmarks
        self._address = address
        self._num_workers = num_workers

    def of(self, recordings: Sequence[Recording], *, num_done_before: int) -> tuple[ExtractedRecording, ...]:
        """What became of every one of `recordings`."""
        detection = plan_detection(recordings, self._landmarks)
        flow = plan_extraction(recordings, ChunkStore(self._store), self._landmarks)
        outcomes = {refused.name: refused for refused in (*detection.refused, *flow.refused)}
        detection, flow = detection.without(outcomes), flow.without(outcomes)
        if flow.units:
            if not self._address:
                # Once here, not once in every worker of this machine.
                compile_ahead(self._store.extraction_settings)
            # Imported here because Ray takes seconds to import, which a finished search should not wait for.
            from platform.compute.connection import connected

            with connected(self._address, num_workers=self._num_workers):
                outcomes |= {failed.name: failed for failed in self._detect(detection) if failed.problem}
                if not any(outcome.disk_full for outcome in outcomes.values()):
                    num_done = num_done_before + len(outcomes)
                    outcomes |= {each.name: each for each in self._extract(flow.without(outcomes), num_done)}
        return tuple(outcomes.values())

    def _detect(self, plan: WorkPlan) -> tuple[ExtractedRecording, ...]:
        from platform.extraction.run import detect_landmarks

        if not plan.units:
            return ()
        with self._progress("detect landmarks", plan, num_done=0) as progress:
            return detect_landmarks(
                plan,
                self._landmarks,
                num_workers=self._num_workers,
                on_unit=lambda unit: progress.advance(0, work=unit.num_frames),
                on_recording=lambda _: progress.advance(1),
                folders=self._folders,
            )

    def _extract(self, plan: WorkPlan, num_done: int) -> tuple[ExtractedRecording, ...]:
        from platform.extraction.run import extract_flow_bands

        with self._progress("extract", plan, num_done=num_done) as progress:
            return extract_flow_bands(
                plan,
                self._store,
                self._landmarks,
                num_workers=self._num_workers,
                on_unit=lambda unit: progress.advance(0, work=unit.num_frames),
                on_recording=lambda _: progress.advance(1),
                folders=self._folders,
            )

    @staticmethod
    def _progress(stage: str, plan: WorkPlan, *, num_done: int) -> StageProgress:
        num_recordings = len({unit.recording.name for unit in plan.units})
        return StageProgress(
            stage,
            total=num_done + num_recordings,
            unit="recordings",
            done=num_done,
            work=Work(total=plan.num_frames, unit="frames"),
        )


def _folders(dataset: Dataset, store: FlowStore, workspace: Workspace) -> ExtractionFolders:
    detected = workspace.landmarks(dataset.name)
    rendered = (dataset.root,) if dataset.root.is_relative_to(workspace.folder) else ()
    return ExtractionFolders(storage=workspace.storage, needed=(*rendered, detected, store.folder), detected=detected)


def _say_waiting(folder: Path) -> None:
    print(f"another extraction is writing {folder}; waiting for it to end (Ctrl-C stops the waiting)", file=sys.stderr)
