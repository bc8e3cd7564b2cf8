"""Renders whatever recordings of a plan are missing, on all cores."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from platform.console.progress import StageProgress
from platform.rendering.dataset import (
    DemoSettings,
    RecordingPlan,
    RenderSettings,
    demo_plan,
    is_rendered,
    prepare_root,
    read_settings,
    render_recording,
    write_annotations,
)
from platform.rendering.rendered_root import RECORD_FILE
from platform.stages.reading import DEMO, DatasetOptions
from platform.study.workspace import Workspace
from spotformer_core.errors import InvalidValueError


def render_demo(root: Path, settings: DemoSettings, *, num_workers: int) -> int:
    """Renders the demo dataset into `root` unless it is there; the number of recordings that were rendered.

    Raises:
        InvalidValueError: when `root` was rendered with other settings.
    """
    prepare_root(root, settings)
    plans = demo_plan(settings)
    rendered = render_missing(plans, root, settings, num_workers=num_workers)
    write_annotations(plans, root)
    return rendered


def render_missing(plans: Sequence[RecordingPlan], root: Path, settings: RenderSettings, *, num_workers: int) -> int:
    """Renders the recordings of `plans` that `root` lacks; returns how many those were."""
    missing = [plan for plan in plans if not is_rendered(plan, root)]
    if not missing:
        return 0
    frames = sum(plan.num_frames for plan in missing)
    with (
        StageProgress("render", total=frames, unit="frames") as progress,
        # Spawned, not forked: OpenCV's threads do not survive a fork.
        ProcessPoolExecutor(num_workers, mp_context=multiprocessing.get_context("spawn")) as workers,
    ):
        futures = {workers.submit(render_recording, plan, root, settings): plan for plan in missing}
        try:
            for future in as_completed(futures):
                future.result()
                progress.advance(futures[future].num_frames)
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            raise
    return len(missing)


def ensure_demo(chosen: DatasetOptions, *, workspace: Workspace, num_workers: int) -> None:
    """Renders the workspace's demo dataset, or the rest of it, when it is the dataset chosen.

    A demo that somebody rendered there with other settings stays as it is.
    """
    if chosen.name == DEMO and chosen.root == workspace.demo_root:
        render_kept_demo(workspace, num_workers=num_workers)


def render_kept_demo(workspace: Workspace, settings: DemoSettings | None = None, *, num_workers: int) -> int:
    """Renders the demo dataset of the workspace unless it is kept there, and keeps it; returns as `render_demo`.

    Args:
        settings: those that it was begun with, else the usual ones, unless given.

    Raises:
        InvalidValueError: when the place holds a demo of other settings, or another dataset.
        StorageError: when the storage of the workspace does not answer.
    """
    root = workspace.demo_root
    workspace.storage.fetch(root)
    rendered = render_demo(root, settings or _settings_in(root), num_workers=num_workers)
    workspace.storage.send_folder(root)
    return rendered


def _settings_in(root: Path) -> DemoSettings:
    settings = read_settings(root) if (root / RECORD_FILE).exists() else DemoSettings()
    if not isinstance(settings, DemoSettings):
        raise InvalidValueError(
            f"{root} must hold the demo dataset, got recordings for {settings.annotation_file}. "
            "Name its dataset and --root, or another --workspace."
        )
    return settings
