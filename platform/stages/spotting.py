"""Spotting in the videos that a command names: broken ones are told, the others finish."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platform.console.progress import StageProgress, Work
from platform.spotting.orders import SpotOptions, SpotOrder, spot_order
from platform.spotting.work import FramesDone, SpotOutcome
from platform.study.workspace import Workspace
from spotformer_core.errors import ModelError, SpotFormerError
from spotformer_core.spotting.video_recordings import video_recording

REGISTRY_PREFIX = "models:/"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpottedVideos:
    """What became of the videos.

    Attributes:
        outcomes: of those that were spotted now, in the order in which they ended.
        done_before: names of those whose results were there.
        problems: name or path of a video, to the reason why it has no results.
        seconds: wall clock.
    """

    outcomes: tuple[SpotOutcome, ...]
    done_before: tuple[str, ...]
    problems: dict[str, str]
    seconds: float

    @property
    def times_real_time(self) -> float:
        """Seconds of video per second of wall clock; 0 when nothing was spotted."""
        return sum(outcome.video_seconds for outcome in self.outcomes) / max(self.seconds, 1e-9)

    @property
    def disk_full(self) -> bool:
        """Whether the disk was full."""
        return any(outcome.disk_full for outcome in self.outcomes)


def spot_all(videos: Sequence[Path], options: SpotOptions, *, address: str, num_workers: int) -> SpottedVideos:
    """Spots in every video whose results are not there; Ray is started only when there is one."""
    problems: dict[str, str] = {}
    orders: list[SpotOrder] = []
    for path in videos:
        try:
            asked = video_recording(
                path, wanted=options.wanted_rate, frames_per_second=options.frames_per_second or None
            )
            orders.append(spot_order(asked, options))
        except (SpotFormerError, OSError) as error:
            problems[str(path)] = str(error)
    missing = sorted((order for order in orders if not order.is_done), key=lambda order: -order.video.seconds)
    names = {order.name for order in missing}
    started = time.monotonic()
    outcomes = _spot(missing, done=len(orders) - len(missing), address=address, num_workers=num_workers)
    problems |= {outcome.name: outcome.problem for outcome in outcomes if outcome.problem}
    return SpottedVideos(
        outcomes=outcomes,
        done_before=tuple(order.name for order in orders if order.name not in names),
        problems=problems,
        seconds=time.monotonic() - started,
    )


def model_folder_of(option: str, *, workspace: Workspace, tracking_uri: str) -> Path:
    """The folder of the model that `--model` names: a folder, `models:/…`, or empty for the one that is registered.

    Raises:
        ModelError: when there is no such model, or none is named and several are registered.
        StudyError: when the tracking store cannot be used.
    """
    if option and not option.startswith(REGISTRY_PREFIX):
        folder = Path(option).expanduser().resolve()
        if folder.is_relative_to(workspace.folder):
            workspace.storage.fetch(folder)
        return folder
    # Imported here because MLflow takes seconds to import, which a model in a folder should not wait for.
    from platform.tracking.registry import CHAMPION, downloaded_model, registered_names

    uri = tracking_uri or workspace.tracking_uri
    if not option:
        names = registered_names(uri)
        if len(names) != 1:
            raise ModelError(
                f"--model must be given unless just one model is registered, got {', '.join(names) or 'none'} in "
                f"{uri}. Name a folder, or models:/NAME@{CHAMPION}; a search registers its winner."
            )
        option = f"{REGISTRY_PREFIX}{names[0]}@{CHAMPION}"
    return downloaded_model(option, tracking_uri=uri, folder=workspace.registered_models)


def _spot(orders: Sequence[SpotOrder], *, done: int, address: str, num_workers: int) -> tuple[SpotOutcome, ...]:
    if not orders:
        return ()
    # Imported here because Ray takes seconds to import.
    from platform.compute.connection import connected
    from platform.spotting.run import spot_videos

    frames = {order.name: order.video.recording.num_frames for order in orders}
    outcomes: list[SpotOutcome] = []
    seconds_per_frame = sum(order.video.seconds for order in orders) / max(1, sum(frames.values()))
    work = Work(total=sum(frames.values()), unit="frames")
    with (
        connected(address, num_workers=num_workers),
        StageProgress("spot", total=done + len(orders), unit="videos", done=done, work=work) as progress,
    ):
        started, num_frames = time.monotonic(), 0
        for part in spot_videos(orders, num_workers=num_workers):
            if isinstance(part, FramesDone):
                num_frames += part.num_frames
                speed = num_frames * seconds_per_frame / max(time.monotonic() - started, 1e-3)
                progress.advance(0, work=part.num_frames, detail=f"{speed:.2f} x real time")
            else:
                outcomes.append(part)
                progress.advance(1)
    return tuple(outcomes)
