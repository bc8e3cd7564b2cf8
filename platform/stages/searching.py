"""The search itself: folds of configurations until the plan is finished, tracked in MLflow as they end."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from platform.console.search_progress import SearchProgress
from platform.sampling.sampler import ask
from platform.scheduling.time_limit import FoldTimeLimit
from platform.stages.beginning import is_rendered, study_record
from platform.stages.budgeting import stopped_by_budget
from platform.stages.search_options import SearchOptions, waiting_workers_of
from platform.stages.tracking import opened_tracking
from platform.stages.winning import KeptWinner, is_decided, registered, train_and_say
from platform.study.budget import Limit
from platform.study.choices import study_settings, study_thresholds
from platform.study.journal import Journal
from platform.study.ledger import EfficiencyLedger, efficiency_ledger
from platform.study.opening import open_study
from platform.study.planning import Plan, Scheduling
from platform.study.prior import collected_prior, prior_outcomes
from platform.study.racing import Racing
from platform.study.records import FoldRecord, Record, WinnerRecord
from platform.study.run_log import RunLog
from platform.study.stacks import largest_stack
from platform.study.state import ConfigurationStatus, StudyState
from platform.study.stored_scores import choose_decoding
from platform.study.usage import Usage
from platform.study.workspace import Workspace, journal_path, tracked_path
from platform.tracking.tracked import TrackedStudy
from platform.winner.order import winner_order
from platform.winner.training import WinnerOrder, is_kept
from spotformer_core.datasets.recording import Dataset
from spotformer_core.flow.store import FlowStore

RENDERED_REMARK = "rendered: says nothing about real faces"


@dataclass(kw_only=True, slots=True)
class SearchOutcome:
    """What a search came to.

    Attributes:
        winner: trained on every subject; None while a configuration is undecided, or when none is complete.
        problems: what could not be done, in sentences; empty when everything was.
    """

    state: StudyState
    tracked: TrackedStudy
    ledger: EfficiencyLedger
    resumed_folds: int
    new_folds: int
    seconds: dict[str, float]
    winner: KeptWinner | None = None
    problems: list[str] = field(default_factory=list)


def search(dataset: Dataset, store: FlowStore, options: SearchOptions, *, workspace: Workspace) -> SearchOutcome:
    """Runs what is left of a study and returns what it found."""
    folder, storage = workspace.study(options.study), workspace.storage
    path = journal_path(folder)
    with storage.written_journal(options.study, path), Journal(path) as journal:
        storage.fetch(folder, workspace.peak_memory)
        # Of a study that began before its workspace was kept anywhere.
        storage.send_folder(folder)
        wanted = study_record(dataset, store, options)
        # What other studies had found is fixed when this one begins; afterwards they may grow or go.
        if options.prior_studies and not journal.records:
            wanted = replace(wanted, prior=collected_prior(wanted, options.prior_studies, options.space, workspace))
        state = open_study(journal, wanted, retry_infeasible=options.retry_infeasible)
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
        return _search(dataset, store, options, plan=plan, records=journal.records, workspace=workspace)


def _search(
    dataset: Dataset,
    store: FlowStore,
    options: SearchOptions,
    *,
    plan: Plan,
    records: Sequence[Record],
    workspace: Workspace,
) -> SearchOutcome:
    state = plan.state
    resumed_folds, _ = plan.num_folds()
    this_run = state.spending.num_runs + 1
    clock = _Clock()
    with clock.timing("tracking"):
        tracked, writer = opened_tracking(dataset, options, state.study, records, workspace=workspace)
        workspace.storage.send(tracked_path(workspace.study(options.study)))
        with writer as tracking, clock.timing("search"):
            order, problem = _run(dataset, store, options, plan=plan, workspace=workspace)
            if not plan.finished:
                tracking.folds_are_left()
            workspace.storage.send_folder(workspace.peak_memory)
    winner = None
    if order is not None and not problem:
        with clock.timing("registration"):
            winner = registered(order, name=options.study, tracking_uri=tracked.tracking_uri)
        problem = winner.problem
    clock.seconds["tracking"] += clock.seconds.pop("registration", 0.0) - clock.seconds["search"]
    return SearchOutcome(
        state=state,
        tracked=tracked,
        ledger=efficiency_ledger(state, this_run=this_run, budget=options.budget),
        resumed_folds=resumed_folds,
        new_folds=plan.num_folds()[0] - resumed_folds,
        seconds=clock.seconds,
        winner=winner,
        problems=[
            *_failures(state),
            *_nothing_fits(state),
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
    workspace: Workspace,
) -> tuple[WinnerOrder | None, str]:
    """Runs what is missing of the folds and of the winner, in one connection to Ray; the winner, or why there is none.

    The folds in the journal decide who wins, so that a rerun trains it only if it is not there.
    """
    order = _winner(dataset, store, options, plan.state, workspace) if plan.finished else None
    if plan.finished and (order is None or is_kept(order)):
        return order, ""
    from platform.compute.connection import connected
    from platform.scheduling.packing import gpus_for_one

    num_runs = plan.state.spending.num_runs
    with (
        connected(options.address, num_workers=options.num_workers),
        RunLog(plan.record, run=num_runs + 1, num_workers=options.num_workers) as log,
    ):
        if not plan.finished:
            limit = _run_folds(dataset, store, options, plan=plan, workspace=workspace, log=log)
            if limit is not None:
                return None, stopped_by_budget(plan, limit)
            order = _winner(dataset, store, options, plan.state, workspace)
        problem = ""
        if order is not None and not is_kept(order):
            began, num_gpus = log.seconds, gpus_for_one(options.gpus_per_fold)
            # As long as a fold: it learns from one subject more than those.
            time_limit = FoldTimeLimit(options.fold_timeout, plan.state.finished_folds())
            problem = train_and_say(order, num_gpus=num_gpus, seconds_allowed=time_limit.seconds)
            took = Usage(seconds=log.seconds - began, num_gpus=num_gpus, ended=log.seconds)
            plan.record(WinnerRecord(configuration=str(order.origin["configuration"]), usage=took.as_dict()))
    return order, problem


def _winner(
    dataset: Dataset, store: FlowStore, options: SearchOptions, state: StudyState, workspace: Workspace
) -> WinnerOrder | None:
    if not is_decided(state):
        return None
    return winner_order(
        state,
        dataset,
        store,
        study=options.study,
        study_folder=workspace.study(options.study),
        is_rendered=is_rendered(dataset),
        storage=workspace.storage,
    )


def _run_folds(
    dataset: Dataset,
    store: FlowStore,
    options: SearchOptions,
    *,
    plan: Plan,
    workspace: Workspace,
    log: RunLog,
) -> Limit | None:
    from platform.compute.connection import cluster_of
    from platform.scheduling.fold_trial import FoldInputs
    from platform.scheduling.packing import packing
    from platform.scheduling.run import run_folds

    state = plan.state
    inputs = FoldInputs(
        recordings=dataset.recordings,
        store=store,
        space=options.space,
        study_folder=workspace.study(options.study),
        storage=workspace.storage,
        seed=options.seed,
        settings=study_settings(state.study),
        decodings=tuple(state.study.decodings),
        thresholds=study_thresholds(state.study).counted,
        gpu_steps=options.gpu_steps,
        stack_folds=largest_stack(state.study),
        may_be_stopped=options.scheduling is Scheduling.FREE_RUNNING and options.racing is not Racing.OFF,
    )
    if waiting := waiting_workers_of(options, len(dataset.subjects)):
        print(f"notice: {waiting}", file=sys.stderr, flush=True)
    remark = RENDERED_REMARK if is_rendered(dataset) else ""
    with SearchProgress(plan, study=options.study, remark=remark) as progress:

        def on_fold(_: FoldRecord) -> None:
            progress.changed()

        return run_folds(
            plan,
            inputs,
            num_workers=options.num_workers,
            packing=packing(
                options.gpus_per_fold,
                state,
                inputs,
                peak_memory=workspace.peak_memory,
                on_cluster=bool(cluster_of(options.address)),
            ),
            on_fold=on_fold,
            log=log,
            budget=options.budget,
            fold_timeout=options.fold_timeout,
        )


def _failures(state: StudyState) -> list[str]:
    return [
        f"configuration {name}: {state.configurations[name].failure}"
        for name in state.with_status(ConfigurationStatus.FAILED)
    ]


def _nothing_fits(state: StudyState) -> list[str]:
    """A configuration that does not fit is decided; a search of which none fits has found nothing."""
    infeasible = state.with_status(ConfigurationStatus.INFEASIBLE)
    if not infeasible or len(infeasible) < len(state.configurations):
        return []
    return [f"no configuration fits into memory; {infeasible[0]}: {state.configurations[infeasible[0]].failure}"]


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
