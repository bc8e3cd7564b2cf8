"""The two passes of an extraction: landmarks where they have to be detected, then flow. Ray must be connected."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

from platform.compute.ray_logs import place_of_logs
from platform.extraction.folders import ExtractionFolders
from platform.extraction.ledger import ExtractedRecording, Ledger
from platform.extraction.planning import WorkPlan, state_of
from platform.extraction.pool import run_units
from platform.extraction.units import UnitOutcome, Worked, WorkUnit, attempt
from platform.extraction.workers import FlowWorker, LandmarkWorker, finish_if_complete
from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.chunk_store import ChunkStore
from spotformer_core.flow.store import FlowStore

OnUnit = Callable[[UnitOutcome], None]
OnRecording = Callable[[ExtractedRecording], None]


def detect_landmarks(
    plan: WorkPlan,
    landmarks: LandmarkSource,
    *,
    num_workers: int,
    on_unit: OnUnit,
    on_recording: OnRecording,
    folders: ExtractionFolders | None = None,
) -> tuple[ExtractedRecording, ...]:
    """Looks for faces in every chunk of the plan; one outcome for each recording of it."""
    ledger = Ledger(plan.units, lambda recording: _ended(recording, lambda _: Worked(is_last=True)))
    return _run(LandmarkWorker, (landmarks, folders), plan, ledger, num_workers, on_unit, on_recording)


def extract_flow_bands(
    plan: WorkPlan,
    store: FlowStore,
    landmarks: LandmarkSource,
    *,
    num_workers: int,
    on_unit: OnUnit,
    on_recording: OnRecording,
    folders: ExtractionFolders | None = None,
) -> tuple[ExtractedRecording, ...]:
    """Extracts every chunk of the plan; one outcome for each recording of it, of which `on_recording` hears at once.

    A recording that fails is reported with its reason while the others finish. After a full disk no further unit is
    waited for.
    """
    chunks = ChunkStore(store)

    here = folders or ExtractionFolders()

    def finished(unit: WorkUnit) -> Worked:
        here.fetch_chunks(unit.recording, chunks)
        state = state_of(unit.recording, landmarks)
        return Worked(is_last=finish_if_complete(unit.recording, chunks, state, here))

    ledger = Ledger(plan.units, lambda recording: _ended(recording, finished))
    return _run(FlowWorker, (store, landmarks, folders), plan, ledger, num_workers, on_unit, on_recording)


def _run(
    worker: type,
    arguments: tuple[Any, ...],
    plan: WorkPlan,
    ledger: Ledger,
    num_workers: int,
    on_unit: OnUnit,
    on_recording: OnRecording,
) -> tuple[ExtractedRecording, ...]:
    outcomes: list[ExtractedRecording] = []
    reason = f"a worker died on it twice; Ray's logs say how: {place_of_logs()}"
    with closing(run_units(worker, arguments, plan.units, num_workers=num_workers)) as units:
        for unit in units:
            on_unit(unit)
            if (recording := ledger.enter(unit)) is not None:
                outcomes.append(recording)
                on_recording(recording)
            if unit.disk_full:
                reason = "not finished, because the disk is full"
                break
    lost = ledger.give_up(reason)
    for recording in lost:
        on_recording(recording)
    return (*outcomes, *lost)


def _ended(recording: Recording, work: Callable[[WorkUnit], Worked]) -> UnitOutcome:
    return attempt(WorkUnit(recording=recording, chunk=range(0)), work)
