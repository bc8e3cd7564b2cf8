"""Runs the folds of a plan on Ray Tune until the plan is finished."""

import logging
import os
from collections.abc import Callable

from platform.console.libraries import libraries_may_speak
from platform.scheduling.attempts import AttemptObserver
from platform.scheduling.fold_trial import FoldInputs
from platform.scheduling.nodes import node_counts
from platform.scheduling.packing import Packing
from platform.scheduling.preemption import LeavingNodes
from platform.scheduling.retries import FOLD_RETRIES
from platform.scheduling.searcher import FoldSearcher
from platform.scheduling.stopping import Deaths, FoldScheduler
from platform.scheduling.time_limit import FoldTimeLimit
from platform.scheduling.trials import placement, run_trial
from platform.storage.scratch import scratch_folder
from platform.study.budget import Budget, Limit
from platform.study.planning import Plan
from platform.study.records import FoldRecord
from platform.study.run_log import RunLog
from platform.study.workspace import scores_folder

# Read by Tune when it is imported: its own tables, loggers and periodic snapshots are not wanted.
os.environ.setdefault("RAY_AIR_NEW_OUTPUT", "0")
os.environ.setdefault("TUNE_DISABLE_AUTO_CALLBACK_LOGGERS", "1")
os.environ.setdefault("TUNE_GLOBAL_CHECKPOINT_S", "100000")
os.environ.setdefault("TUNE_FUNCTION_THREAD_TIMEOUT_S", "60")
# Tune would wait for running folds when asked to stop, longer than `ray job stop` gives, and swallow the next Ctrl-C.
os.environ.setdefault("TUNE_DISABLE_SIGINT_HANDLER", "1")

from ray import tune

_TOLD_OTHERWISE = ("snapshotting failed", "Saving experiment state", "Trial task failed")
"""What Tune says with a traceback and nobody needs: its state on a full disk of temporary files, which is never read,
and workers that die, of which `attempts` tells in a sentence."""


def _is_news(record: logging.LogRecord) -> bool:
    return libraries_may_speak() or not any(told in record.msg for told in _TOLD_OTHERWISE)


for _name in ("tune", "execution.experiment_state", "execution.tune_controller"):
    logging.getLogger(f"ray.tune.{_name}").addFilter(_is_news)


def run_folds(
    plan: Plan,
    inputs: FoldInputs,
    *,
    num_workers: int,
    packing: Packing,
    on_fold: Callable[[FoldRecord], None],
    log: RunLog,
    budget: Budget,
    fold_timeout: float | None = None,
) -> Limit | None:
    """Runs folds until the plan is finished; every finished one is in the journal when `on_fold` hears of it.

    Returns:
        The limit of the budget that ended the search with folds left; None when the plan is finished.

    Args:
        num_workers: folds that run, or wait for a node, at the same time.
        packing: what of the cluster each of them is given.
        log: of this run, entered.
        fold_timeout: seconds after which a fold is taken for hung and run again; 0 for never, None for a limit that
            follows the longest fold so far.

    Raises:
        InvalidValueError: when the cluster has a type of node without a price.
        OSError: when the disk is full; what was finished is in the journal.
        StorageError: when the storage of the workspace does not answer; what was finished is in the journal.
    """
    if plan.finished:
        return None
    log.saw_nodes(node_counts())
    budget.require_prices(log.node_counts)
    deaths, leaving = Deaths(), LeavingNodes()
    searcher = FoldSearcher(
        plan,
        on_fold,
        packing,
        died_for_memory=deaths.for_memory,
        fetch_scores=lambda fold: inputs.storage.fetch(scores_folder(inputs.study_folder, fold.configuration)),
        preempted=leaving.took,
        log=log,
        budget=budget,
        time_limit=FoldTimeLimit(fold_timeout, plan.state.finished_folds()),
    )
    _tune(
        searcher,
        inputs,
        scheduler=FoldScheduler(searcher, deaths, leaving),
        observer=AttemptObserver(searcher, log, leaving),
        num_workers=num_workers,
    )
    if searcher.stop_reason is not None:
        raise searcher.stop_reason
    if not plan.finished and searcher.limit is None:
        # Asked to stop by SIGUSR1, Tune stops its trials and returns as if all were well.
        raise KeyboardInterrupt
    return searcher.limit


def _tune(
    searcher: FoldSearcher,
    inputs: FoldInputs,
    *,
    scheduler: FoldScheduler,
    observer: AttemptObserver,
    num_workers: int,
) -> None:
    """Has Tune run what the searcher suggests, until it suggests no more."""
    trainable = tune.with_resources(tune.with_parameters(run_trial, inputs=inputs), placement)
    with scratch_folder("tune") as scratch:
        tune.Tuner(
            trainable,
            tune_config=tune.TuneConfig(
                search_alg=searcher,
                scheduler=scheduler,
                num_samples=-1,
                max_concurrent_trials=num_workers,
                reuse_actors=True,
            ),
            run_config=tune.RunConfig(
                name="folds",
                storage_path=str(scratch),
                verbose=1 if libraries_may_speak() else 0,
                failure_config=tune.FailureConfig(max_failures=FOLD_RETRIES),
                callbacks=[observer],
            ),
        ).fit()
