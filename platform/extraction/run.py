"""Runs the extraction of whatever a flow store lacks on Ray Data."""

import logging
import warnings
from collections.abc import Callable, Sequence

import ray
from ray.data import ActorPoolStrategy, DataContext
from ray.util.annotations import RayDeprecationWarning

from platform.extraction.recording_extractor import ExtractedRecording, RecordingExtractor
from platform.landmarks.source import LandmarkSource
from spotformer_core.datasets.recording import Recording
from spotformer_core.flow.store import FlowStore

_WORKERS_RESTART_ALWAYS = -1
_RECORDING_RETRIES = 1


def extract(
    recordings: Sequence[Recording],
    store: FlowStore,
    landmarks: LandmarkSource,
    *,
    num_workers: int,
    on_recording: Callable[[ExtractedRecording], None],
) -> tuple[ExtractedRecording, ...]:
    """Extracts every recording, longest first; `on_recording` hears of each as it ends.

    A recording that fails is reported with its reason while the others finish. After a full disk no further one is
    started. Ray must be connected.
    """
    if not recordings:
        return ()
    _quieten_ray_data()
    longest_first = sorted(recordings, key=lambda recording: -recording.num_frames)
    items = ray.data.from_items(
        [{"recording": recording} for recording in longest_first], override_num_blocks=len(recordings)
    )
    with warnings.catch_warnings():
        # Ray 2.60 announces that these two options will be renamed in 2.64; constraints.txt pins 2.60.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        rows = items.map_batches(
            RecordingExtractor,
            fn_constructor_args=(store, landmarks),
            batch_size=1,
            compute=ActorPoolStrategy(size=min(num_workers, len(recordings))),
            num_cpus=1,
            max_restarts=_WORKERS_RESTART_ALWAYS,
            # Left to itself, Ray Data retries for ever a recording that kills its worker.
            max_task_retries=_RECORDING_RETRIES,
        )
    outcomes: list[ExtractedRecording] = []
    for row in rows.iter_rows():
        outcome = ExtractedRecording(
            name=str(row["name"]),
            num_frames=int(row["num_frames"]),
            seconds=float(row["seconds"]),
            problem=str(row["problem"]),
            disk_full=bool(row["disk_full"]),
        )
        outcomes.append(outcome)
        on_recording(outcome)
        if outcome.disk_full:
            break
    return (*outcomes, *_lost(recordings, outcomes))


def _lost(recordings: Sequence[Recording], outcomes: Sequence[ExtractedRecording]) -> list[ExtractedRecording]:
    """Recordings of which no outcome came back."""
    seen = {outcome.name for outcome in outcomes}
    if any(outcome.disk_full for outcome in outcomes):
        reason = "not started, because the disk is full"
    else:
        reason = "the worker died on it twice; Ray's log says how"
    return [
        ExtractedRecording(
            name=recording.name,
            num_frames=recording.num_frames,
            seconds=0.0,
            problem=f"{recording.name}: {reason}",
        )
        for recording in recordings
        if recording.name not in seen
    ]


def _quieten_ray_data() -> None:
    context = DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1
    logging.getLogger("ray.data").setLevel(logging.ERROR)
