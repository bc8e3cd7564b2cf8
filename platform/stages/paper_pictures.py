"""Figures of the paper on a study's own data: flow under three strategies, features, timelines."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from platform.figures.flow_strategies import (
    LARGE_WINDOW,
    RegionFlow,
    draw_region_flow,
    region_curves,
    region_flow_chart,
    strongest_region,
)
from platform.figures.png import PAPER_DPI
from platform.figures.timeline import draw_timeline
from platform.figures.timeline_chart import timeline_chart
from platform.reporting.document import Picture
from platform.reporting.study_facts import StudyFacts
from platform.stages.contrast_pictures import contrast_picture
from platform.study.noted_recordings import noted_expressions, noted_recording, telling_recording
from platform.study.proposals import spotted_recordings
from platform.study.stored_scores import configuration_of
from platform.study.workspace import Workspace, scores_path
from spotformer_core.decoding.score_files import read_scores
from spotformer_core.errors import FlowStoreError, InvalidValueError, SpotFormerError, StudyError, did_you_mean
from spotformer_core.flow.flow_files import map_flow
from spotformer_core.flow.regions import region_landmarks
from spotformer_core.flow.settings import ExtractionSettings, FlowStrategy
from spotformer_core.flow.store import FlowStore, stored_settings
from spotformer_core.metrics.protocols import LAST_EPOCH

_EXTRACT_LARGE_WINDOWS = "`python -m platform.extract --flow-strategy large-window` with the options of the search"


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureOptions:
    """Which figures of the paper are drawn.

    Attributes:
        recordings: of which flow and timelines are shown; empty for the one that shows most.
        landmark: of the region whose flow is shown; None for the one that moves most in the expressions.
        contrast: also train two networks, with and without the contrastive loss, and show their features.
    """

    recordings: tuple[str, ...] = ()
    landmark: int | None = None
    contrast: bool = False


def with_pictures(facts: StudyFacts, options: PictureOptions, *, workspace: Workspace) -> StudyFacts:
    """The facts with all figures that could be drawn, and sentences about the others.

    Raises:
        StudyError: for a recording that the study does not have.
        InvalidValueError: for a landmark that is no region of the study.
        SpotFormerError: when features were asked for and cannot be made.
    """
    names = _chosen(facts, options)
    _require_region(facts, options.landmark)
    pictures: list[Picture] = []
    not_drawn: list[str] = []
    for what, draw in _drawings(facts, options, names, workspace):
        try:
            pictures.append(draw())
        except SpotFormerError as error:
            not_drawn.append(f"{what}: {error}")
    if options.contrast:
        subject = str(facts.state.study.recordings[names[0]]["subject"])
        pictures.append(contrast_picture(facts, _store(facts, workspace), subject=subject))
    return replace(facts, pictures=tuple(pictures), not_drawn=tuple(not_drawn))


def _chosen(facts: StudyFacts, options: PictureOptions) -> tuple[str, ...]:
    known = facts.state.study.recordings
    for name in options.recordings:
        if name not in known:
            raise StudyError(
                f"--recordings must name recordings of the study, got {name!r}. {did_you_mean(name, known)}"
            )
    if options.recordings or not known:
        if options.contrast and not known:
            raise StudyError("--contrast needs a study that noted its recordings, got an older one. Search again.")
        return options.recordings
    return (telling_recording(facts.state.study),)


def _drawings(
    facts: StudyFacts, options: PictureOptions, names: tuple[str, ...], workspace: Workspace
) -> Iterator[tuple[str, Callable[[], Picture]]]:
    for name in names:
        yield f"flow of {name} (Fig. 5)", partial(_flow, facts, name, options.landmark, workspace)
        yield f"timeline of {name} (Fig. 8)", partial(_timeline, facts, name)
    if not names:
        yield "flow and timelines (Fig. 5 and 8)", _raise_no_recordings


def _raise_no_recordings() -> Picture:
    raise StudyError("they are drawn of recordings that the study noted, got an older one. Search again to have them.")


def _timeline(facts: StudyFacts, name: str) -> Picture:
    if not facts.best:
        raise StudyError("a timeline shows the best complete configuration, got none. Let the search go on.")
    study = facts.state.study
    subject = str(study.recordings[name]["subject"])
    path = scores_path(facts.folder, facts.best, subject, epoch=LAST_EPOCH)
    recording = noted_recording(study, name, num_frames=len(read_scores(path)[name]))
    spotted = next(spotted_recordings(facts.state, facts.best, recordings=[recording], folder=facts.folder))
    rendered = " (rendered)" if study.rendered else ""
    stream = io.BytesIO()
    title = f"{facts.best} on {name}{rendered}, subject {subject} held out"
    draw_timeline(spotted, stream, title=title, dots_per_inch=PAPER_DPI)
    return Picture(
        name=f"fig8-timeline-{name}",
        description=f"[Deng2024] Fig. 8 on this study: {title}. Truths on top, proposals at the bottom, pale without a "
        "counterpart; between them the probabilities of every frame, with the truths shaded.",
        chart=timeline_chart(spotted),
        png=stream.getvalue(),
    )


def _flow(facts: StudyFacts, name: str, landmark: int | None, workspace: Workspace) -> Picture:
    study = facts.state.study
    store = _store(facts, workspace)
    settings = store.extraction_settings
    band = map_flow(store.folder / f"{name}.arrow")
    large_store = _large_window_store(facts, settings, workspace)
    large = None if large_store is None else map_flow(large_store / f"{name}.arrow")
    expressions = noted_expressions(study, name)
    landmarks = region_landmarks(settings.regions)
    region = strongest_region(band, expressions) if landmark is None else landmarks.index(landmark)
    window = _window(facts, settings)
    flow = RegionFlow(
        recording=name,
        landmark=landmarks[region],
        window=window,
        expressions=expressions,
        curves=region_curves(band, large, region=region, window=window),
    )
    rendered = " (rendered)" if study.rendered else ""
    return Picture(
        name=f"fig5-flow-{name}",
        description=_flow_description(flow, rendered),
        chart=region_flow_chart(flow),
        png=draw_region_flow(flow, note=rendered),
    )


def _flow_description(flow: RegionFlow, rendered: str) -> str:
    told = ", ".join(f"{name} {value:.2f}" for name, value in flow.contrasts().items())
    contrast = f" Mean flow inside expressions over mean flow outside, whole recording: {told}." if told else ""
    missing = (
        "" if LARGE_WINDOW in flow.curves else f" The large window is missing: run {_EXTRACT_LARGE_WINDOWS} to have it."
    )
    return (
        f"[Deng2024] Fig. 5 on this study: length of the flow of the region at landmark {flow.landmark} in "
        f"{flow.recording}{rendered}, head motion removed, in pixels of the face crop: from the frame before, from the "
        f"first frame of a large window, and across the SW-MRO window of {flow.window} frames around each frame. "
        f"Macro-expressions are shaded, micro-expressions framed or hatched.{contrast}{missing}"
    )


def _require_region(facts: StudyFacts, landmark: int | None) -> None:
    """Raises InvalidValueError for a landmark that is none of the regions of the flow that was extracted."""
    try:
        settings = ExtractionSettings.from_dict(facts.state.study.extraction)
    except InvalidValueError:
        # Other flow is not shown, whatever the region.
        return
    landmarks = region_landmarks(settings.regions)
    if landmark is not None and landmark not in landmarks:
        known = ", ".join(map(str, landmarks))
        raise InvalidValueError(f"--landmark must be that of a region of the study, got {landmark}. Known: {known}.")


def _window(facts: StudyFacts, settings: ExtractionSettings) -> int:
    """The window of the best configuration; where there is none, the paper's or the largest that the flow has."""
    study = facts.state.study
    params = facts.state.configurations[facts.best].params if facts.best else {}
    return min(configuration_of(study, params).model.window, settings.max_window)


def _store(facts: StudyFacts, workspace: Workspace) -> FlowStore:
    study = facts.state.study
    try:
        settings = ExtractionSettings.from_dict(study.extraction)
    except InvalidValueError as error:
        raise FlowStoreError(
            f"flow is shown where it was extracted here, got a study on other flow: {error}"
        ) from error
    return FlowStore.open(workspace.flow_store(study.dataset, settings), settings)


def _large_window_store(facts: StudyFacts, settings: ExtractionSettings, workspace: Workspace) -> Path | None:
    """A store of the same dataset that differs in the strategy alone; the number of steps does not matter."""
    wanted = settings.as_dict() | {"strategy": str(FlowStrategy.LARGE_WINDOW)}
    own = workspace.flow_store(facts.state.study.dataset, settings)
    for folder in sorted(own.parent.glob(f"{facts.state.study.dataset}-*")):
        try:
            found = stored_settings(folder)
        except FlowStoreError:
            continue
        free = {"large_window", "max_window"}
        if {key: one for key, one in found.items() if key not in free} == {
            key: one for key, one in wanted.items() if key not in free
        }:
            return folder
    return None
