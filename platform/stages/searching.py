"""The search itself: folds of configurations until the plan is finished, tracked in MLflow as they end."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from platform.console.progress import StageProgress
from platform.rendering.rendered_root import RECORD_FILE
from platform.sampling.decodings import draw_decodings
from platform.sampling.sampler import ask
from platform.scheduling.time_limit import FoldTimeLimit
from platform.stages.search_options import SearchOptions
from platform.stages.winning import KeptWinner, is_decided, registered, train_and_say
from platform.study.choices import study_settings
from platform.study.identity import dataset_digest, json_values, subject_order, versions
from platform.study.journal import Journal
from platform.study.opening import open_study
from platform.study.planning import Plan
from platform.study.prior import collected_prior, prior_outcomes
from platform.study.records import FoldRecord, StudyRecord
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stored_scores import choose_decoding, described_recordings
from platform.study.workspace import Workspace, journal_path
from platform.tracking.client import TrackedStudy
from platform.winner.order import winner_order
from platform.winner.training import WinnerOrder, is_kept
from spotformer_core.datasets.recording import Dataset
from spotformer_core.errors import InvalidValueError
from spotformer_core.flow.store import FlowStore


@dataclass(kw_only=True, slots=True)
class SearchOutcome:
    """What a search came to.

    Attributes:
        winner: trained on every subject; None while a configuration is undecided, or when none is complete.
        problems: what could not be done, in sentences; empty when everything was.
    """

    state: StudyState
    tracked: TrackedStudy
    resumed_folds: int
    new_folds: int
    seconds: dict[str, float]
    winner: KeptWinner | None = None
    problems: list[str] = field(default_factory=list)


def search(dataset: Dataset, store: FlowStore, options: SearchOptions, *, workspace: Workspace) -> SearchOutcome:
    """Runs what is left of a study and returns what it found."""
    folder = workspace.study(options.study)
    with Journal(journal_path(folder)) as journal:
        wanted = study_record(dataset, store, options)
        # What other studies had found is fixed when this one begins; afterwards they may grow or go.
        if options.prior_studies and not journal.records:
            wanted = replace(wanted, prior=collected_prior(wanted, options.prior_studies, options.space, workspace))
        state = open_study(journal, wanted)
        prior = prior_outcomes(state.study)
        plan = Plan(
            state,
            journal,
            lambda outcomes: ask(
                options.space, seed=options.seed, outcomes=outcomes, sampler=options.sampler, prior=prior
            ),
            num_configurations=max(options.num_configurations, len(state.configurations)),
            choose=partial(choose_decoding, folder=folder),
        )
        plan.choose_decodings()
        return _search(dataset, store, options, plan=plan, folder=folder, workspace=workspace)


def study_record(dataset: Dataset, store: FlowStore, options: SearchOptions) -> StudyRecord:
    """What must be equal for a study to be continued.

    Raises:
        InvalidValueError: when there are fewer than two subjects.
    """
    require_two_subjects(dataset)
    return StudyRecord(
        dataset=dataset.name,
        dataset_digest=dataset_digest(dataset.recordings),
        space=json_values(options.space.as_dict()),
        seed=options.seed,
        scheduling=str(options.scheduling),
        lag=options.lag,
        subjects=subject_order(dataset.subjects, seed=options.seed),
        extraction=store.settings.as_dict(),
        versions=versions(),
        identity=f"{random.SystemRandom().getrandbits(64):016x}",
        repairs=dataset.repairs,
        missing_recordings=list(dataset.missing),
        decodings=draw_decodings(options.space.decoding, count=options.space.num_decodings, seed=options.seed),
        recordings=described_recordings(dataset.recordings),
        rendered=is_rendered(dataset),
        sampler=str(options.sampler),
        racing=str(options.racing),
        prior_studies=list(options.prior_studies),
    )


def require_two_subjects(dataset: Dataset) -> None:
    """Raises InvalidValueError unless leave-one-subject-out is possible."""
    if len(dataset.subjects) < 2:
        raise InvalidValueError(
            f"leave-one-subject-out needs recordings of at least 2 subjects, got {list(dataset.subjects)} in "
            f"{dataset.root}. Add recordings of another subject."
        )


def _search(
    dataset: Dataset, store: FlowStore, options: SearchOptions, *, plan: Plan, folder: Path, workspace: Workspace
) -> SearchOutcome:
    # Imported here because MLflow takes seconds to import, which --help and mistakes should not wait for.
    from platform.tracking.projection import Projection, TrackedInputs
    from platform.tracking.writer import TrackingWriter

    state = plan.state
    resumed_folds, _ = plan.num_folds()
    clock = _Clock()
    projection = Projection(
        TrackedInputs(
            name=options.study,
            recordings=dataset.recordings,
            space=options.space,
            folder=folder,
            is_rendered=is_rendered(dataset),
        ),
        state,
        tracking_uri=options.tracking_uri or workspace.tracking_uri,
        artifacts=None if options.tracking_uri else workspace.tracking_artifacts,
    )
    with clock.timing("tracking"), TrackingWriter(projection) as tracking:
        for name in state.with_status(ConfigurationStatus.COMPLETE):
            tracking.write(name)
        with clock.timing("search"):
            order, problem = _run(dataset, store, options, plan=plan, folder=folder, on_decided=tracking.write)
        for name in (*state.with_status(ConfigurationStatus.DROPPED), *state.with_status(ConfigurationStatus.FAILED)):
            tracking.write(name)
    winner = None
    if order is not None and not problem:
        with clock.timing("registration"):
            winner = registered(order, name=options.study, tracking_uri=projection.tracked.tracking_uri)
        problem = winner.problem
    clock.seconds["tracking"] += clock.seconds.pop("registration", 0.0) - clock.seconds["search"]
    return SearchOutcome(
        state=state,
        tracked=projection.tracked,
        resumed_folds=resumed_folds,
        new_folds=plan.num_folds()[0] - resumed_folds,
        seconds=clock.seconds,
        winner=winner,
        problems=[
            *_failures(state),
            *(f"tracking: {problem}" for problem in tracking.problems),
            *([problem] if problem else []),
        ],
    )


def _run(
    dataset: Dataset,
    store: FlowStore,
    options: SearchOptions,
    *,
    plan: Plan,
    folder: Path,
    on_decided: Callable[[str], None],
) -> tuple[WinnerOrder | None, str]:
    """Runs what is missing of the folds and of the winner, in one connection to Ray; the winner, or why there is none.

    The folds in the journal decide who wins, so that a rerun trains it only if it is not there.
    """
    order = _winner(dataset, store, options, plan.state, folder) if plan.finished else None
    if plan.finished and (order is None or is_kept(order)):
        return order, ""
    from platform.compute.connection import connected

    with connected(options.address, num_workers=options.num_workers):
        if not plan.finished:
            _run_folds(dataset, store, options, plan=plan, folder=folder, on_decided=on_decided)
            order = _winner(dataset, store, options, plan.state, folder)
        problem = ""
        if order is not None and not is_kept(order):
            # As long as a fold: it learns from one subject more than those.
            limit = FoldTimeLimit(options.fold_timeout, plan.state.finished_folds())
            problem = train_and_say(order, num_gpus=options.gpus_per_fold, seconds_allowed=limit.seconds)
    return order, problem


def _winner(
    dataset: Dataset, store: FlowStore, options: SearchOptions, state: StudyState, folder: Path
) -> WinnerOrder | None:
    if not is_decided(state):
        return None
    rendered = is_rendered(dataset)
    return winner_order(state, dataset, store, study=options.study, study_folder=folder, is_rendered=rendered)


def _run_folds(
    dataset: Dataset,
    store: FlowStore,
    options: SearchOptions,
    *,
    plan: Plan,
    folder: Path,
    on_decided: Callable[[str], None],
) -> None:
    from platform.scheduling.fold_trial import FoldInputs
    from platform.scheduling.run import FoldResources, run_folds

    state = plan.state
    done, total = plan.num_folds()
    inputs = FoldInputs(
        recordings=dataset.recordings,
        store=store,
        space=options.space,
        study_folder=folder,
        seed=options.seed,
        settings=study_settings(state.study),
        decodings=tuple(state.study.decodings),
        gpu_steps=options.gpu_steps,
    )
    with StageProgress("search", total=total, unit="folds", done=done) as progress:

        def on_fold(record: FoldRecord) -> None:
            status = state.configurations[record.configuration].status
            if status is ConfigurationStatus.COMPLETE or status is ConfigurationStatus.DROPPED:
                on_decided(record.configuration)
            progress.advance(1, detail=_best_so_far(state))

        run_folds(
            plan,
            inputs,
            num_workers=options.num_workers,
            resources=FoldResources(num_gpus=options.gpus_per_fold),
            on_fold=on_fold,
            fold_timeout=options.fold_timeout,
        )


def is_rendered(dataset: Dataset) -> bool:
    """Whether the dataset was rendered by this software, so that its figures say nothing about people."""
    return (dataset.root / RECORD_FILE).exists()


def _best_so_far(state: StudyState) -> str:
    ranking = state.ranking()
    return f"best F1 {state.value(ranking[0]):.3f} ({ranking[0]})" if ranking else ""


def _failures(state: StudyState) -> list[str]:
    return [
        f"configuration {name}: {state.configurations[name].failure}"
        for name in state.with_status(ConfigurationStatus.FAILED)
    ]


class _Clock:
    """Seconds per stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.seconds[stage] = time.monotonic() - started
